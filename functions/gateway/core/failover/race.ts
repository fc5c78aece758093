import type { AttemptFailure } from './attempt-failure.ts';
import { failureVerdict } from './failure-verdict.ts';
import type { Race, RaceEvent, RaceRules, RaceStep, RacingAttempt } from './race-state.ts';

/** The first wait before the same deployment is asked again; it doubles, with full jitter. */
const BACKOFF_BASE_MS = 100;
const BACKOFF_MAX_MS = 2000;
/** A wait that would leave less than this for the attempt is not begun. */
const MIN_ATTEMPT_MS = 250;

export function newRace(rules: RaceRules): Race {
  return { rules, attempts: [] };
}

/** What an event does to the race. Events after the outcome, or of attempts that have ended, change nothing. */
export function stepRace(race: Race, event: RaceEvent, nowMs: number): RaceStep {
  if (race.outcome !== undefined || isStale(race, event)) {
    return { race, commands: [] };
  }
  switch (event.kind) {
    case 'started':
      return dial(race, 0, nowMs, false);
    case 'content':
      return onContent(race, event.attempt);
    case 'finished':
      return win(race, event.attempt);
    case 'failed':
      return onFailure(race, event.attempt, event.failure, nowMs);
    case 'woken':
      return onWake(race, nowMs);
    case 'hung-up':
      return lose(race, 'hung-up', { kind: 'aborted', by: 'caller' });
  }
}

/** The next instant at which something is due: wake the race then. */
export function raceWakesAt(race: Race): number {
  const times = race.attempts.filter((attempt) => attempt.state === 'waiting').map((attempt) => attempt.firstTokenByMs);
  return Math.min(race.rules.deadlineMs, race.pause?.untilMs ?? Infinity, hedgeDueAt(race) ?? Infinity, ...times);
}

function isStale(race: Race, event: RaceEvent): boolean {
  return 'attempt' in event && race.attempts[event.attempt]?.state === 'ended';
}

function dial(race: Race, candidate: number, nowMs: number, hedge: boolean): RaceStep {
  const limitMs = race.rules.candidates[candidate]?.firstTokenMs ?? 0;
  const { deadlineMs, maxAttempts } = race.rules;
  const attempt = race.attempts.length;
  const isLast = attempt + 1 >= maxAttempts || untried(race).every((other) => other === candidate);
  const firstTokenByMs = isLast ? deadlineMs : Math.min(deadlineMs, nowMs + limitMs);
  const started: RacingAttempt = { candidate, hedge, startedAtMs: nowMs, firstTokenByMs, state: 'waiting' };
  return {
    race: { rules: race.rules, attempts: [...race.attempts, started] },
    commands: [{ kind: 'dial', attempt, candidate }],
  };
}

function onContent(race: Race, leader: number): RaceStep {
  if (race.rules.mode === 'stream') {
    return win(race, leader);
  }
  const attempts = race.attempts.map((attempt, index) =>
    index === leader ? { ...attempt, state: 'leading' as const } : attempt,
  );
  return abortAll({ ...race, attempts }, { kind: 'aborted', by: 'hedge' }, leader);
}

function win(race: Race, attempt: number): RaceStep {
  return abortAll({ ...race, outcome: { kind: 'won', attempt } }, { kind: 'aborted', by: 'hedge' }, attempt);
}

function lose(race: Race, reason: 'failures' | 'deadline' | 'hung-up', failure: AttemptFailure): RaceStep {
  return abortAll({ ...race, outcome: { kind: 'lost', reason } }, failure);
}

/** Ends every attempt in flight but `except`. */
function abortAll(race: Race, failure: AttemptFailure, except?: number): RaceStep {
  const isHit = (attempt: RacingAttempt, index: number): boolean => attempt.state !== 'ended' && index !== except;
  const hits = race.attempts.flatMap((attempt, index) => (isHit(attempt, index) ? [index] : []));
  const attempts = race.attempts.map((attempt, index) => (isHit(attempt, index) ? ended(attempt, failure) : attempt));
  return { race: { ...race, attempts }, commands: hits.map((attempt) => ({ kind: 'abort', attempt, failure })) };
}

function ended(attempt: RacingAttempt, failure: AttemptFailure): RacingAttempt {
  return { ...attempt, state: 'ended', failure };
}

function onFailure(race: Race, index: number, failure: AttemptFailure, nowMs: number): RaceStep {
  const attempts = race.attempts.map((attempt, at) => (at === index ? ended(attempt, failure) : attempt));
  const after = { ...race, attempts };
  // While another attempt is in flight it is the next candidate: no third call on top of it.
  return attempts.some((attempt) => attempt.state !== 'ended')
    ? { race: after, commands: [] }
    : goOn(after, index, nowMs);
}

/** Nothing is in flight: dial, wait or give up. */
function goOn(race: Race, failed: number, nowMs: number): RaceStep {
  const giveUp: RaceStep = { race: { ...race, outcome: { kind: 'lost', reason: 'failures' } }, commands: [] };
  const isRefused = race.attempts.some((attempt) => attempt.failure?.kind === 'rejected');
  if (isRefused || race.attempts.length >= race.rules.maxAttempts) {
    return giveUp;
  }
  const pause = pauseBeforeSame(race, failed, nowMs);
  if (pause !== undefined) {
    return { race: { ...race, pause }, commands: [] };
  }
  const next = untried(race).find((candidate) => race.rules.mayRetry(candidate));
  return next === undefined ? giveUp : dial(race, next, nowMs, false);
}

/** The wait after which the failed attempt's own deployment is asked again, where the route or a lone candidate's Retry-After says so. */
function pauseBeforeSame(race: Race, failed: number, nowMs: number): Race['pause'] {
  const attempt = race.attempts[failed];
  if (attempt?.failure === undefined) {
    return undefined;
  }
  const waitMs =
    retryAfterOfLoneCandidate(race, attempt.failure) ?? backoffMs(race, attempt.candidate, attempt.failure);
  return waitMs === undefined || nowMs + waitMs + MIN_ATTEMPT_MS > race.rules.deadlineMs
    ? undefined
    : { untilMs: nowMs + waitMs, candidate: attempt.candidate };
}

function retryAfterOfLoneCandidate(race: Race, failure: AttemptFailure): number | undefined {
  const isLone = race.rules.candidates.length === 1;
  return isLone && failure.kind === 'rate-limited' && !failure.quota ? failure.retryAfterMs : undefined;
}

function backoffMs(race: Race, candidate: number, failure: AttemptFailure): number | undefined {
  const tries = race.attempts.filter((attempt) => attempt.candidate === candidate).length;
  if (!failureVerdict(failure).retrySame || tries > race.rules.sameTargetRetries) {
    return undefined;
  }
  return race.rules.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (tries - 1));
}

/** The candidates that may still be dialled, in the plan's order. A prompt that was too long for one goes only to larger windows. */
function untried(race: Race): readonly number[] {
  const exceeded = race.attempts.filter((attempt) => attempt.failure?.kind === 'context-exceeded');
  const windows = exceeded.map((attempt) => race.rules.candidates[attempt.candidate]?.contextWindow ?? 0);
  const isLargeEnough = (window: number | undefined): boolean =>
    windows.length === 0 || (window ?? 0) > Math.max(...windows);
  return race.rules.candidates.flatMap((candidate, index) => {
    const isTried = race.attempts.some((attempt) => attempt.candidate === index);
    return isTried || !isLargeEnough(candidate.contextWindow) ? [] : [index];
  });
}

function onWake(race: Race, nowMs: number): RaceStep {
  if (nowMs >= race.rules.deadlineMs) {
    const started = race.attempts.at(0)?.startedAtMs ?? nowMs;
    return lose(race, 'deadline', { kind: 'timed-out', phase: 'deadline', afterMs: nowMs - started });
  }
  if (race.pause !== undefined) {
    return nowMs >= race.pause.untilMs ? dial(race, race.pause.candidate, nowMs, false) : { race, commands: [] };
  }
  const late = race.attempts.findIndex((attempt) => attempt.state === 'waiting' && nowMs >= attempt.firstTokenByMs);
  return late === -1 ? hedgeIfDue(race, nowMs) : giveUpOn(race, late, nowMs);
}

function giveUpOn(race: Race, late: number, nowMs: number): RaceStep {
  const afterMs = nowMs - (race.attempts[late]?.startedAtMs ?? nowMs);
  const failure: AttemptFailure = { kind: 'timed-out', phase: 'first-token', afterMs };
  const { race: after, commands } = onFailure(race, late, failure, nowMs);
  return { race: after, commands: [{ kind: 'abort', attempt: late, failure }, ...commands] };
}

function hedgeIfDue(race: Race, nowMs: number): RaceStep {
  const due = hedgeDueAt(race);
  const target = hedgeTarget(race);
  if (due === undefined || target === undefined || nowMs < due) {
    return { race, commands: [] };
  }
  if (race.rules.mayHedge?.() !== true) {
    // The budget is spent: this request is not hedged, and is not asked again.
    const { mayHedge: _, ...rules } = race.rules;
    return { race: { ...race, rules }, commands: [] };
  }
  return dial(race, target, nowMs, true);
}

/** When the one waiting attempt gets a hedge; `undefined` where it gets none. */
function hedgeDueAt(race: Race): number | undefined {
  const inFlight = race.attempts.filter((attempt) => attempt.state !== 'ended');
  const [waiting] = inFlight;
  if (
    race.rules.mayHedge === undefined ||
    inFlight.length !== 1 ||
    waiting?.state !== 'waiting' ||
    hedgeTarget(race) === undefined
  ) {
    return undefined;
  }
  const afterMs = race.rules.candidates[waiting.candidate]?.hedgeAfterMs;
  return afterMs === undefined ? undefined : waiting.startedAtMs + afterMs;
}

function hedgeTarget(race: Race): number | undefined {
  const hasAttemptLeft = race.attempts.length < race.rules.maxAttempts;
  return hasAttemptLeft ? untried(race).find((index) => race.rules.candidates[index]?.hedgeTarget === true) : undefined;
}
