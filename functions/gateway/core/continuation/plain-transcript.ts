import type { AnswerEvent } from '../model/answer-event.ts';
import type { Prompt } from '../model/prompt.ts';
import type { LastPart } from './chat-seam.ts';

/** What a caller has read of one answer, as long as another deployment could go on with it. */
export interface PlainTranscript {
  readonly add: (events: readonly AnswerEvent[]) => void;
  /** The text so far; `undefined` once there has been anything but text, or the answer has ended. */
  readonly text: () => string | undefined;
  /** Where the text stands in the answer. */
  readonly last: () => LastPart;
}

/**
 * Keeps the text of an answer that is plain text and nothing else. Tool calls, reasoning, refusals, log probabilities and whatever else a
 * vendor adds cannot be handed to another model half done; nor can one of several choices, or a text that has to be JSON.
 */
export function plainTranscript(prompt: Prompt): PlainTranscript {
  const pieces: string[] = [];
  let isPlain = asksForPlainText(prompt);
  let last: LastPart = { part: -1, isOpen: false };
  return {
    add: (events) => {
      if (!isPlain) {
        return;
      }
      isPlain = !events.some(isMoreThanText);
      for (const event of events) {
        last = lastPart(event) ?? last;
        if (event.type === 'part-delta') {
          pieces.push(event.text);
        }
      }
    },
    text: () => (isPlain ? pieces.join('') : undefined),
    last: () => last,
  };
}

function lastPart(event: AnswerEvent): LastPart | undefined {
  return 'part' in event ? { part: event.part, isOpen: event.type !== 'part-end' } : undefined;
}

/** A spoken answer is asked for with `audio`. */
function asksForPlainText({ format, limits, logprobs, native }: Prompt): boolean {
  return limits.choices === 1 && format.kind === 'text' && logprobs === undefined && !native.has('audio');
}

function isMoreThanText(event: AnswerEvent): boolean {
  switch (event.type) {
    case 'part-delta':
    case 'usage':
    case 'about':
    case 'keep-alive':
    case 'failed':
      return false;
    case 'part-start':
      return event.begins.kind !== 'text';
    case 'part-end':
      return event.citations !== undefined || event.proof !== undefined;
    case 'citations':
    case 'native':
    case 'logprobs':
    case 'finish':
      return true;
  }
}
