import type { Part } from '../../model/part.ts';
import type { Turn } from '../../model/prompt.ts';

/**
 * The turns with pictures and files that the assistant made in the user's next words: vendors take such from the user alone, and a
 * conversation with a model that draws could not go on elsewhere. The very same turns where there are none.
 */
export function shownByUser(turns: readonly Turn[]): readonly Turn[] {
  return turns.some(isDrawn) ? turns.flatMap((turn) => (isDrawn(turn) ? apart(turn) : [turn])) : turns;
}

function isDrawn({ role, parts }: Turn): boolean {
  return role === 'assistant' && parts.some(isMedia);
}

function isMedia({ kind }: Part): boolean {
  return kind === 'media';
}

function apart(turn: Turn): readonly Turn[] {
  return [
    { ...turn, parts: turn.parts.filter((part) => !isMedia(part)) },
    { role: 'user', path: turn.path, parts: turn.parts.filter(isMedia) },
  ];
}
