import type { AttemptFailure, FailureVerdict } from '../model/attempt-failure.ts';
import type { Random } from '../model/clock.ts';
import type { Contender } from '../routing/contender.ts';

/**
 * The failover of one request as a state machine: events in, commands out, no clock, no socket. `race.ts` holds its steps and
 * `run-race.ts` drives it.
 * At most two attempts are in flight: the one that is waited for, and its hedge or a last resort. The first that shows content leads, and the other is
 * aborted. Streams are settled then; plain calls when the leader's whole answer is in hand, so that a break in the middle goes on
 * at the next contender.
 */
export interface Race<Piece = unknown> {
  readonly rules: RaceRules<Piece>;
  readonly attempts: readonly RacingAttempt<Piece>[];
  /** Set while nothing is in flight and the next dial waits for its time: a backoff or a Retry-After. */
  readonly pause?: { readonly untilMs: number; readonly contender: Contender<Piece> };
  /** Whether a hedge has been refused, so that it is asked for again only when the first token is late. */
  readonly isHedgeRefused?: true;
  readonly outcome?: RaceOutcome;
}

/** What one request's race may do. */
export interface RaceRules<Piece = unknown> {
  /** In the order of the plan; at least one. One whose vendor cannot be asked is passed over when its turn comes. */
  readonly contenders: readonly Contender<Piece>[];
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
  /** Whether the fleet's retry budget allows a further attempt, at this contender, after a failure. */
  readonly mayRetry: (contender: Contender) => boolean;
  /**
   * Takes a second opinion from the budget: another provider is asked for what one has refused in words that nobody here knows. Absent: a
   * refusal is the answer.
   */
  readonly takeSecondOpinion?: () => boolean;
  /** Jitter of the backoff. */
  readonly random: Random;
}

/** How it stands with one attempt of a race. Events and commands name it by its place among the attempts. */
export interface RacingAttempt<Piece = unknown> {
  readonly contender: Contender<Piece>;
  readonly hedge: boolean;
  readonly startedAtMs: number;
  /** Without content by then it is given up; past the last contender it is the deadline. */
  readonly firstTokenByMs: number;
  /** Whether the caller has less time than its own limit: to be late is then no failure of its own. */
  readonly isHurried: boolean;
  readonly state: 'waiting' | 'leading' | 'ended';
  readonly failure?: AttemptFailure;
  /** Where its failure sends the request. */
  readonly next?: FailureVerdict['next'];
}

/** What happens to a race. */
export type RaceEvent =
  | { readonly kind: 'started' }
  | { readonly kind: 'content'; readonly attempt: number }
  | { readonly kind: 'finished'; readonly attempt: number }
  | { readonly kind: 'failed'; readonly attempt: number; readonly failure: AttemptFailure }
  | { readonly kind: 'woken' }
  | { readonly kind: 'hung-up' };

/** What a race has its driver do. */
export type RaceCommand<Piece = unknown> =
  | { readonly kind: 'dial'; readonly attempt: number; readonly contender: Contender<Piece> }
  | { readonly kind: 'abort'; readonly attempt: number; readonly failure: AttemptFailure };

/** How a race has ended. */
export type RaceOutcome =
  | { readonly kind: 'won'; readonly attempt: number }
  | { readonly kind: 'lost'; readonly reason: 'failures' | 'deadline' | 'hung-up' };

/** What an event makes of a race. */
export interface RaceStep<Piece = unknown> {
  readonly race: Race<Piece>;
  readonly commands: readonly RaceCommand<Piece>[];
}
