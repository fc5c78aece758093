import { readOpenAiFailure } from '../openai-chat/openai-failure.ts';
import type { Protocol } from '../protocol.ts';
import { responsesDecoder } from './responses-decoder.ts';
import { encodeResponses } from './responses-request.ts';

/** OpenAI's Responses API, at OpenAI and wherever else it is spoken: Azure, xAI, OpenRouter, Bedrock. */
export const openaiResponses: Protocol = {
  dialect: 'openai-responses',
  framing: 'server-sent-events',
  encode: encodeResponses,
  decoder: responsesDecoder,
  readFailure: readOpenAiFailure,
};
