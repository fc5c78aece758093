import { type ChatDelta, isContent } from '../model/chat-delta.ts';

/** Where one deployment's text has broken off and another's goes on. */
export interface ChatSeam {
  /**
   * The text so far without the white space at its end, which vendors refuse in the beginning of an answer, and without half a character,
   * which is no text that could be sent. May be empty.
   */
  readonly prefix: string;
  /** The continuation's deltas, in order, without the white space that the caller has already. */
  readonly join: (deltas: readonly ChatDelta[]) => readonly ChatDelta[];
}

/**
 * The seam after `text`. A model that is asked to go on after `Hello` says ` world`, whether or not the space had been sent before the
 * break: white space at the continuation's beginning is held back until its first word, and what the text ended with is taken off it.
 */
export function chatSeam(text: string): ChatSeam {
  const half = HALF_CHARACTER.exec(text)?.[0] ?? '';
  const whole = text.slice(0, text.length - half.length);
  const prefix = whole.trimEnd();
  const sent = whole.slice(prefix.length);
  const held: string[] = [];
  let isJoined = false;

  function joinOne(delta: ChatDelta): readonly ChatDelta[] {
    if (isJoined || delta.type !== 'text-delta') {
      isJoined ||= isContent(delta);
      return [delta];
    }
    const words = delta.text.trimStart();
    held.push(delta.text.slice(0, delta.text.length - words.length));
    if (words === '') {
      return [];
    }
    isJoined = true;
    const rest = half !== '' && words.startsWith(half) ? words.slice(half.length) : words;
    return [{ ...delta, text: newSpace(held.join(''), sent) + rest }];
  }

  return { prefix, join: (deltas) => deltas.flatMap(joinOne) };
}

/** The first of the two UTF-16 units of an emoji or a rare letter, where the second has not come: vendors cut pieces anywhere. */
const HALF_CHARACTER = /[\ud800-\udbff]$/;

/** What of the continuation's white space the caller does not have yet. Where the two differ, only a missing line break counts. */
function newSpace(space: string, sent: string): string {
  if (space.startsWith(sent)) {
    return space.slice(sent.length);
  }
  return space.includes('\n') && !sent.includes('\n') ? space : '';
}
