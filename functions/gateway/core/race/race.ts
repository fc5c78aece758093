import { type AttemptFailure, failureVerdict } from '../model/attempt-failure.ts';
import type { Contender } from '../routing/contender.ts';
import {
  canBeAsked,
  countedAttempts,
  hedgeTargets,
  isJudgedBeside,
  isRefused,
  nextContender,
  pauseBeforeSame,
  secondOpinion,
  untriedContenders,
} from './race-choices.ts';
import type { Race, RaceEvent, RaceStep, RacingAttempt } from './race-state.ts';

/** While others are left, an attempt has this share of the time left: a caller's short time-out makes room for a second provider. */
const SHARE_OF_TIME = 0.5;

/** What an event does to the race. Events after the outcome, or of attempts that have ended, change nothing. */
export function stepRace<Piece>(race: Race<Piece>, event: RaceEvent, nowMs: number): RaceStep<Piece> {
  const isStale = 'attempt' in event && race.attempts[event.attempt]?.state === 'ended';
  if (race.outcome !== undefined || isStale) {
    return { race, commands: [] };
  }
  switch (event.kind) {
    case 'started':
      return nowMs >= race.rules.deadlineMs
        ? missDeadline(race, nowMs)
        : dial(race, race.rules.contenders.find(canBeAsked), nowMs);
    case 'content':
      return race.rules.mode === 'stream' ? win(race, event.attempt) : lead(race, event.attempt);
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
export function raceWakesAt<Piece>(race: Race<Piece>): number {
  const { deadlineMs, mayHedge } = race.rules;
  const times = race.attempts.filter((attempt) => attempt.state === 'waiting').map((attempt) => attempt.firstTokenByMs);
  const hedgeMs = mayHedge === undefined ? undefined : hedgeDueAt(race);
  return Math.min(deadlineMs, race.pause?.untilMs ?? Infinity, hedgeMs ?? Infinity, ...times);
}

/**
 * Dials the contender; the race is lost where there is none. While others are left it has a share of the time: beside an attempt in flight
 * only those count whose vendors can be asked. An attempt that is alone is given all the time when its own is over and nobody can be asked:
 * until then nothing is encoded for the others.
 */
function dial<Piece>(
  race: Race<Piece>,
  contender: Contender<Piece> | undefined,
  nowMs: number,
  hedge = false,
): RaceStep<Piece> {
  if (contender === undefined) {
    return lose(race, 'failures', beaten);
  }
  const { deadlineMs, maxAttempts } = race.rules;
  const attempt = race.attempts.length;
  const isAlone = race.attempts.every(({ state }) => state === 'ended');
  const isLast =
    countedAttempts([...race.attempts, { hedge }]) >= maxAttempts ||
    !untriedContenders(race).some((other) => other !== contender && (isAlone || canBeAsked(other)));
  const limitMs = contender.limits.firstTokenMs;
  const shareMs = (deadlineMs - nowMs) * SHARE_OF_TIME;
  const firstTokenByMs = isLast ? deadlineMs : Math.min(deadlineMs, nowMs + Math.min(limitMs, shareMs));
  const isHurried = !isLast && shareMs < limitMs;
  const times = { startedAtMs: nowMs, firstTokenByMs, isHurried };
  const started: RacingAttempt<Piece> = { contender, hedge, ...times, state: 'waiting' };
  return {
    race: { rules: race.rules, attempts: [...race.attempts, started] },
    commands: [{ kind: 'dial', attempt, contender }],
  };
}

/** The first content of a plain call: its end is waited for. */
function lead<Piece>(race: Race<Piece>, leader: number): RaceStep<Piece> {
  const attempts = race.attempts.map((attempt, index) =>
    index === leader ? { ...attempt, state: 'leading' as const } : attempt,
  );
  return abortAll({ ...race, attempts }, beaten, leader);
}

function win<Piece>(race: Race<Piece>, attempt: number): RaceStep<Piece> {
  return abortAll({ ...race, outcome: { kind: 'won', attempt } }, beaten, attempt);
}

function beaten(): AttemptFailure {
  return { kind: 'aborted', by: 'hedge' };
}

function lose<Piece>(
  race: Race<Piece>,
  reason: 'failures' | 'deadline' | 'hung-up',
  failureOf: (attempt: RacingAttempt<Piece>) => AttemptFailure,
): RaceStep<Piece> {
  return abortAll({ ...race, outcome: { kind: 'lost', reason } }, failureOf);
}

/** Time is up. Who was over its own limit too has failed by that: only the last contender is given longer. */
function missDeadline<Piece>(race: Race<Piece>, nowMs: number): RaceStep<Piece> {
  return lose(race, 'deadline', ({ state, contender, startedAtMs }) => {
    const afterMs = nowMs - startedAtMs;
    const isLate = state === 'waiting' && afterMs >= contender.limits.firstTokenMs;
    return { kind: 'timed-out', phase: isLate ? 'first-token' : 'deadline', afterMs };
  });
}

/** Ends every attempt in flight but `except`. */
function abortAll<Piece>(
  race: Race<Piece>,
  failureOf: (attempt: RacingAttempt<Piece>) => AttemptFailure,
  except?: number,
): RaceStep<Piece> {
  const commands = race.attempts.flatMap((attempt, index) =>
    attempt.state === 'ended' || index === except
      ? []
      : [{ kind: 'abort' as const, attempt: index, failure: failureOf(attempt) }],
  );
  const after = commands.reduce((left, { attempt, failure }) => withEnded(left, attempt, failure), race);
  return { race: after, commands };
}

function withEnded<Piece>(race: Race<Piece>, index: number, failure: AttemptFailure): Race<Piece> {
  const attempts = race.attempts.map((attempt, at) =>
    at === index ? { ...attempt, state: 'ended' as const, failure, next: failureVerdict(failure).next } : attempt,
  );
  return { ...race, attempts };
}

function onFailure<Piece>(race: Race<Piece>, index: number, failure: AttemptFailure, nowMs: number): RaceStep<Piece> {
  const after = withEnded(race, index, failure);
  const isInFlight = after.attempts.some((attempt) => attempt.state !== 'ended');
  // A refused hedge takes nothing from the attempt it was to help.
  const isOther = isInFlight && (race.attempts[index]?.hedge === true || isJudgedBeside(after, index));
  if (after.attempts[index]?.next === 'to-caller' && !isOther) {
    return dial(after, secondOpinion(after, index), nowMs);
  }
  // While another attempt is in flight it is the next contender: no third call on top of it.
  if (isInFlight) {
    return { race: after, commands: [] };
  }
  if (nowMs >= race.rules.deadlineMs) {
    return missDeadline(after, nowMs);
  }
  const pause = pauseBeforeSame(after, index, nowMs);
  return pause === undefined ? dial(after, nextContender(after), nowMs) : { race: { ...after, pause }, commands: [] };
}

function onWake<Piece>(race: Race<Piece>, nowMs: number): RaceStep<Piece> {
  if (nowMs >= race.rules.deadlineMs) {
    return missDeadline(race, nowMs);
  }
  if (race.pause !== undefined) {
    return nowMs >= race.pause.untilMs ? dial(race, race.pause.contender, nowMs) : { race, commands: [] };
  }
  const late = race.attempts.findIndex((attempt) => attempt.state === 'waiting' && nowMs >= attempt.firstTokenByMs);
  return late === -1 ? hedgeIfDue(race, nowMs) : giveUpOn(race, late, nowMs);
}

function giveUpOn<Piece>(race: Race<Piece>, late: number, nowMs: number): RaceStep<Piece> {
  const isAlone = race.attempts.every((attempt, index) => index === late || attempt.state === 'ended');
  const next = isAlone ? nextContender(race) : undefined;
  // A second opinion that is late is none: the refusal is in hand.
  if (isAlone && next === undefined && !isRefused(race)) {
    return { race: withAllTheTime(race, late), commands: [] };
  }
  // The one that is slow may answer yet, and of the other it is known that it probably will not: both go on.
  if (next !== undefined && isLastResort(next) && !isLastResort(race.attempts[late]?.contender)) {
    return dial(withAllTheTime(race, late), next, nowMs);
  }
  const { startedAtMs = nowMs, isHurried = false } = race.attempts[late] ?? {};
  const phase = isHurried ? 'deadline' : 'first-token';
  const failure: AttemptFailure = { kind: 'timed-out', phase, afterMs: nowMs - startedAtMs };
  const { race: after, commands } = onFailure(race, late, failure, nowMs);
  return { race: after, commands: [{ kind: 'abort', attempt: late, failure }, ...commands] };
}

/** An ejected one: it is asked where all others have failed, and never instead of one that is merely slow. */
function isLastResort<Piece>(contender: Contender<Piece> | undefined): boolean {
  return contender !== undefined && contender.state !== 'healthy';
}

/** Nobody is left who could do better, as when a hedge has failed meanwhile: then waiting can only help. */
function withAllTheTime<Piece>(race: Race<Piece>, late: number): Race<Piece> {
  const { deadlineMs } = race.rules;
  const attempts = race.attempts.map((attempt, index) =>
    index === late ? { ...attempt, firstTokenByMs: deadlineMs } : attempt,
  );
  return { ...race, attempts };
}

function hedgeIfDue<Piece>(race: Race<Piece>, nowMs: number): RaceStep<Piece> {
  const due = hedgeDueAt(race);
  if (due === undefined || nowMs < due) {
    return { race, commands: [] };
  }
  const target = hedgeTargets(race).find(canBeAsked);
  if (target === undefined) {
    return { race: unhedged(race), commands: [] };
  }
  if (race.rules.mayHedge?.(race.isHedgeRefused ? 'when late' : 'when due') !== true) {
    return { race: withoutHedge(race), commands: [] };
  }
  return dial(race, target, nowMs, true);
}

/** A refused hedge is asked for once more, after twice the wait, and then no more. */
function withoutHedge<Piece>(race: Race<Piece>): Race<Piece> {
  if (race.isHedgeRefused === undefined) {
    return { ...race, isHedgeRefused: true };
  }
  return unhedged(race);
}

function unhedged<Piece>(race: Race<Piece>): Race<Piece> {
  const { mayHedge: _, ...rules } = race.rules;
  return { ...race, rules };
}

/** When the one waiting attempt gets a hedge; `undefined` where it gets none. */
function hedgeDueAt<Piece>(race: Race<Piece>): number | undefined {
  const inFlight = race.attempts.filter((attempt) => attempt.state !== 'ended');
  const [waiting] = inFlight;
  if (
    race.rules.mayHedge === undefined ||
    inFlight.length !== 1 ||
    waiting?.state !== 'waiting' ||
    hedgeTargets(race).length === 0
  ) {
    return undefined;
  }
  const afterMs = waiting.contender.limits.hedgeAfterMs;
  return afterMs === undefined ? undefined : waiting.startedAtMs + afterMs * (race.isHedgeRefused ? 2 : 1);
}
