import type { Protocol } from '../protocol.ts';
import { openAiChatDecoder } from './openai-chat-decoder.ts';
import { encodeOpenAiChat } from './openai-chat-request.ts';
import { openAiEmbeddings } from './openai-embeddings.ts';
import { readOpenAiFailure } from './openai-failure.ts';
import { responsesInstead } from './responses-instead.ts';

/** OpenAI's API and every server that speaks it: Azure, Groq, Mistral, DeepSeek, xAI, OpenRouter, vLLM, Bedrock's `/openai/v1`. */
export const openai: Protocol = {
  dialect: 'openai-chat',
  framing: 'server-sent-events',
  encode: encodeOpenAiChat,
  alternative: responsesInstead,
  decoder: openAiChatDecoder,
  embeddings: openAiEmbeddings,
  readFailure: readOpenAiFailure,
};
