import type { Prompt } from '../../model/prompt.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/** OpenAI's longest; others take twice as much, and Claude Code sends more. */
const MAX_USER_CHARS = 64;

/** Who asks, for a prompt of another dialect. One that OpenAI answers 400 to is left out and named. */
export function userId({ user }: Prompt, notes: EncodingNotes): string | undefined {
  if (user === undefined || user.length <= MAX_USER_CHARS) {
    return user;
  }
  notes.drop('user');
  return undefined;
}
