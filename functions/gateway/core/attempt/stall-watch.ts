import type { Clock } from '../model/clock.ts';

/** Notices when a wait lasts too long. One timer for the whole answer, however many chunks it has. */
export interface StallWatch {
  /** A wait begins. */
  readonly waiting: () => void;
  /** The wait has ended: what the caller does with the chunk is no stall of the provider's. */
  readonly moving: () => void;
  /** From now on no wait may last longer than this. */
  readonly shorten: (stallMs: number) => void;
  readonly stop: () => void;
}

/** A watch that calls `onStall` once a wait between two chunks lasts `stallMs`. `afterMs`: how long it lasted. */
export function stallWatch(clock: Clock, stallMs: number, onStall: (afterMs: number) => void): StallWatch {
  let limitMs = stallMs;
  let waitingSinceMs: number | undefined;
  let cancel: (() => void) | undefined;
  const check = (): void => {
    const waitedMs = waitingSinceMs === undefined ? 0 : clock.nowMs() - waitingSinceMs;
    if (waitedMs >= limitMs) {
      cancel = undefined;
      onStall(waitedMs);
      return;
    }
    cancel = clock.after(Math.max(1, limitMs - waitedMs), check);
  };
  return {
    waiting: () => {
      waitingSinceMs = clock.nowMs();
      cancel ??= clock.after(limitMs, check);
    },
    moving: () => {
      waitingSinceMs = undefined;
    },
    shorten: (shorterMs) => {
      if (shorterMs < limitMs) {
        limitMs = shorterMs;
        cancel?.();
        cancel = undefined;
      }
    },
    stop: () => {
      cancel?.();
      cancel = undefined;
    },
  };
}
