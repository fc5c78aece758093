import type { Clock } from '../core/clock.ts';

/** The machine's clock: monotonic within the process, with fractions of a millisecond, near the wall clock. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after: (delayMs, wake) => {
    const timer = setTimeout(wake, delayMs);
    return () => clearTimeout(timer);
  },
};
