import type { Clock } from '../model/clock.ts';

/** Pings without content are waited through for so many times as long as silence: a model may think between its words. */
const PINGS_FACTOR = 4;

/**
 * Notices when a wait for the next chunk lasts too long: `stallMs`, or for all waits between two chunks with content four times that. One
 * timer for the whole answer, however many chunks it has.
 */
export class StallWatch {
  readonly #clock: Clock;
  readonly #contentMs: number;
  readonly #onStall: (afterMs: number) => void;
  #limitMs: number;
  /** Waits since the last content that have ended, together. */
  #withoutContentMs = 0;
  #waitingSinceMs: number | undefined;
  #cancel: (() => void) | undefined;

  /** `onStall` is told how long the wait lasted, or all of them. */
  constructor(clock: Clock, stallMs: number, onStall: (afterMs: number) => void) {
    this.#clock = clock;
    this.#limitMs = stallMs;
    this.#contentMs = stallMs * PINGS_FACTOR;
    this.#onStall = onStall;
  }

  /** A wait begins. */
  waiting(): void {
    this.#waitingSinceMs = this.#clock.nowMs();
    this.#cancel ??= this.#clock.after(Math.max(0, this.#leftMs()), () => this.#check());
  }

  /** The wait has ended: what the caller does with the chunk is no stall of the provider's. `isContent`: what has come was no mere ping. */
  moved(isContent: boolean): void {
    this.#withoutContentMs = isContent ? 0 : this.#withoutContentMs + this.#waitedMs();
    this.#waitingSinceMs = undefined;
  }

  /** From now on no wait may last longer than this. */
  shorten(stallMs: number): void {
    if (stallMs < this.#limitMs) {
      this.#limitMs = stallMs;
      this.stop();
    }
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #check(): void {
    this.#cancel = undefined;
    const leftMs = this.#leftMs();
    if (leftMs > 0) {
      this.#cancel = this.#clock.after(Math.max(1, leftMs), () => this.#check());
      return;
    }
    const waitedMs = this.#waitedMs();
    this.#onStall(waitedMs >= this.#limitMs ? waitedMs : this.#withoutContentMs + waitedMs);
  }

  #waitedMs(): number {
    return this.#waitingSinceMs === undefined ? 0 : this.#clock.nowMs() - this.#waitingSinceMs;
  }

  #leftMs(): number {
    return Math.min(this.#limitMs, this.#contentMs - this.#withoutContentMs) - this.#waitedMs();
  }
}
