import type { AnswerEvent } from '../../model/answer-event.ts';
import type { JsonObject } from '../../wire/json.ts';
import type { AnswerParts } from '../answer-parts.ts';
import { type Words, wordsOf } from './delta-content.ts';
import { thoughtBlocks } from './thought-blocks.ts';
import { type ToolCallTracker, toolCallFragments } from './tool-call-tracker.ts';

/** Reads the words, thoughts and calls of a choice. */
export interface ContentReader {
  readonly read: (said: JsonObject, isLast: boolean) => readonly AnswerEvent[];
  /** The proof of the thoughts so far, now that they have ended. */
  readonly proven: () => readonly AnswerEvent[];
  /** A text that is new. */
  readonly again: (text: string) => void;
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
    again: saidWords.again,
  };
}

interface NewWords {
  /** The words of a piece without a last one that says the whole text once more: two pieces at least have said it. */
  readonly add: (words: readonly Words[], isLast: boolean) => readonly Words[];
  /** A text that is new. */
  readonly again: (text: string) => void;
}

function newWords(): NewWords {
  const texts: string[] = [];
  return {
    add: (words, isLast) => {
      const text = words.flatMap((word) => (word.kind === 'text' ? word.text : [])).join('');
      if (isLast && text !== '' && texts.length > 1 && text === texts.join('')) {
        return words.filter(({ kind }) => kind !== 'text');
      }
      if (text !== '') {
        texts.push(text);
      }
      return words;
    },
    again: (text) => texts.push(text),
  };
}
