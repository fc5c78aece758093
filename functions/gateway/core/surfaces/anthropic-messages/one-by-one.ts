import type { AnswerEvent } from '../../model/answer-event.ts';

/** Events of parts that began beside the one that is open, by part. */
interface Queue {
  readonly waiting: Map<number, AnswerEvent[]>;
  open: number | undefined;
}

/**
 * Puts parts that grow side by side one after another, in the order in which they began: what belongs to a later part waits until the
 * earlier ones have ended. Other events pass at once.
 */
export function oneByOne(): (event: AnswerEvent) => readonly AnswerEvent[] {
  const queue: Queue = { waiting: new Map(), open: undefined };
  return (event) => {
    if (event.type === 'finish') {
      return [...[...queue.waiting.values()].flat(), event];
    }
    return 'part' in event ? inTurn(queue, event) : [event];
  };
}

function inTurn(queue: Queue, event: Extract<AnswerEvent, { readonly part: number }>): readonly AnswerEvent[] {
  queue.open ??= event.part;
  if (event.part === queue.open) {
    return event.type === 'part-end' ? [event, ...nextParts(queue)] : [event];
  }
  const events = queue.waiting.get(event.part) ?? [];
  queue.waiting.set(event.part, events);
  events.push(event);
  return [];
}

/** What has waited, up to and with the first part that is not whole yet. */
function nextParts(queue: Queue): readonly AnswerEvent[] {
  const released: AnswerEvent[][] = [];
  queue.open = undefined;
  for (const [part, events] of queue.waiting) {
    queue.waiting.delete(part);
    released.push(events);
    if (events.at(-1)?.type !== 'part-end') {
      queue.open = part;
      break;
    }
  }
  return released.flat();
}
