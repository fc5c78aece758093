import type { Clock } from '../../../functions/gateway/core/model/clock.ts';

/** Time that passes only when everything that is due has been done: hours in seconds, and the same every run. */
export interface VirtualTime {
  readonly clock: Clock;
  /** Runs until nothing is left to wake, or the instant has come. */
  readonly runUntil: (untilMs: number) => Promise<void>;
}

interface Timer {
  readonly atMs: number;
  readonly order: number;
  readonly wake: () => void;
  cancelled: boolean;
}

export function virtualTime(startMs: number): VirtualTime {
  let nowMs = startMs;
  let order = 0;
  const heap: Timer[] = [];
  const after = (delayMs: number, wake: () => void): (() => void) => {
    if (Number.isNaN(delayMs)) {
      throw new RangeError('A delay is not a number.');
    }
    order += 1;
    const timer: Timer = { atMs: nowMs + Math.max(0, delayMs), order, wake, cancelled: false };
    push(heap, timer);
    return () => {
      timer.cancelled = true;
    };
  };
  const runUntil = async (untilMs: number): Promise<void> => {
    for (let timer = heap[0]; timer !== undefined && timer.atMs <= untilMs; timer = heap[0]) {
      pop(heap);
      if (!timer.cancelled) {
        nowMs = Math.max(nowMs, timer.atMs);
        timer.wake();
        // All promises that this has settled run before time goes on.
        await new Promise(setImmediate);
      }
    }
    nowMs = untilMs;
  };
  return { clock: { nowMs: () => nowMs, after }, runUntil };
}

/** Turns of the event loop without an end, after which whoever works is waiting for time to pass. */
const MAX_TURNS = 40;
const STEP_MS = 250;
const PATIENCE_MS = 200_000;

/** What the promise gives. Time passes only when nothing else goes on. */
export async function settledIn<Value>({ clock, runUntil }: VirtualTime, promise: Promise<Value>): Promise<Value> {
  const beganMs = clock.nowMs();
  let isSettled = false;
  const settle = (): void => {
    isSettled = true;
  };
  promise.then(settle, settle);
  for (let afterMs = 0; !isSettled && afterMs < PATIENCE_MS; afterMs += STEP_MS) {
    for (let turn = 0; !isSettled && turn < MAX_TURNS; turn += 1) {
      await new Promise(setImmediate);
    }
    if (!isSettled) {
      await runUntil(beganMs + afterMs);
    }
  }
  if (!isSettled) {
    throw new Error(`Nothing came within ${PATIENCE_MS / 1000} s.`);
  }
  return promise;
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Timer[], timer: Timer): void {
  heap.push(timer);
  let child = heap.length - 1;
  while (child > 0) {
    const parent = (child - 1) >> 1;
    if (!isBefore(heap[child]!, heap[parent]!)) {
      return;
    }
    swap(heap, child, parent);
    child = parent;
  }
}

function pop(heap: Timer[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) {
    return;
  }
  heap[0] = last;
  let parent = 0;
  for (;;) {
    const left = parent * 2 + 1;
    const smaller = left + 1 < heap.length && isBefore(heap[left + 1]!, heap[left]!) ? left + 1 : left;
    if (smaller >= heap.length || !isBefore(heap[smaller]!, heap[parent]!)) {
      return;
    }
    swap(heap, parent, smaller);
    parent = smaller;
  }
}

function swap(heap: Timer[], a: number, b: number): void {
  [heap[a], heap[b]] = [heap[b]!, heap[a]!];
}
