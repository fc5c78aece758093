import { type AnswerEvent, isContent, type PartStart } from '../model/answer-event.ts';

/** Where one deployment's text has broken off and another's goes on. */
export interface ChatSeam {
  /**
   * The text so far without the white space at its end, which vendors refuse in the beginning of an answer, and without half a character,
   * which is no text that could be sent. May be empty.
   */
  readonly prefix: string;
  /** The continuation's events, in order, without the white space that the caller has already, in the numbers of the caller's answer. */
  readonly join: (events: readonly AnswerEvent[]) => readonly AnswerEvent[];
}

/** The caller's last part. Open: text that is added belongs to it. */
export interface LastPart {
  readonly part: number;
  readonly isOpen: boolean;
}

interface Joining {
  /** The white space that the text ended with, and half a character after it. */
  readonly sent: string;
  readonly half: string;
  /** The continuation's parts in the caller's numbers. */
  readonly numbers: Map<number, number>;
  readonly held: string[];
  open: number | undefined;
  next: number;
  isJoined: boolean;
}

/**
 * The seam after `text`. A model that is asked to go on after `Hello` says ` world`, whether or not the space had been sent before the
 * break: white space at the continuation's beginning is held back until its first word, and what the text ended with is taken off it. The
 * first text of the continuation goes on with the part that is open.
 */
export function chatSeam(text: string, last: LastPart): ChatSeam {
  const half = HALF_CHARACTER.exec(text)?.[0] ?? '';
  const whole = text.slice(0, text.length - half.length);
  const prefix = whole.trimEnd();
  const joining: Joining = {
    sent: whole.slice(prefix.length),
    half,
    numbers: new Map(),
    held: [],
    open: last.isOpen ? last.part : undefined,
    next: last.part + 1,
    isJoined: false,
  };
  return { prefix, join: (events) => events.flatMap((event) => joinOne(joining, event)) };
}

function joinOne(joining: Joining, event: AnswerEvent): readonly AnswerEvent[] {
  switch (event.type) {
    case 'part-start':
      return joinStart(joining, event);
    case 'part-delta': {
      const part = numberOf(joining, event.part);
      const text = joining.isJoined ? event.text : newText(joining, event.text);
      joining.isJoined ||= text !== '';
      return text === '' ? [] : [{ ...event, part, text }];
    }
    case 'part-end':
      return joinEnd(joining, { ...event, part: numberOf(joining, event.part) });
    case 'finish':
      return [...endOpen(joining, event.choice), event];
    default:
      joining.isJoined ||= isContent(event);
      return [event];
  }
}

/** The text that goes on has begun already for the caller. Before anything else the open text ends. */
function joinStart(joining: Joining, event: PartStart): readonly AnswerEvent[] {
  const { open } = joining;
  if (event.begins.kind === 'text' && open !== undefined && !joining.isJoined) {
    joining.numbers.set(event.part, open);
    return [];
  }
  const ended = endOpen(joining, event.choice);
  const part = joining.next;
  joining.next += 1;
  joining.numbers.set(event.part, part);
  joining.isJoined ||= event.begins.kind !== 'text';
  return [...ended, { ...event, part }];
}

function joinEnd(joining: Joining, event: Extract<AnswerEvent, { type: 'part-end' }>): readonly AnswerEvent[] {
  if (event.part === joining.open) {
    joining.open = undefined;
  }
  return [event];
}

function endOpen(joining: Joining, choice: number): readonly AnswerEvent[] {
  const { open } = joining;
  joining.open = undefined;
  return open === undefined ? [] : [{ type: 'part-end', choice, part: open }];
}

function numberOf({ numbers }: Joining, part: number): number {
  return numbers.get(part) ?? part;
}

/** A piece at the beginning without the white space and the half character that the caller has; `""` while nothing but white space came. */
function newText({ held, half, sent }: Joining, text: string): string {
  const words = text.trimStart();
  held.push(text.slice(0, text.length - words.length));
  if (words === '') {
    return '';
  }
  const rest = half !== '' && words.startsWith(half) ? words.slice(half.length) : words;
  return newSpace(held.join(''), sent) + rest;
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
