import type { Clock } from '../core/model/clock.ts';

/** The longest wait that a timer of Node takes; it wakes at once from a longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock: monotonic within the process, with fractions of a millisecond, near the wall clock. */
export const systemClock: Clock = {
  nowMs: () => performance.timeOrigin + performance.now(),
  after: (delayMs, wake) => {
    const dueMs = performance.now() + delayMs;
    // Node counts whole milliseconds, and so may wake up to one too early.
    const wakeWhenDue = (): void => {
      const leftMs = dueMs - performance.now();
      if (leftMs > 0) {
        timer = setTimeout(wakeWhenDue, Math.min(leftMs, LONGEST_TIMER_MS));
        return;
      }
      wake();
    };
    let timer = setTimeout(wakeWhenDue, Math.min(delayMs, LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};
