import { invokeModelInstead } from '../hosted-claude/claude-on-bedrock.ts';
import type { Protocol } from '../protocol.ts';
import { bedrockDecoder } from './bedrock-decoder.ts';
import { bedrockEmbeddings } from './bedrock-embeddings.ts';
import { readBedrockFailure } from './bedrock-failure.ts';
import { encodeBedrockRequest } from './bedrock-request.ts';

/** Amazon Bedrock: Converse for answers, InvokeModel for embeddings, and for Claude where the caller speaks Anthropic's Messages. Source: Amazon Bedrock API reference, 2026-11. */
export const bedrock: Protocol = {
  dialect: 'bedrock-converse',
  framing: 'amazon-event-stream',
  encode: encodeBedrockRequest,
  alternative: invokeModelInstead,
  decoder: bedrockDecoder,
  embeddings: bedrockEmbeddings,
  readFailure: readBedrockFailure,
};
