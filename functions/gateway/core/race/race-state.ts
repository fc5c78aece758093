import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Random } from '../model/clock.ts';

/**
 * The failover of one request as a state machine: events in, commands out, no clock, no socket. `race.ts` holds its steps and
 * `run-race.ts` drives it.
 * At most two attempts are in flight: the one that is waited for, and its hedge or a last resort. The first that shows content leads, and the other is
 * aborted. Streams are settled then; plain calls when the leader's whole answer is in hand, so that a break in the middle goes on
 * at the next candidate.
 */
export interface Race {
  readonly rules: RaceRules;
  readonly attempts: readonly RacingAttempt[];
  /** Set while nothing is in flight and the next dial waits for its time: a backoff or a Retry-After. */
  readonly pause?: { readonly untilMs: number; readonly candidate: number };
  /** Whether a hedge has been refused, so that it is asked for again only when the first token is late. */
  readonly isHedgeRefused?: true;
  readonly outcome?: RaceOutcome;
}

/** What a race is run by; fixed when it starts. */
export interface RaceRules {
  /** In the order of the plan; at least one. */
  readonly candidates: readonly RaceCandidate[];
  readonly mode: 'stream' | 'plain';
  /** Calls for the request, its first hedge not counted. */
  readonly maxAttempts: number;
  readonly sameTargetRetries: number;
  /** The instant by which everything must have ended. */
  readonly deadlineMs: number;
  /**
   * Whether the fleet's hedge budget allows one now: asked when a hedge is due and, where it was refused, once more after twice the wait.
   * Absent: the route does not hedge.
   */
  readonly mayHedge?: (asked: 'when due' | 'when late') => boolean;
  /** Whether the fleet's retry budget allows a further attempt, at this candidate, after a failure. */
  readonly mayRetry: (candidate: number) => boolean;
  /** Jitter of the backoff. */
  readonly random: Random;
}

/** What the race knows of a deployment that it may dial. */
export interface RaceCandidate {
  /** Given up where nothing has been seen for this long and another candidate is left. */
  readonly firstTokenMs: number;
  /** When its first token is expected, milliseconds from the dial. */
  readonly expectedTtftMs: number;
  /** A hedge starts after this long without a token. Absent: no hedge for this one. */
  readonly hedgeAfterMs?: number;
  /** Whether it may be the target of a hedge: neither ejected nor slow. */
  readonly hedgeTarget: boolean;
  readonly contextWindow?: number;
  /** Whether it is ejected: asked where all others have failed, and never instead of one that is merely slow. */
  readonly lastResort: boolean;
}

/** An attempt of the race. `candidate` is an index into the rules' candidates. */
export interface RacingAttempt {
  readonly candidate: number;
  readonly hedge: boolean;
  readonly startedAtMs: number;
  /** Without content by then it is given up; past the last candidate it is the deadline. */
  readonly firstTokenByMs: number;
  /** Whether the caller has less time than its own limit: to be late is then no failure of its own. */
  readonly isHurried: boolean;
  readonly state: 'waiting' | 'leading' | 'ended';
  readonly failure?: AttemptFailure;
}

/** What happens to a race. `woken`: an instant has come that it waited for. */
export type RaceEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'content'; readonly attempt: number }
  | { readonly kind: 'finished'; readonly attempt: number }
  | { readonly kind: 'failed'; readonly attempt: number; readonly failure: AttemptFailure }
  | { readonly kind: 'woken' }
  | { readonly kind: 'hung-up' };

/** What the race wants done. `attempt` is an index into its attempts. */
export type RaceCommand =
  | { readonly kind: 'dial'; readonly attempt: number; readonly candidate: number }
  | { readonly kind: 'abort'; readonly attempt: number; readonly failure: AttemptFailure };

/** How a race ended. */
export type RaceOutcome =
  | { readonly kind: 'won'; readonly attempt: number }
  | { readonly kind: 'lost'; readonly reason: 'failures' | 'deadline' | 'hung-up' };

/** A race after an event, and what is to be done now. */
export interface RaceStep {
  readonly race: Race;
  readonly commands: readonly RaceCommand[];
}
