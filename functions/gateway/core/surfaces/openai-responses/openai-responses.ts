import { errorJson } from '../openai-chat/chat-error.ts';
import type { Surface } from '../surface.ts';
import { responseBody } from './fold-response.ts';
import { readResponsesPrompt } from './read-responses.ts';
import { responseStream } from './stream-response.ts';

/** OpenAI's Responses API, as callers speak it. Nothing is kept: each request brings its whole conversation. */
export const openAiResponses: Surface = {
  dialect: 'openai-responses',
  read: readResponsesPrompt,
  stream: responseStream,
  body: responseBody,
  error: errorJson,
};
