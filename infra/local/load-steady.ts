import type { Clock, Random } from '../../functions/gateway/core/model/clock.ts';

export interface SteadyLoadOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Makes the call of that number. Never rejects. */
  readonly call: (index: number) => Promise<unknown>;
}

/** Calls that go on by themselves for some minutes, so that there is something to look at. */
export interface SteadyLoad {
  readonly state: () => LoadState;
  /** Begins, or begins its minutes anew. */
  readonly start: () => void;
  /** No further calls; those under way end by themselves. */
  readonly stop: () => void;
}

export interface LoadState {
  readonly running: boolean;
  /** Milliseconds until it stops by itself; 0 where it does not run. */
  readonly leftMs: number;
  readonly callsPerSecond: number;
  /** Calls made since the first start. */
  readonly calls: number;
}

const CALLS_PER_SECOND = 4;
const RUNS_FOR_MS = 5 * 60_000;
/** Where providers are silent, calls pile up: above this none is added. */
const MAX_IN_FLIGHT = 40;

/** A load that does not yet run. */
export function steadyLoad({ clock, random, call }: SteadyLoadOptions): SteadyLoad {
  let untilMs = 0;
  let calls = 0;
  let inFlight = 0;
  let cancel: (() => void) | undefined;
  const leftMs = (): number => Math.max(0, untilMs - clock.nowMs());
  const next = (): void => {
    // Independent callers: the gaps between them are exponential.
    cancel = clock.after((-Math.log(1 - random()) * 1000) / CALLS_PER_SECOND, () => {
      cancel = undefined;
      if (leftMs() > 0) {
        callOnce();
        next();
      }
    });
  };
  const callOnce = (): void => {
    if (inFlight < MAX_IN_FLIGHT) {
      inFlight += 1;
      calls += 1;
      void call(calls).finally(() => {
        inFlight -= 1;
      });
    }
  };
  return {
    state: () => ({ running: leftMs() > 0, leftMs: leftMs(), callsPerSecond: CALLS_PER_SECOND, calls }),
    start: () => {
      untilMs = clock.nowMs() + RUNS_FOR_MS;
      if (cancel === undefined) {
        next();
      }
    },
    stop: () => {
      untilMs = 0;
      cancel?.();
      cancel = undefined;
    },
  };
}
