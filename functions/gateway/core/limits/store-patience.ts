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

/** After a failure the store is not asked about the same key for so long, unless it answers after all. */
const PAUSE_MS = 1000;
/** After a failure requests of the same key do not wait for the store for so long, unless it answers after all: it is asked beside them. */
const AWAY_MS = 30_000;

/** Of which accounts the store has failed to tell, and has not told since. */
export interface StoreOutages {
  readonly failed: (account: string) => void;
  readonly answered: (account: string) => void;
  /** Until the store may be asked again; 0 or less: now. */
  readonly pauseLeftMs: (account: string) => number;
  readonly isAway: (account: string) => boolean;
}

/** Remembers what an instance has met. */
export function storeOutages({ nowMs }: Clock): StoreOutages {
  const failedAtMs = new Map<string, number>();
  const sinceMs = (account: string): number => nowMs() - (failedAtMs.get(account) ?? -Infinity);
  return {
    failed: (account) => void failedAtMs.set(account, nowMs()),
    answered: (account) => void failedAtMs.delete(account),
    pauseLeftMs: (account) => PAUSE_MS - sinceMs(account),
    isAway: (account) => sinceMs(account) < AWAY_MS,
  };
}
