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
  if (timeoutMs <= 0) {
    return Promise.resolve(undefined);
  }
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
/** So much longer than its time a store that has become slow is waited for by who would be refused without it. */
const LATE_MS = 1000;
/** A wait that is shorter is none: timers are not as exact. */
const LEAST_LATE_MS = 20;
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
  /** How long who would be refused without the store waits on for it. 0 once somebody has waited through the same outage. */
  readonly lateMs: (account: string) => number;
  /** When a caller is told to ask again: at least as long as a pause while no answer came. */
  readonly retryMs: (account: string) => number;
  readonly isAway: (account: string) => boolean;
}

/** Remembers what an instance has met. */
export function storeOutages({ nowMs }: Clock): StoreOutages {
  const failedAtMs = new Map<string, number>();
  const slowAtMs = new Map<string, number>();
  const silentFromMs = new Map<string, number>();
  const sinceMs = (atMs: Map<string, number>, account: string): number => nowMs() - (atMs.get(account) ?? -Infinity);
  const isAway = (account: string): boolean =>
    Math.min(sinceMs(failedAtMs, account), sinceMs(slowAtMs, account)) < AWAY_MS;
  const lateMs = (account: string): number => {
    const leftMs = LATE_MS - (isAway(account) && silentFromMs.has(account) ? sinceMs(silentFromMs, account) : 0);
    return leftMs < LEAST_LATE_MS ? 0 : leftMs;
  };
  const pauseLeftMs = (account: string): number => {
    const silentMs = lateMs(account) > 0 ? Infinity : sinceMs(slowAtMs, account);
    return PAUSE_MS - Math.min(sinceMs(failedAtMs, account), silentMs);
  };
  return {
    failed: (account) => void failedAtMs.set(account, nowMs()),
    slow: (account) => {
      if (!isAway(account) || !silentFromMs.has(account)) {
        silentFromMs.set(account, nowMs());
      }
      slowAtMs.set(account, nowMs());
    },
    answered: (account) => {
      for (const known of [failedAtMs, slowAtMs, silentFromMs]) {
        known.delete(account);
      }
    },
    pauseLeftMs,
    lateMs,
    retryMs: (account) => {
      const leftMs = pauseLeftMs(account);
      return leftMs <= 0 || silentFromMs.has(account) ? PAUSE_MS : leftMs;
    },
    isAway,
  };
}
