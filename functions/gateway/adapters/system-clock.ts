import type { Clock } from '../core/model/clock.ts';

/** The longest wait that a timer of Node takes; it wakes at once from a longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Waits from this length on are rounded up, by a sixteenth at the most and never by more than the other. */
const ROUNDED_FROM_MS = 64;
const LONGEST_STEP_MS = 64;

/** Node keeps the timers of one length in a list, and sorts a list of every other length among them: most waits here have a length of their own. */
function timerMs(waitMs: number): number {
  if (waitMs < ROUNDED_FROM_MS) {
    return waitMs;
  }
  const stepMs = Math.min(LONGEST_STEP_MS, 2 ** (Math.floor(Math.log2(waitMs)) - 4));
  return Math.min(Math.ceil(waitMs / stepMs) * stepMs, LONGEST_TIMER_MS);
}

/** Further behind the wall clock than this the machine was asleep. */
const SLEPT_MS = 1000;

/**
 * Time that never goes back, from a monotonic clock (milliseconds since anywhere) and a wall clock (since 1970). The monotonic one of some
 * systems stands still while the machine sleeps: what has fallen behind is caught up with when it is next looked at. A wall clock that is
 * put back is not followed.
 */
export function steadyTime(monotonicMs: () => number, wallMs: () => number): () => number {
  let offsetMs = wallMs() - monotonicMs();
  return () => {
    const steadyMs = offsetMs + monotonicMs();
    const behindMs = wallMs() - steadyMs;
    if (behindMs <= SLEPT_MS) {
      return steadyMs;
    }
    offsetMs += behindMs;
    return steadyMs + behindMs;
  };
}

/** Milliseconds since anywhere, of a clock that never goes back. Not that of `performance`: Node loads for it what takes 2 ms of a start. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

const steadyMs = steadyTime(monotonicMs, Date.now);

/** The machine's clock: monotonic within the process, with fractions of a millisecond, near the wall clock. */
export const systemClock: Clock = machineClock((bug) => {
  throw bug;
});

/** The machine's clock, whose timers cannot take the process down: a bug in what one of them wakes is told to `onBug`, and the others go on. */
export function machineClock(onBug: (bug: unknown) => void): Clock {
  return {
    nowMs: steadyMs,
    after: (delayMs, wake) => {
      const dueMs = monotonicMs() + delayMs;
      // Node counts whole milliseconds, and so may wake up to one too early.
      const wakeWhenDue = (): void => {
        const leftMs = dueMs - monotonicMs();
        if (leftMs > 0) {
          timer = setTimeout(wakeWhenDue, timerMs(leftMs));
          return;
        }
        try {
          wake();
        } catch (bug) {
          onBug(bug);
        }
      };
      let timer = setTimeout(wakeWhenDue, timerMs(delayMs));
      return () => clearTimeout(timer);
    },
  };
}
