import type { Clock } from '../core/model/clock.ts';

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

/** The longest wait that a timer of Node takes; it wakes at once from a longer one. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** So many timers that were cancelled may lie about, beside as many as are waited for. */
const CANCELLED_KEPT = 64;

interface Timer {
  readonly dueMs: number;
  /** Absent: cancelled, or woken. */
  wake: (() => void) | undefined;
}

/**
 * Many timers on one of Node's. A call sets five, and nearly all are cancelled before they are due: each on its own, Node lists and unlists
 * them at some ten times the price. Those that are waited for keep the process alive, as Node's do.
 */
export class TimerQueue {
  readonly #nowMs: () => number;
  /** A binary heap: no timer is due before the one at half its place. Source: J. W. J. Williams, Algorithm 232, 1964. */
  #heap: Timer[] = [];
  #waiting = 0;
  #armed: { readonly timeout: NodeJS.Timeout; readonly dueMs: number } | undefined;

  /** `nowMs`: milliseconds since anywhere, of a clock that never goes back. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Calls `wake` once, `delayMs` from now or somewhat later, never earlier. The returned function cancels it. */
  after(delayMs: number, wake: () => void): () => void {
    const timer: Timer = { dueMs: this.#nowMs() + delayMs, wake };
    rise(this.#heap, timer);
    this.#waiting += 1;
    if (this.#armed === undefined || timer.dueMs < this.#armed.dueMs) {
      this.#arm();
    } else if (this.#waiting === 1) {
      this.#armed.timeout.ref();
    }
    return () => {
      if (timer.wake !== undefined) {
        this.#end(timer);
        this.#forgetCancelled();
      }
    };
  }

  #end(timer: Timer): void {
    timer.wake = undefined;
    this.#waiting -= 1;
    if (this.#waiting === 0) {
      this.#armed?.timeout.unref();
    }
  }

  #forgetCancelled(): void {
    if (this.#heap.length > 2 * this.#waiting + CANCELLED_KEPT) {
      // What is sorted is a heap.
      this.#heap = this.#heap.filter(({ wake }) => wake !== undefined).sort((a, b) => a.dueMs - b.dueMs);
    }
  }

  /** Has Node wake us for the first that is waited for. It counts whole milliseconds, and may wake up to one too early. */
  #arm(): void {
    let [first] = this.#heap;
    while (first !== undefined && first.wake === undefined) {
      removeFirst(this.#heap);
      [first] = this.#heap;
    }
    clearTimeout(this.#armed?.timeout);
    if (first === undefined) {
      this.#armed = undefined;
      return;
    }
    const waitMs = Math.max(0, Math.min(Math.ceil(first.dueMs - this.#nowMs()), LONGEST_TIMER_MS));
    this.#armed = { timeout: setTimeout(() => this.#wakeDue(), waitMs), dueMs: first.dueMs };
  }

  /** Where one throws, the others are woken all the same, in a moment. */
  #wakeDue(): void {
    const nowMs = this.#nowMs();
    try {
      for (let [first] = this.#heap; first !== undefined && first.dueMs <= nowMs; [first] = this.#heap) {
        removeFirst(this.#heap);
        const { wake } = first;
        if (wake !== undefined) {
          this.#end(first);
          wake();
        }
      }
    } finally {
      this.#arm();
    }
  }
}

/** Adds a timer to a heap. */
function rise(heap: Timer[], timer: Timer): void {
  let at = heap.length;
  heap.push(timer);
  while (at > 0) {
    const above = (at - 1) >> 1;
    const other = heap[above];
    if (other === undefined || other.dueMs <= timer.dueMs) {
      break;
    }
    heap[at] = other;
    at = above;
  }
  heap[at] = timer;
}

/** Removes the first of a heap: the last takes its place and sinks to its own. */
function removeFirst(heap: Timer[]): void {
  const timer = heap.pop();
  if (timer === undefined || heap.length === 0) {
    return;
  }
  let at = 0;
  for (let below = earlier(heap, 1); below !== undefined; below = earlier(heap, 2 * at + 1)) {
    const other = heap[below];
    if (other === undefined || other.dueMs >= timer.dueMs) {
      break;
    }
    heap[at] = other;
    at = below;
  }
  heap[at] = timer;
}

/** The earlier of the two timers at this place and the next. */
function earlier(heap: readonly Timer[], place: number): number | undefined {
  const [one, other] = [heap[place], heap[place + 1]];
  if (one === undefined) {
    return undefined;
  }
  return other !== undefined && other.dueMs < one.dueMs ? place + 1 : place;
}

const timers = new TimerQueue(monotonicMs);

/** The machine's clock: monotonic within the process, with fractions of a millisecond, near the wall clock. */
export const systemClock: Clock = {
  nowMs: steadyTime(monotonicMs, Date.now),
  after: (delayMs, wake) => timers.after(delayMs, wake),
};
