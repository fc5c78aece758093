import type { Clock } from '../core/model/clock.ts';
import { TimerQueue } from './timer-queue.ts';

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

const timers = new TimerQueue(monotonicMs);

/** The machine's clock: monotonic within the process, with fractions of a millisecond, near the wall clock. */
export const systemClock: Clock = {
  nowMs: steadyTime(monotonicMs, Date.now),
  after: (delayMs, wake) => timers.after(delayMs, wake),
};
