import type { Surface } from '../surface.ts';
import { errorJson } from './chat-error.ts';
import { chatBody } from './fold-chat.ts';
import { readChatPrompt } from './read-prompt.ts';
import { chatStream } from './stream-chat.ts';

/** OpenAI's Chat Completions, as callers speak it. */
export const openAiChat: Surface = {
  dialect: 'openai-chat',
  read: readChatPrompt,
  stream: chatStream,
  body: chatBody,
  error: errorJson,
};
