import type { Attempt } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { newRace, raceWakesAt, stepRace } from './race.ts';
import type { Race, RaceCommand, RaceEvent, RaceRules } from './race-state.ts';

/** One attempt of a race, for the trail. */
export interface RunAttempt<Piece> {
  readonly attempt: Attempt<Piece>;
  readonly candidate: number;
  readonly hedge: boolean;
}

/** How a race that was run ended. */
export type RunOutcome<Piece> =
  /** `pieces`: the answer's beginning for a stream, all of it for a plain call. `leader` is an index into `attempts`. */
  | { readonly kind: 'won'; readonly leader: number; readonly pieces: readonly Piece[] }
  | { readonly kind: 'lost'; readonly reason: 'failures' | 'deadline' | 'hung-up' };

/** A race that was run: its outcome, its attempts, and the time they took. */
export interface RunResult<Piece> {
  readonly outcome: RunOutcome<Piece>;
  /** In the order in which they were dialled. */
  readonly attempts: readonly RunAttempt<Piece>[];
  readonly failures: readonly AttemptFailure[];
  /** Time during which at least one attempt was in flight, milliseconds. */
  readonly upstreamMs: number;
}

/** What a race is run with: its rules, and how an attempt is made. */
export interface RunOptions<Piece> {
  readonly rules: RaceRules;
  /** Makes the attempt at a candidate. */
  readonly attempt: (candidate: number, extra: 'hedge' | 'retry' | undefined) => Attempt<Piece>;
  readonly clock: Clock;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

interface Run<Piece> {
  readonly options: RunOptions<Piece>;
  readonly attempts: RunAttempt<Piece>[];
  /** What each attempt has answered so far. */
  readonly answers: Piece[][];
  readonly finish: (result: RunResult<Piece>) => void;
  /** Ends the race for a bug in an attempt: the request fails loudly, but it does not hang, and nothing goes unhandled. */
  readonly fail: (bug: unknown) => void;
  race: Race;
  cancelWake?: () => void;
  busySinceMs?: number;
  upstreamMs: number;
}

/** Runs a race to its outcome: turns its commands into attempts and timers, and what these give into its events. Never rejects but for a bug. */
export function runRace<Piece>(options: RunOptions<Piece>): Promise<RunResult<Piece>> {
  return new Promise((resolve, reject) => {
    const onHangUp = (): void => apply(run, { kind: 'hung-up' });
    const run: Run<Piece> = {
      options,
      attempts: [],
      answers: [],
      race: newRace(options.rules),
      upstreamMs: 0,
      finish: (result) => {
        options.signal.removeEventListener('abort', onHangUp);
        resolve(result);
      },
      fail: (bug) => {
        options.signal.removeEventListener('abort', onHangUp);
        run.cancelWake?.();
        reject(bug);
        stopAll(run);
      },
    };
    options.signal.addEventListener('abort', onHangUp);
    apply(run, options.signal.aborted ? { kind: 'hung-up' } : { kind: 'started' });
  });
}

/** Nobody waits for these any more: what else is wrong with them is of no use to anybody. */
function stopAll<Piece>(run: Run<Piece>): void {
  run.race = { ...run.race, outcome: { kind: 'lost', reason: 'failures' } };
  for (const { attempt } of run.attempts) {
    try {
      attempt.abort({ kind: 'aborted', by: 'caller' });
    } catch {
      // The first bug has been told.
    }
  }
}

/** Also called by timers and by the caller's signal, which nobody could catch a bug of. */
function apply<Piece>(run: Run<Piece>, event: RaceEvent): void {
  try {
    step(run, event);
  } catch (bug) {
    run.fail(bug);
  }
}

function step<Piece>(run: Run<Piece>, event: RaceEvent): void {
  if (run.race.outcome !== undefined) {
    return;
  }
  const nowMs = run.options.clock.nowMs();
  const { race, commands } = stepRace(run.race, event, nowMs);
  run.race = race;
  for (const command of commands) {
    carryOut(run, command);
  }
  countUpstreamTime(run, nowMs);
  run.cancelWake?.();
  if (race.outcome === undefined) {
    run.cancelWake = run.options.clock.after(Math.max(0, raceWakesAt(race) - nowMs), () =>
      apply(run, { kind: 'woken' }),
    );
    return;
  }
  run.finish(resultOf(run, race.outcome));
}

function carryOut<Piece>(run: Run<Piece>, command: RaceCommand): void {
  if (command.kind === 'abort') {
    run.attempts[command.attempt]?.attempt.abort(command.failure);
    return;
  }
  const hedge = run.race.attempts[command.attempt]?.hedge ?? false;
  const retry = command.attempt > 0 ? 'retry' : undefined;
  const attempt = run.options.attempt(command.candidate, hedge ? 'hedge' : retry);
  run.attempts.push({ attempt, candidate: command.candidate, hedge });
  const answer: Piece[] = [];
  run.answers.push(answer);
  follow(run, { attempt, answer, index: command.attempt }).catch(run.fail);
}

interface Lane<Piece> {
  readonly attempt: Attempt<Piece>;
  readonly answer: Piece[];
  readonly index: number;
}

/** What is kept of one plain answer at the most: far above any model's longest. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;
const MAX_PLAIN_PIECES = 2_000_000;

function isTooLong<Piece>({ attempt, answer }: Lane<Piece>): boolean {
  return answer.length > MAX_PLAIN_PIECES || (attempt.report().answerBytes ?? 0) > MAX_PLAIN_BYTES;
}

/** Reports an attempt's content, end and failure to the race; reads a plain call's answer to its end. */
async function follow<Piece>(run: Run<Piece>, lane: Lane<Piece>): Promise<void> {
  const { attempt, answer, index } = lane;
  const opening = await attempt.open();
  if (opening.kind === 'failed') {
    apply(run, { kind: 'failed', attempt: index, failure: opening.failure });
    return;
  }
  answer.push(...opening.pieces);
  apply(run, { kind: 'content', attempt: index });
  if (run.options.rules.mode === 'stream') {
    return;
  }
  for (let pieces = await attempt.next(); pieces !== undefined; pieces = await attempt.next()) {
    for (const piece of pieces) {
      answer.push(piece);
    }
    if (isTooLong(lane)) {
      attempt.abort({ kind: 'malformed', reason: 'an answer without end' });
    }
  }
  const { failure } = attempt.report();
  apply(
    run,
    failure === undefined ? { kind: 'finished', attempt: index } : { kind: 'failed', attempt: index, failure },
  );
}

function countUpstreamTime<Piece>(run: Run<Piece>, nowMs: number): void {
  const isBusy = run.race.outcome === undefined && run.race.attempts.some((attempt) => attempt.state !== 'ended');
  if (isBusy && run.busySinceMs === undefined) {
    run.busySinceMs = run.options.clock.nowMs();
  } else if (!isBusy && run.busySinceMs !== undefined) {
    run.upstreamMs += nowMs - run.busySinceMs;
    delete run.busySinceMs;
  }
}

function resultOf<Piece>(run: Run<Piece>, outcome: NonNullable<Race['outcome']>): RunResult<Piece> {
  const failures = run.race.attempts.flatMap((attempt) => attempt.failure ?? []);
  const rest = { attempts: run.attempts, failures, upstreamMs: run.upstreamMs };
  return outcome.kind === 'lost'
    ? { ...rest, outcome }
    : { ...rest, outcome: { kind: 'won', leader: outcome.attempt, pieces: run.answers[outcome.attempt] ?? [] } };
}
