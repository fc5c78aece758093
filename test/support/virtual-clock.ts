import type { Clock } from '../../functions/gateway/core/model/clock.ts';

/** A clock that a test moves, and the hand that moves it. */
export interface VirtualClock {
  readonly clock: Clock;
  /** Lets `ms` milliseconds pass: wakes what falls due, in order, and lets what was awaited go on before and after each. */
  readonly advance: (ms: number) => Promise<void>;
  /** Timers that neither fired nor were cancelled. */
  readonly pending: () => number;
}

interface Timer {
  readonly dueMs: number;
  readonly wake: () => void;
}

/** A clock on which time passes only when the test says so. */
export function virtualClock(startMs = 1_700_000_000_000): VirtualClock {
  let nowMs = startMs;
  const timers = new Set<Timer>();
  const clock: Clock = {
    nowMs: () => nowMs,
    after: (delayMs, wake) => {
      if (Number.isNaN(delayMs)) {
        throw new RangeError('A delay is not a number.');
      }
      const timer = { dueMs: nowMs + delayMs, wake };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
  };
  const advance = async (ms: number): Promise<void> => {
    const untilMs = nowMs + ms;
    await settle();
    for (let timer = nextDue(timers, untilMs); timer !== undefined; timer = nextDue(timers, untilMs)) {
      timers.delete(timer);
      nowMs = Math.max(nowMs, timer.dueMs);
      timer.wake();
      await settle();
    }
    nowMs = untilMs;
  };
  return { clock, advance, pending: () => timers.size };
}

/** The earliest timer; of two at the same instant the one that was set first. */
function nextDue(timers: ReadonlySet<Timer>, untilMs: number): Timer | undefined {
  const due = [...timers].filter((timer) => timer.dueMs <= untilMs);
  return due.reduce<Timer | undefined>(
    (first, timer) => (first === undefined || timer.dueMs < first.dueMs ? timer : first),
    undefined,
  );
}

/** Promises settle in microtasks, of which all have run when the event loop turns. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
