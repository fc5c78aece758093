import type { Clock } from '../../functions/gateway/core/model/clock.ts';

/** A clock on which waiting takes no time: it jumps to the moment that is waited for. */
export function instantClock(startMs = 1_700_000_000_000): Clock {
  let nowMs = startMs;
  return {
    nowMs: () => nowMs,
    after: (delayMs, wake) => {
      const dueMs = nowMs + delayMs;
      const pending = setImmediate(() => {
        nowMs = Math.max(nowMs, dueMs);
        wake();
      });
      return () => clearImmediate(pending);
    },
  };
}
