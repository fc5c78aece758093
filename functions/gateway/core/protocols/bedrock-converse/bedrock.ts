import type { Protocol } from '../protocol.ts';
import { bedrockDecoder } from './bedrock-decoder.ts';
import { bedrockEmbeddings } from './bedrock-embeddings.ts';
import { readBedrockFailure } from './bedrock-failure.ts';
import { encodeBedrockChat } from './encode-bedrock-chat.ts';

/** Amazon Bedrock: Converse for chat, InvokeModel for embeddings. Source: Amazon Bedrock API reference. */
export const bedrock: Protocol = {
  framing: 'amazon-event-stream',
  defaultBaseUrl: (region) => (region === undefined ? undefined : `https://bedrock-runtime.${region}.amazonaws.com`),
  authorization: (apiKey) => ({ authorization: `Bearer ${apiKey}` }),
  encodeChat: encodeBedrockChat,
  chatDecoder: bedrockDecoder,
  embeddings: bedrockEmbeddings,
  readFailure: readBedrockFailure,
};
