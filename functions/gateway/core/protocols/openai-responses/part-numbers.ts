import type { AnswerEvent, BegunPart, PartEnd } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';

/** Reads one item of a response's output. */
export interface ItemReader {
  /** The item has begun. */
  readonly begin: () => readonly AnswerEvent[];
  /** An event that belongs to it. */
  readonly read: (type: string, event: JsonObject) => readonly AnswerEvent[];
  /** The item is done: what no event has told comes now. */
  readonly end: (item: JsonObject) => readonly AnswerEvent[];
}

/** Begins parts in the order of their numbers. */
export interface PartNumbers {
  readonly begin: (begins: BegunPart) => OpenPart;
}

/** One part of the answer while it grows. */
export interface OpenPart {
  /** The beginning: once, before anything else. */
  readonly start: AnswerEvent;
  /** Nothing for an empty piece. */
  readonly grow: (text: string) => readonly AnswerEvent[];
  /** Whether it has grown. */
  readonly hasText: () => boolean;
  /** Nothing the second time. */
  readonly end: (told?: Pick<PartEnd, 'citations' | 'proof'>) => readonly AnswerEvent[];
}

/** The parts of the one choice that a response has. */
export function partNumbers(): PartNumbers {
  let count = 0;
  return {
    begin: (begins) => {
      const part = count;
      count += 1;
      return openPart(part, begins);
    },
  };
}

function openPart(part: number, begins: BegunPart): OpenPart {
  let hasText = false;
  let isOpen = true;
  return {
    start: { type: 'part-start', choice: 0, part, begins },
    grow: (text) => {
      hasText ||= text !== '';
      return text === '' || !isOpen ? [] : [{ type: 'part-delta', choice: 0, part, text }];
    },
    hasText: () => hasText,
    end: (told = {}) => {
      const wasOpen = isOpen;
      isOpen = false;
      return wasOpen ? [{ type: 'part-end', choice: 0, part, ...told }] : [];
    },
  };
}
