/** Time, as an argument. The adapters give the real one, tests and simulations their own. */
export interface Clock {
  /** Milliseconds since 1970, with fractions; it never goes back. */
  readonly nowMs: () => number;
  /** Calls `wake` once, `delayMs` from now or somewhat later, never earlier. The returned function cancels it. */
  readonly after: (delayMs: number, wake: () => void) => () => void;
}

/** A number from 0 (inclusive) to 1 (exclusive), as `Math.random` gives. */
export type Random = () => number;
