/** Whose request met a failure. */
export interface Witness {
  /** Names the caller's key. */
  readonly key: string;
  readonly conversation: string;
}

/**
 * What an attempt taught about its deployment, told as soon as it is known: the fleet learns of a slow first token while the answer is
 * still being written. An attempt gives one `first-token`, `failed`, `given-up` or `refused`, and after a first token one `answered` or
 * `cut`. Instants are milliseconds since 1970, times are milliseconds from our dial.
 */
export type Observation = {
  readonly deployment: string;
  /** When the attempt began, and when this became known. */
  readonly startedAtMs: number;
  readonly atMs: number;
  /** Whose request it was. Absent for probes. */
  readonly witness?: Witness;
} & Lesson;

/** What an attempt tells of its deployment. */
export type Lesson =
  | { readonly kind: 'first-token'; readonly ttftMs: number; readonly extra?: ExtraAttempt }
  /** `waitedMs`: for a time-out, how long the token was waited for in vain: it would have taken at least this long. */
  | { readonly kind: 'failed'; readonly waitedMs?: number; readonly extra?: ExtraAttempt }
  /**
   * We stopped it: the caller hung up, or another attempt was faster. Says nothing of the deployment's health, unless the wait was long for
   * it: then `limitMs` is how long it would have been waited for, and the wait counts as that share of a failure.
   */
  | { readonly kind: 'given-up'; readonly waitedMs: number; readonly limitMs?: number; readonly extra?: ExtraAttempt }
  /** The request itself was at fault: an attempt, and no more. */
  | { readonly kind: 'refused'; readonly extra?: ExtraAttempt }
  /** No first token yet, and it is late: at least this slow. Taken back once it is known better. */
  | { readonly kind: 'late'; readonly waitedMs: number }
  | {
      readonly kind: 'answered';
      readonly ttftMs: number;
      readonly totalMs: number;
      readonly inputTokens?: number;
      readonly outputTokens?: number;
      readonly cache?: CacheLesson;
    }
  /** The answer broke after its first token. */
  | { readonly kind: 'cut' }
  /** A probe of a deployment whose traffic is well known: what the first token of a probe says of one of traffic. */
  | { readonly kind: 'calibrated'; readonly probeMs: number; readonly trafficMs: number };

/** What a vendor has told of its prompt cache: tokens of the prompt that it had seen minutes before, and those that it had kept. */
export interface CacheLesson {
  readonly warmTokens: number;
  readonly cachedTokens: number;
}

/** Why there was this attempt beside a request's first. Counted against the fleet's budgets. */
export type ExtraAttempt = 'hedge' | 'retry';
