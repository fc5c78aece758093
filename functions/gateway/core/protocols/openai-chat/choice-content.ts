import type { AnswerEvent } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnswerParts } from '../answer-parts.ts';
import { type Words, wordsKind, wordsOf } from './delta-content.ts';
import { thoughtBlocks } from './thought-blocks.ts';
import { type ToolCallTracker, toolCallFragments } from './tool-call-tracker.ts';

/** Reads the words, thoughts and calls of a choice. */
export interface ContentReader {
  readonly read: (said: JsonObject, isLast: boolean) => readonly AnswerEvent[];
  /** The proof of the thoughts so far, now that they have ended. */
  readonly proven: () => readonly AnswerEvent[];
  /** A text that is new, by the name of its member. */
  readonly again: (member: string, text: string) => void;
}

/** Nothing read so far. Calls go to `calls`, words into `parts`. */
export function contentReader(parts: AnswerParts, calls: ToolCallTracker): ContentReader {
  const saidWords = newWords();
  const thoughts = thoughtBlocks();

  function proven(): readonly AnswerEvent[] {
    const proof = thoughts.take();
    return proof === undefined ? [] : parts.proveThoughts(proof);
  }

  return {
    read: (said, isLast) => {
      thoughts.add(said);
      const words = saidWords
        .add(wordsOf(said), isLast)
        .flatMap(({ kind, text }) => [...(kind === 'reasoning' ? [] : proven()), ...parts.words(kind, text)]);
      const fragments = toolCallFragments(said);
      return [...words, ...(fragments.length > 0 ? proven() : []), ...fragments.flatMap(calls.add)];
    },
    proven,
    again: (member, text) => saidWords.again({ kind: wordsKind(member), text }),
  };
}

interface NewWords {
  /** The words of a piece without those of a last one that says a whole kind once more: two pieces at least have said it. */
  readonly add: (words: readonly Words[], isLast: boolean) => readonly Words[];
  /** Words that are new. */
  readonly again: (words: Words) => void;
}

function newWords(): NewWords {
  const said = { text: newTexts(), reasoning: newTexts(), refusal: newTexts() };

  function again({ kind, text }: Words): void {
    said[kind].add(text);
  }

  function isRepeated(kind: Words['kind'], words: readonly Words[]): boolean {
    return said[kind].isWhole(words.map((one) => (one.kind === kind ? one.text : '')).join(''));
  }

  return {
    add: (words, isLast) => {
      const repeated = isLast ? KINDS.filter((kind) => isRepeated(kind, words)) : [];
      const fresh = repeated.length === 0 ? words : words.filter(({ kind }) => !repeated.includes(kind));
      fresh.forEach(again);
      return fresh;
    },
    again,
  };
}

const KINDS: readonly Words['kind'][] = ['text', 'reasoning', 'refusal'];

interface Texts {
  readonly add: (text: string) => void;
  /** Whether the text is that of all pieces, where there are several. Pieces are put together only where the lengths agree. */
  readonly isWhole: (text: string) => boolean;
}

function newTexts(): Texts {
  const texts: string[] = [];
  let length = 0;
  return {
    add: (text) => {
      length += text.length;
      texts.push(text);
    },
    isWhole: (text) => texts.length > 1 && text.length === length && text === texts.join(''),
  };
}
