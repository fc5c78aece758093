import type { Clock } from '../model/clock.ts';

/** Parts of a wait. */
const TURNS = 5;
/** A part that takes so many times its length says that this process was busy, and nothing of the store. */
const LATE_FACTOR = 1.5;
/** The longest that a busy process waits beyond the time. */
const BUSY_MS = 2000;

/**
 * What was asked, or `undefined` where it takes the store longer than `timeoutMs`. Time in which this process was too busy to wake is not
 * counted against the store, up to a bound: after each part of the wait the event loop turns, and an answer that has come meanwhile is read
 * first.
 */
export function inTime<Answer>(
  clock: Clock,
  timeoutMs: number,
  asked: Promise<Answer>,
): Promise<{ readonly answer: Answer } | undefined> {
  const partMs = timeoutMs / TURNS;
  const beganMs = clock.nowMs();
  return new Promise((resolve) => {
    let [turns, punctual, sinceMs] = [0, 0, beganMs];
    const wake = (): void => {
      const nowMs = clock.nowMs();
      turns += 1;
      punctual += nowMs - sinceMs <= partMs * LATE_FACTOR ? 1 : 0;
      if (punctual >= TURNS || (turns >= TURNS && nowMs - beganMs >= timeoutMs + BUSY_MS)) {
        resolve(undefined);
        return;
      }
      sinceMs = nowMs;
      cancel = clock.after(partMs, wake);
    };
    let cancel = clock.after(partMs, wake);
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
  /** It has not told in time: it may be asked on, and nobody is to wait for it who need not. */
  readonly slow: (account: string) => void;
  readonly answered: (account: string) => void;
  /** Until the store may be asked again; 0 or less: now. */
  readonly pauseLeftMs: (account: string) => number;
  readonly isAway: (account: string) => boolean;
}

/** Remembers what an instance has met. */
export function storeOutages({ nowMs }: Clock): StoreOutages {
  const failedAtMs = new Map<string, number>();
  const slowAtMs = new Map<string, number>();
  const sinceMs = (atMs: Map<string, number>, account: string): number => nowMs() - (atMs.get(account) ?? -Infinity);
  return {
    failed: (account) => void failedAtMs.set(account, nowMs()),
    slow: (account) => void slowAtMs.set(account, nowMs()),
    answered: (account) => {
      failedAtMs.delete(account);
      slowAtMs.delete(account);
    },
    pauseLeftMs: (account) => PAUSE_MS - sinceMs(failedAtMs, account),
    isAway: (account) => Math.min(sinceMs(failedAtMs, account), sinceMs(slowAtMs, account)) < AWAY_MS,
  };
}
