import { errorJson } from '../openai-chat/chat-error.ts';
import type { Surface } from '../surface.ts';
import { responseBody } from './fold-response.ts';
import { responsesKeeping } from './keeping.ts';
import { readResponsesPrompt } from './read-responses.ts';
import { responseStream } from './stream-response.ts';

/** OpenAI's Responses API, as callers speak it. A request brings its whole conversation, or goes on from an answer that is kept. */
export const openAiResponses: Surface = {
  dialect: 'openai-responses',
  read: readResponsesPrompt,
  stream: responseStream,
  body: responseBody,
  error: errorJson,
  keeping: responsesKeeping,
};
