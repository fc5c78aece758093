import { anthropicMessages } from './anthropic-messages/anthropic-messages.ts';
import { openAiChat } from './openai-chat/openai-chat.ts';
import { openAiCompletions } from './openai-completions/openai-completions.ts';
import { openAiResponses } from './openai-responses/openai-responses.ts';
import type { Surface } from './surface.ts';

/** Every API for prompts that callers speak, by its path. A new one is a line here. */
const SURFACES: ReadonlyMap<string, Surface> = new Map<string, Surface>([
  ['/v1/chat/completions', openAiChat],
  ['/v1/messages', anthropicMessages],
  ['/v1/responses', openAiResponses],
  ['/v1/completions', openAiCompletions],
]);

/** The surface that is spoken at a path; `undefined` where none is. */
export function surfaceAt(path: string): Surface | undefined {
  return SURFACES.get(path);
}

/** The surface that a request resembles by its path, or by the header that Anthropic's clients send: errors have its shape. */
export function surfaceLike(path: string, headers: Readonly<Record<string, string>>): Surface {
  const isAnthropic = path.startsWith('/v1/messages/') || headers['anthropic-version'] !== undefined;
  return SURFACES.get(path) ?? (isAnthropic ? anthropicMessages : openAiChat);
}
