import { failureVerdict, isUnknownRefusal } from '../model/attempt-failure.ts';
import type { Contender } from '../routing/contender.ts';
import type { Race } from './race-state.ts';

/** The first wait before the same deployment is asked again; it doubles, with full jitter. */
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 2000;
/** A wait that would leave less than this for the attempt is not begun. */
const MIN_ATTEMPT_MS = 250;

/** The contender to go on with after a failure; `undefined` where there is none, or where the request itself was refused. */
export function nextContender<Piece>(race: Race<Piece>): Contender<Piece> | undefined {
  return hasAttemptLeft(race) && !isRefused(race)
    ? untriedContenders(race).find((contender) => race.rules.mayRetry(contender) && canBeAsked(contender))
    : undefined;
}

/**
 * The contender to ask for a second opinion on a refusal: one of another provider, where the vendor's words are not known, none was asked
 * before, and the budget allows it. It takes one.
 */
export function secondOpinion<Piece>(race: Race<Piece>, refused: number): Contender<Piece> | undefined {
  const attempt = race.attempts[refused];
  const isFirst = race.attempts.filter(({ next }) => next === 'to-caller').length === 1;
  const isOpen = attempt?.failure !== undefined && isUnknownRefusal(attempt.failure) && isFirst;
  const other =
    isOpen && hasAttemptLeft(race)
      ? untriedContenders(race).find((contender) => mayJudge(race, contender, attempt.contender))
      : undefined;
  return other !== undefined && race.rules.takeSecondOpinion?.() === true ? other : undefined;
}

/** Whether an attempt of another provider is in flight beside one whose vendor's words are not known: it may see the request differently. */
export function isJudgedBeside<Piece>({ attempts }: Race<Piece>, refused: number): boolean {
  const { failure, contender } = attempts[refused] ?? {};
  const isOpen = failure !== undefined && isUnknownRefusal(failure);
  const { provider } = contender?.deployment ?? {};
  return (
    isOpen && attempts.some((other) => other.state !== 'ended' && other.contender.deployment.provider !== provider)
  );
}

function mayJudge<Piece>(race: Race<Piece>, other: Contender<Piece>, refused: Contender<Piece>): boolean {
  const isAnother = other.deployment.provider !== refused.deployment.provider;
  return isAnother && other.state === 'healthy' && race.rules.mayRetry(other) && canBeAsked(other);
}

/** Whether one has refused the request itself. */
export function isRefused<Piece>({ attempts }: Race<Piece>): boolean {
  return attempts.some(({ next }) => next === 'to-caller');
}

/** Those who may be asked beside an attempt that is slow, the best first. What their vendors can express is not looked at. */
export function hedgeTargets<Piece>(race: Race<Piece>): readonly Contender<Piece>[] {
  const isFirst = race.attempts.every((attempt) => !attempt.hedge);
  const mayBegin = !isRefused(race) && (isFirst || hasAttemptLeft(race));
  return mayBegin ? untriedContenders(race).filter(({ limits }) => limits.isHedgeTarget) : [];
}

/** Whether the contender's vendor can express the request. Encodes it, where that was not done before. */
export function canBeAsked<Piece>(contender: Contender<Piece>): boolean {
  return contender.encode().kind === 'encoded';
}

/**
 * The wait after which the failed attempt's own deployment is asked again, where the route or its Retry-After says so.
 * `undefined` where its window is too small for the prompt, as another attempt may have shown meanwhile.
 */
export function pauseBeforeSame<Piece>(race: Race<Piece>, failed: number, nowMs: number): Race<Piece>['pause'] {
  const attempt = race.attempts[failed];
  if (attempt?.failure === undefined) {
    return undefined;
  }
  const { contender, failure } = attempt;
  const toldMs = failure.kind === 'rate-limited' && !failure.quota ? failure.retryAfterMs : undefined;
  const { sameTargetRetries: retries } = race.rules;
  const isAskedAgain = retries > 0 && failureVerdict(failure).retrySame && triesAt(race, contender) <= retries;
  if ((toldMs === undefined && !isAskedAgain) || !mayAskAgain(race, contender)) {
    return undefined;
  }
  const waitMs = toldMs === undefined ? jitterMs(race, contender) : toldWaitMs(race, contender, toldMs);
  return waitMs === undefined || nowMs + waitMs + MIN_ATTEMPT_MS > race.rules.deadlineMs
    ? undefined
    : { untilMs: nowMs + waitMs, contender };
}

function mayAskAgain<Piece>(race: Race<Piece>, contender: Contender<Piece>): boolean {
  const mayGoOn = hasAttemptLeft(race) && !isRefused(race);
  return mayGoOn && race.rules.mayRetry(contender) && isLargeEnough(race, contender);
}

/** The wait that a rate limit has told, where it is worth it. All who wait were told the same instant, and one of nothing would ask a vendor again in the same millisecond. */
function toldWaitMs<Piece>(race: Race<Piece>, contender: Contender<Piece>, toldMs: number): number | undefined {
  return isWorthWaiting(race, contender, toldMs) ? toldMs + jitterMs(race, contender) : undefined;
}

/** For the only one; for one that would still be sooner than the next; and where the route asks the same again, for a short time. */
function isWorthWaiting<Piece>(race: Race<Piece>, contender: Contender<Piece>, waitMs: number): boolean {
  const { contenders, sameTargetRetries } = race.rules;
  const tries = triesAt(race, contender);
  if (waitMs <= BACKOFF_MAX_MS && tries <= sameTargetRetries) {
    return true;
  }
  if (contenders.every((other) => other === contender || !canBeAsked(other))) {
    return true;
  }
  const next = tries === 1 ? nextContender(race) : undefined;
  return next !== undefined && waitMs + contender.expectedTtftMs < next.expectedTtftMs;
}

/** Full jitter: anything up to a bound that doubles with each try at the contender. */
function jitterMs<Piece>(race: Race<Piece>, contender: Contender<Piece>): number {
  const tries = triesAt(race, contender);
  return race.rules.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (tries - 1));
}

function triesAt<Piece>(race: Race<Piece>, contender: Contender<Piece>): number {
  return race.attempts.filter((attempt) => attempt.contender === contender).length;
}

/** The contenders that were not dialled yet, in the plan's order. */
export function untriedContenders<Piece>(race: Race<Piece>): readonly Contender<Piece>[] {
  return race.rules.contenders.filter(
    (contender) =>
      race.attempts.every((attempt) => attempt.contender !== contender) &&
      isLargeEnough(race, contender) &&
      !contender.isUnfit(),
  );
}

/** A prompt that was too long for one contender goes only to larger windows. An unknown window counts as none. */
function isLargeEnough<Piece>({ attempts }: Race<Piece>, { deployment }: Contender<Piece>): boolean {
  return attempts.every(
    ({ next, contender }) =>
      next !== 'larger-window' || (deployment.contextWindow ?? 0) > (contender.deployment.contextWindow ?? 0),
  );
}

function hasAttemptLeft<Piece>({ attempts, rules }: Race<Piece>): boolean {
  return countedAttempts(attempts) < rules.maxAttempts;
}

/**
 * Attempts that count against `maxAttempts`: all but the request's first hedge, which would else take the place of a failover just when
 * something is wrong. A request so makes one call more at the most.
 */
export function countedAttempts(attempts: readonly { readonly hedge: boolean }[]): number {
  return attempts.length - (attempts.some(({ hedge }) => hedge) ? 1 : 0);
}
