import type { Clock } from '../../functions/gateway/core/model/clock.ts';

/** A process that is busy for a while in each turn of its event loop: its timers are late, and each turn reads what has come. */
export function busyLoop(): { readonly clock: Clock; readonly turn: (busyMs: number) => Promise<void> } {
  let nowMs = 0;
  const timers = new Map<symbol, { readonly dueMs: number; readonly wake: () => void }>();
  return {
    clock: {
      nowMs: () => nowMs,
      after: (delayMs, wake) => {
        const id = Symbol('timer');
        timers.set(id, { dueMs: nowMs + delayMs, wake });
        return () => void timers.delete(id);
      },
    },
    turn: async (busyMs) => {
      nowMs += busyMs;
      for (const [id, { dueMs, wake }] of [...timers]) {
        if (dueMs <= nowMs && timers.delete(id)) {
          wake();
        }
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
