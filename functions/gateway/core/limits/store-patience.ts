import type { Clock } from '../model/clock.ts';

/** Parts of a wait. A part that wakes late counts once: then it was this process that was busy, and the answer may wait behind the wake. */
const TURNS = 5;

/**
 * What was asked, or `undefined` where it takes the store longer than `timeoutMs`. Time in which this process was too busy to wake is not
 * counted against the store: after each part of the wait the event loop turns, and an answer that has come meanwhile is read first.
 */
export function inTime<Answer>(
  clock: Clock,
  timeoutMs: number,
  asked: Promise<Answer>,
): Promise<{ readonly answer: Answer } | undefined> {
  return new Promise((resolve) => {
    let turn = 1;
    const wake = (): void => {
      turn += 1;
      if (turn > TURNS) {
        resolve(undefined);
        return;
      }
      cancel = clock.after(timeoutMs / TURNS, wake);
    };
    let cancel = clock.after(timeoutMs / TURNS, wake);
    void asked.then((answer) => {
      cancel();
      resolve({ answer });
    });
  });
}
