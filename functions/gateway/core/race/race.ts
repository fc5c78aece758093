import type { AttemptFailure } from '../model/attempt-failure.ts';
import { failureVerdict } from '../model/failure-verdict.ts';
import { countedAttempts, hedgeTarget, nextCandidate, pauseBeforeSame, untriedCandidates } from './race-choices.ts';
import type { Race, RaceEvent, RaceRules, RaceStep, RacingAttempt } from './race-state.ts';

/** While others are left, an attempt has this share of the time left: a caller's short time-out makes room for a second provider. */
const SHARE_OF_TIME = 0.5;

/** A race that has dialled nobody yet. */
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
      return nowMs >= race.rules.deadlineMs ? missDeadline(race, nowMs) : dial(race, 0, nowMs, false);
    case 'content':
      return onContent(race, event.attempt);
    case 'finished':
      return win(race, event.attempt);
    case 'failed':
      return onFailure(race, event.attempt, event.failure, nowMs);
    case 'woken':
      return onWake(race, nowMs);
    case 'hung-up':
      return lose(race, 'hung-up', () => ({ kind: 'aborted', by: 'caller' }));
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
  const isLast =
    countedAttempts([...race.attempts, { hedge }]) >= maxAttempts ||
    untriedCandidates(race).every((other) => other === candidate);
  const shareMs = (deadlineMs - nowMs) * SHARE_OF_TIME;
  const firstTokenByMs = isLast ? deadlineMs : Math.min(deadlineMs, nowMs + Math.min(limitMs, shareMs));
  const isHurried = !isLast && shareMs < limitMs;
  const started: RacingAttempt = { candidate, hedge, startedAtMs: nowMs, firstTokenByMs, isHurried, state: 'waiting' };
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
  return abortAll({ ...race, attempts }, beaten, leader);
}

function win(race: Race, attempt: number): RaceStep {
  return abortAll({ ...race, outcome: { kind: 'won', attempt } }, beaten, attempt);
}

function beaten(): AttemptFailure {
  return { kind: 'aborted', by: 'hedge' };
}

function lose(
  race: Race,
  reason: 'failures' | 'deadline' | 'hung-up',
  failureOf: (attempt: RacingAttempt) => AttemptFailure,
): RaceStep {
  return abortAll({ ...race, outcome: { kind: 'lost', reason } }, failureOf);
}

/** Time is up. Who was over its own limit too has failed by that: only the last candidate is given longer. */
function missDeadline(race: Race, nowMs: number): RaceStep {
  return lose(race, 'deadline', ({ state, candidate, startedAtMs }) => {
    const afterMs = nowMs - startedAtMs;
    const isLate = state === 'waiting' && afterMs >= (race.rules.candidates[candidate]?.firstTokenMs ?? Infinity);
    return { kind: 'timed-out', phase: isLate ? 'first-token' : 'deadline', afterMs };
  });
}

/** Ends every attempt in flight but `except`. */
function abortAll(race: Race, failureOf: (attempt: RacingAttempt) => AttemptFailure, except?: number): RaceStep {
  const commands = race.attempts.flatMap((attempt, index) =>
    attempt.state === 'ended' || index === except
      ? []
      : [{ kind: 'abort' as const, attempt: index, failure: failureOf(attempt) }],
  );
  const after = commands.reduce((left, { attempt, failure }) => withEnded(left, attempt, failure), race);
  return { race: after, commands };
}

function withEnded(race: Race, index: number, failure: AttemptFailure): Race {
  const attempts = race.attempts.map((attempt, at) =>
    at === index ? { ...attempt, state: 'ended' as const, failure } : attempt,
  );
  return { ...race, attempts };
}

function onFailure(race: Race, index: number, failure: AttemptFailure, nowMs: number): RaceStep {
  const after = withEnded(race, index, failure);
  const isInFlight = after.attempts.some((attempt) => attempt.state !== 'ended');
  // A refused hedge takes nothing from the attempt it was to help.
  if (isRefusal(failure) && !(isInFlight && race.attempts[index]?.hedge === true)) {
    return lose(after, 'failures', beaten);
  }
  // While another attempt is in flight it is the next candidate: no third call on top of it.
  return isInFlight ? { race: after, commands: [] } : goOn(after, index, nowMs);
}

function isRefusal(failure: AttemptFailure | undefined): boolean {
  return failure !== undefined && failureVerdict(failure).next === 'to-caller';
}

/** Nothing is in flight: dial, wait or give up. */
function goOn(race: Race, failed: number, nowMs: number): RaceStep {
  if (nowMs >= race.rules.deadlineMs) {
    return missDeadline(race, nowMs);
  }
  const isRefused = race.attempts.some((attempt) => isRefusal(attempt.failure));
  const pause = isRefused ? undefined : pauseBeforeSame(race, failed, nowMs);
  if (pause !== undefined) {
    return { race: { ...race, pause }, commands: [] };
  }
  const next = isRefused ? undefined : nextCandidate(race);
  return next === undefined ? lose(race, 'failures', beaten) : dial(race, next, nowMs, false);
}

function onWake(race: Race, nowMs: number): RaceStep {
  if (nowMs >= race.rules.deadlineMs) {
    return missDeadline(race, nowMs);
  }
  if (race.pause !== undefined) {
    return nowMs >= race.pause.untilMs ? dial(race, race.pause.candidate, nowMs, false) : { race, commands: [] };
  }
  const late = race.attempts.findIndex((attempt) => attempt.state === 'waiting' && nowMs >= attempt.firstTokenByMs);
  return late === -1 ? hedgeIfDue(race, nowMs) : giveUpOn(race, late, nowMs);
}

function giveUpOn(race: Race, late: number, nowMs: number): RaceStep {
  const isAlone = race.attempts.every((attempt, index) => index === late || attempt.state === 'ended');
  const next = isAlone ? nextCandidate(race) : undefined;
  if (isAlone && next === undefined) {
    return { race: withAllTheTime(race, late), commands: [] };
  }
  // The one that is slow may answer yet, and of the other it is known that it probably will not: both go on.
  if (next !== undefined && isLastResort(race, next) && !isLastResort(race, race.attempts[late]?.candidate)) {
    return dial(withAllTheTime(race, late), next, nowMs, false);
  }
  const { startedAtMs = nowMs, isHurried = false } = race.attempts[late] ?? {};
  const phase = isHurried ? 'deadline' : 'first-token';
  const failure: AttemptFailure = { kind: 'timed-out', phase, afterMs: nowMs - startedAtMs };
  const { race: after, commands } = onFailure(race, late, failure, nowMs);
  return { race: after, commands: [{ kind: 'abort', attempt: late, failure }, ...commands] };
}

function isLastResort({ rules }: Race, candidate: number | undefined): boolean {
  return candidate !== undefined && rules.candidates[candidate]?.lastResort === true;
}

/** Nobody is left who could do better, as when a hedge has failed meanwhile: then waiting can only help. */
function withAllTheTime(race: Race, late: number): Race {
  const { deadlineMs } = race.rules;
  const attempts = race.attempts.map((attempt, index) =>
    index === late ? { ...attempt, firstTokenByMs: deadlineMs } : attempt,
  );
  return { ...race, attempts };
}

function hedgeIfDue(race: Race, nowMs: number): RaceStep {
  const due = hedgeDueAt(race);
  const target = hedgeTarget(race);
  if (due === undefined || target === undefined || nowMs < due) {
    return { race, commands: [] };
  }
  if (race.rules.mayHedge?.(race.isHedgeRefused ? 'when late' : 'when due') !== true) {
    return { race: withoutHedge(race), commands: [] };
  }
  return dial(race, target, nowMs, true);
}

/** A refused hedge is asked for once more, after twice the wait, and then no more. */
function withoutHedge(race: Race): Race {
  if (race.isHedgeRefused === undefined) {
    return { ...race, isHedgeRefused: true };
  }
  const { mayHedge: _, ...rules } = race.rules;
  return { ...race, rules };
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
  return afterMs === undefined ? undefined : waiting.startedAtMs + afterMs * (race.isHedgeRefused ? 2 : 1);
}
