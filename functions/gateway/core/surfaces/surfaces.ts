import { openAiChat } from './openai-chat/openai-chat.ts';
import type { Surface } from './surface.ts';

/** Every API for prompts that callers speak, by its path. A new one is a line here. */
const SURFACES: ReadonlyMap<string, Surface> = new Map<string, Surface>([['/v1/chat/completions', openAiChat]]);

/** The surface that is spoken at a path; `undefined` where none is. */
export function surfaceAt(path: string): Surface | undefined {
  return SURFACES.get(path);
}

/** The surface that a path resembles: whoever asks there is told of an error in its shape. */
export function surfaceLike(path: string): Surface {
  return SURFACES.get(path) ?? openAiChat;
}
