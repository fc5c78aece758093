import type { Clock } from './clock.ts';

/** The clock, whose timers cannot take the process down: a bug in what one of them wakes is told to `onBug`, and the others go on. */
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
