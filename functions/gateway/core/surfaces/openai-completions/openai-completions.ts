import { errorJson } from '../openai-chat/chat-error.ts';
import type { Surface } from '../surface.ts';
import { readCompletionsPrompt } from './read-completions.ts';
import { severalCompletions } from './several-completions.ts';
import { completionBody, completionStream } from './write-completion.ts';

/** OpenAI's older completions, as a thin form of chat: one prompt as the user's message, text alone as the answer. */
export const openAiCompletions: Surface = {
  dialect: 'openai-chat',
  read: readCompletionsPrompt,
  stream: completionStream,
  body: completionBody,
  error: errorJson,
  several: severalCompletions,
};
