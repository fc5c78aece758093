import type { AttemptFailure } from '../model/attempt-failure.ts';
import { failureVerdict } from '../model/failure-verdict.ts';
import type { Race } from './race-state.ts';

/** The first wait before the same deployment is asked again; it doubles, with full jitter. */
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 2000;
/** A wait that would leave less than this for the attempt is not begun. */
const MIN_ATTEMPT_MS = 250;

/** The candidate to go on with after a failure; `undefined` where there is none. */
export function nextCandidate(race: Race): number | undefined {
  return hasAttemptLeft(race) ? untriedCandidates(race).find((candidate) => race.rules.mayRetry(candidate)) : undefined;
}

/** Who is asked beside an attempt that is slow; `undefined` where nobody is fit for it. */
export function hedgeTarget(race: Race): number | undefined {
  const isTarget = (index: number): boolean => race.rules.candidates[index]?.hedgeTarget === true;
  const isFirst = race.attempts.every((attempt) => !attempt.hedge);
  return isFirst || hasAttemptLeft(race) ? untriedCandidates(race).find(isTarget) : undefined;
}

/**
 * The wait after which the failed attempt's own deployment is asked again, where the route or a lone candidate's Retry-After says so.
 * `undefined` where its window is too small for the prompt, as another attempt may have shown meanwhile.
 */
export function pauseBeforeSame(race: Race, failed: number, nowMs: number): Race['pause'] {
  const attempt = race.attempts[failed];
  if (attempt?.failure === undefined || !hasAttemptLeft(race) || !mayAskAgain(race, attempt.candidate)) {
    return undefined;
  }
  const waitMs =
    retryAfterMs(race, attempt.candidate, attempt.failure) ?? backoffMs(race, attempt.candidate, attempt.failure);
  return waitMs === undefined || nowMs + waitMs + MIN_ATTEMPT_MS > race.rules.deadlineMs
    ? undefined
    : { untilMs: nowMs + waitMs, candidate: attempt.candidate };
}

function mayAskAgain(race: Race, candidate: number): boolean {
  return race.rules.mayRetry(candidate) && isLargeEnough(race, candidate);
}

/** The wait that a rate limit has told, where it is worth it. */
function retryAfterMs(race: Race, candidate: number, failure: AttemptFailure): number | undefined {
  const toldMs = failure.kind === 'rate-limited' && !failure.quota ? failure.retryAfterMs : undefined;
  const askedMs = toldMs !== undefined && isWorthWaiting(race, candidate, toldMs) ? toldMs : undefined;
  // All who wait were told the same instant, and a wait of nothing would ask a vendor again in the same millisecond.
  return askedMs === undefined ? undefined : askedMs + jitterMs(race, 0);
}

/** For the only one; for one that would still be sooner than the next; and where the route asks the same again, for a short time. */
function isWorthWaiting(race: Race, candidate: number, waitMs: number): boolean {
  const { candidates, sameTargetRetries } = race.rules;
  const next = candidates[nextCandidate(race) ?? -1];
  if (candidates.length === 1) {
    return true;
  }
  const isAskedFor = waitMs <= BACKOFF_MAX_MS && triesAt(race, candidate) <= sameTargetRetries;
  const isFirstTry = triesAt(race, candidate) === 1;
  const backMs = waitMs + (candidates[candidate]?.expectedTtftMs ?? Infinity);
  return isAskedFor || (isFirstTry && next !== undefined && backMs < next.expectedTtftMs);
}

function backoffMs(race: Race, candidate: number, failure: AttemptFailure): number | undefined {
  if (!failureVerdict(failure).retrySame || triesAt(race, candidate) > race.rules.sameTargetRetries) {
    return undefined;
  }
  return jitterMs(race, candidate);
}

/** Full jitter: anything up to a bound that doubles with each try at the candidate. */
function jitterMs(race: Race, candidate: number): number {
  const tries = triesAt(race, candidate);
  return race.rules.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (tries - 1));
}

function triesAt(race: Race, candidate: number): number {
  return race.attempts.filter((attempt) => attempt.candidate === candidate).length;
}

/** The candidates that may still be dialled, in the plan's order. */
export function untriedCandidates(race: Race): readonly number[] {
  const tried = new Set(race.attempts.map(({ candidate }) => candidate));
  return [...race.rules.candidates.keys()].filter((index) => !tried.has(index) && isLargeEnough(race, index));
}

/** A prompt that was too long for one candidate goes only to larger windows. An unknown window counts as none. */
function isLargeEnough({ attempts, rules }: Race, candidate: number): boolean {
  const windowOf = (index: number): number => rules.candidates[index]?.contextWindow ?? 0;
  return attempts.every(
    ({ failure, candidate: other }) =>
      failure === undefined ||
      failureVerdict(failure).next !== 'larger-window' ||
      windowOf(candidate) > windowOf(other),
  );
}

function hasAttemptLeft({ attempts, rules }: Race): boolean {
  return countedAttempts(attempts) < rules.maxAttempts;
}

/**
 * Attempts that count against `maxAttempts`: all but the request's first hedge, which would else take the place of a failover just when
 * something is wrong. A request so makes one call more at the most.
 */
export function countedAttempts(attempts: readonly { readonly hedge: boolean }[]): number {
  return attempts.length - (attempts.some(({ hedge }) => hedge) ? 1 : 0);
}
