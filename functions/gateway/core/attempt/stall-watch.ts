import type { Clock } from '../model/clock.ts';

/** Notices when a wait lasts too long. One timer for the whole answer, however many chunks it has. */
export interface StallWatch {
  /** A wait begins. */
  readonly waiting: () => void;
  /** The wait has ended: what the caller does with the chunk is no stall of the provider's. `isContent`: what has come was no mere ping. */
  readonly moved: (isContent: boolean) => void;
  /** From now on no wait may last longer than this. */
  readonly shorten: (stallMs: number) => void;
  readonly stop: () => void;
}

/** Pings without content are waited through for so many times as long as silence: a model may think between its words. */
const PINGS_FACTOR = 4;

interface Watched {
  limitMs: number;
  /** Waits since the last content that have ended, together. */
  withoutContentMs: number;
  waitingSinceMs?: number | undefined;
  cancel?: (() => void) | undefined;
}

/**
 * A watch that calls `onStall` once a wait between two chunks lasts `stallMs`, or all waits between two chunks with content last four times
 * that. `afterMs`: how long it lasted.
 */
export function stallWatch(clock: Clock, stallMs: number, onStall: (afterMs: number) => void): StallWatch {
  const contentMs = stallMs * PINGS_FACTOR;
  const watched: Watched = { limitMs: stallMs, withoutContentMs: 0 };
  const waitedMs = (): number => (watched.waitingSinceMs === undefined ? 0 : clock.nowMs() - watched.waitingSinceMs);
  const leftMs = (): number => Math.min(watched.limitMs, contentMs - watched.withoutContentMs) - waitedMs();
  const check = (): void => {
    watched.cancel = undefined;
    if (leftMs() > 0) {
      watched.cancel = clock.after(Math.max(1, leftMs()), check);
      return;
    }
    onStall(waitedMs() >= watched.limitMs ? waitedMs() : watched.withoutContentMs + waitedMs());
  };
  const stop = (): void => {
    watched.cancel?.();
    watched.cancel = undefined;
  };
  return {
    waiting: () => {
      watched.waitingSinceMs = clock.nowMs();
      watched.cancel ??= clock.after(Math.max(0, leftMs()), check);
    },
    moved: (isContent) => {
      watched.withoutContentMs = isContent ? 0 : watched.withoutContentMs + waitedMs();
      watched.waitingSinceMs = undefined;
    },
    shorten: (shorterMs) => {
      if (shorterMs < watched.limitMs) {
        watched.limitMs = shorterMs;
        stop();
      }
    },
    stop,
  };
}
