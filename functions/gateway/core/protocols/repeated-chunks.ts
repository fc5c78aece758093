import type { AnswerEvent } from '../model/answer-event.ts';
import type { WireEvent } from '../wire/wire-event.ts';
import { type TextTemplate, textTemplate } from './text-template.ts';

/** What one event of a stream was read as. */
export interface RepeatableRead {
  readonly events: readonly AnswerEvent[];
  /** The string in it that the next one may differ in: the words that the events give. */
  readonly text: unknown;
}

/** Reads the events of one stream, of which most say no more than the next words of the same part. */
export interface RepeatedChunks {
  /** What an event says. `readWhole` reads one that is not like the one before. */
  readonly read: (event: WireEvent, readWhole: (event: WireEvent) => RepeatableRead) => readonly AnswerEvent[];
}

/** A stream none of whose first so many chunks are like the ones before is not looked at any further. */
const MAX_MISSES = 4;

interface Last {
  readonly template: TextTemplate;
  readonly name: string;
  readonly delta: Extract<AnswerEvent, { type: 'part-delta' }>;
}

/**
 * A stream whose words are the member `name` of its events. An event that differs from the last one in that string alone goes on with the
 * same part, and is read at a tenth of the price: nothing else in it can be news. Anything else is read whole. `onText` is told of words that
 * are read so.
 */
export function repeatedChunks(name: string, onText: (text: string) => void = () => undefined): RepeatedChunks {
  let last: Last | undefined;
  let misses = 0;

  function readNew(event: WireEvent, readWhole: (event: WireEvent) => RepeatableRead): readonly AnswerEvent[] {
    const whole = readWhole(event);
    misses += last === undefined ? 0 : 1;
    last = misses < MAX_MISSES ? lastOf(event, whole, name) : undefined;
    return whole.events;
  }

  return {
    read: (event, readWhole) => {
      const text = last?.name === event.name ? last.template.textIn(event.data) : undefined;
      if (text === undefined || last === undefined) {
        return readNew(event, readWhole);
      }
      misses = 0;
      onText(text);
      return text === '' ? [] : [{ ...last.delta, text }];
    },
  };
}

function lastOf(event: WireEvent, { events, text }: RepeatableRead, name: string): Last | undefined {
  const [delta, ...others] = events;
  if (delta?.type !== 'part-delta' || others.length > 0 || delta.text !== text) {
    return undefined;
  }
  const template = textTemplate(event.data, name, delta.text);
  return template === undefined ? undefined : { template, name: event.name, delta };
}
