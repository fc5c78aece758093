import type { Clock } from '../../functions/gateway/core/model/clock.ts';

/** A test's clock as the gateway's is: a bug in what a timer wakes is told to `onBug`. */
export function guardedClock(clock: Clock, onBug: (bug: unknown) => void): Clock {
  return {
    nowMs: clock.nowMs,
    after: (delayMs, wake) =>
      clock.after(delayMs, () => {
        try {
          wake();
        } catch (bug) {
          onBug(bug);
        }
      }),
  };
}
