import { untilReady } from '../model/arrivals.ts';
import type { Attempt, AttemptSetting } from '../model/attempt.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import type { Contender } from '../routing/contender.ts';
import { raceWakesAt, stepRace } from './race.ts';
import type { Race, RaceCommand, RaceEvent, RaceOutcome, RaceRules } from './race-state.ts';

/** One upstream call of a request: who was asked, why, and what has come of it, as it stands now. */
export interface RaceAttempt<Piece = unknown> {
  readonly contender: Contender<Piece>;
  readonly attempt: Attempt<Piece>;
  readonly hedge: boolean;
  /** Whether it goes on with an answer that another deployment had begun. */
  readonly continues?: true;
}

/** How a race has ended, with what was read. */
export type RunOutcome<Piece> =
  /** `pieces`: the answer's beginning for a stream, all of it for a plain call. */
  | { readonly kind: 'won'; readonly leader: RaceAttempt<Piece>; readonly pieces: readonly Piece[] }
  | { readonly kind: 'lost'; readonly reason: 'failures' | 'deadline' | 'hung-up' };

/** All that came of a race. */
export interface RunResult<Piece> {
  readonly outcome: RunOutcome<Piece>;
  /** In the order in which they were dialled. */
  readonly attempts: readonly RaceAttempt<Piece>[];
  readonly failures: readonly AttemptFailure[];
  /** Time during which at least one attempt was in flight, milliseconds. */
  readonly upstreamMs: number;
}

/** What a race is run with. */
export interface RunOptions<Piece> {
  readonly rules: RaceRules<Piece>;
  /** Makes the attempt at a contender. */
  readonly attempt: (contender: Contender<Piece>, lane: LaneSetting) => Attempt<Piece>;
  readonly clock: Clock;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

/** How an attempt stands among the others of its race. `isAlone`: whether no other is under way now. */
export interface LaneSetting extends Required<Pick<AttemptSetting, 'isAlone'>> {
  readonly extra: 'hedge' | 'retry' | undefined;
}

interface Run<Piece> {
  readonly options: RunOptions<Piece>;
  readonly lanes: Lane<Piece>[];
  readonly end: PromiseWithResolvers<RunResult<Piece>>;
  race: Race<Piece>;
  cancelWake?: () => void;
  busySinceMs: number | undefined;
  upstreamMs: number;
}

/** One attempt, with what has been read of its answer. */
interface Lane<Piece> extends RaceAttempt<Piece> {
  readonly answer: Piece[];
  /** Its place among the attempts, by which the race knows it. */
  readonly number: number;
}

/**
 * Runs a race to its outcome: turns its commands into attempts and timers, and what these give into its events. Rejects for a bug alone: the
 * request fails loudly, but it does not hang, and nothing goes unhandled.
 */
export async function runRace<Piece>(options: RunOptions<Piece>): Promise<RunResult<Piece>> {
  const { signal, rules } = options;
  const end = Promise.withResolvers<RunResult<Piece>>();
  const race = { rules, attempts: [] };
  const run: Run<Piece> = { options, lanes: [], end, race, busySinceMs: undefined, upstreamMs: 0 };
  const onHangUp = (): void => apply(run, { kind: 'hung-up' });
  signal.addEventListener('abort', onHangUp);
  try {
    apply(run, signal.aborted ? { kind: 'hung-up' } : { kind: 'started' });
    return await end.promise;
  } catch (bug) {
    run.cancelWake?.();
    stopAll(run);
    throw bug;
  } finally {
    signal.removeEventListener('abort', onHangUp);
  }
}

/** Nobody waits for these any more: what else is wrong with them is of no use to anybody. */
function stopAll<Piece>(run: Run<Piece>): void {
  run.race = { ...run.race, outcome: { kind: 'lost', reason: 'failures' } };
  for (const { attempt } of run.lanes) {
    try {
      attempt.abort({ kind: 'aborted', by: 'caller' });
    } catch {
      // The first bug has been told.
    }
  }
}

/** Also called by timers and by the caller's signal, which nobody could catch a bug of. */
function apply<Piece>(run: Run<Piece>, event: RaceEvent): void {
  if (run.race.outcome !== undefined) {
    return;
  }
  try {
    const nowMs = run.options.clock.nowMs();
    const { race, commands } = stepRace(run.race, event, nowMs);
    run.race = race;
    for (const command of commands) {
      carryOut(run, command);
    }
    countUpstreamTime(run, nowMs);
    run.cancelWake?.();
    if (race.outcome === undefined) {
      const waitMs = Math.max(0, raceWakesAt(race) - nowMs);
      run.cancelWake = run.options.clock.after(waitMs, () => apply(run, { kind: 'woken' }));
    } else {
      run.end.resolve(resultOf(run, race.outcome));
    }
  } catch (bug) {
    run.end.reject(bug);
  }
}

function carryOut<Piece>(run: Run<Piece>, command: RaceCommand<Piece>): void {
  if (command.kind === 'abort') {
    run.lanes[command.attempt]?.attempt.abort(command.failure);
    return;
  }
  const { contender, attempt: number } = command;
  const hedge = run.race.attempts[number]?.hedge ?? false;
  const retry = number > 0 ? 'retry' : undefined;
  const isAlone = (): boolean => run.race.attempts.every((one, at) => at === number || one.state === 'ended');
  const attempt = run.options.attempt(contender, { extra: hedge ? 'hedge' : retry, isAlone });
  const lane: Lane<Piece> = { contender, attempt, hedge, answer: [], number };
  run.lanes.push(lane);
  // V8 follows an async stack through the resolving functions of a promise and through nothing that wraps them: a bug in an attempt so
  // shows whose request it was.
  follow(run, lane).then(run.end.resolve, run.end.reject);
}

/** What is kept of one plain answer at the most: far above any model's longest. Its bytes are the attempt's to bound. */
const MAX_PLAIN_PIECES = 2_000_000;

/** Reports an attempt's content, end and failure to the race; reads a plain call's answer to its end. Settles for a bug alone: the race's end is no single attempt's. */
async function follow<Piece>(run: Run<Piece>, { attempt, answer, number }: Lane<Piece>): Promise<never> {
  const opening = await attempt.open();
  if (opening.kind === 'failed') {
    apply(run, { kind: 'failed', attempt: number, failure: opening.failure });
  } else {
    for (const piece of opening.pieces) {
      answer.push(piece);
    }
    apply(run, { kind: 'content', attempt: number });
    if (run.options.rules.mode === 'plain') {
      await readToEnd(attempt, answer);
      const { failure } = attempt.report();
      const ended = failure === undefined ? { kind: 'finished' as const } : { kind: 'failed' as const, failure };
      apply(run, { ...ended, attempt: number });
    }
  }
  return new Promise<never>(() => {});
}

async function readToEnd<Piece>(attempt: Attempt<Piece>, answer: Piece[]): Promise<void> {
  let pieces: readonly Piece[] | undefined;
  do {
    await untilReady(attempt);
    pieces = attempt.take();
    for (const piece of pieces ?? []) {
      answer.push(piece);
    }
    if (answer.length > MAX_PLAIN_PIECES) {
      attempt.abort({ kind: 'malformed', reason: 'an answer without end' });
    }
  } while (pieces !== undefined);
}

function countUpstreamTime<Piece>(run: Run<Piece>, nowMs: number): void {
  const isBusy = run.race.outcome === undefined && run.race.attempts.some((attempt) => attempt.state !== 'ended');
  if (isBusy && run.busySinceMs === undefined) {
    run.busySinceMs = run.options.clock.nowMs();
  } else if (!isBusy && run.busySinceMs !== undefined) {
    run.upstreamMs += nowMs - run.busySinceMs;
    run.busySinceMs = undefined;
  }
}

function resultOf<Piece>(run: Run<Piece>, outcome: RaceOutcome): RunResult<Piece> {
  const { lanes, race, upstreamMs } = run;
  const failures = race.attempts.flatMap((attempt) => attempt.failure ?? []);
  const rest = { attempts: lanes, failures, upstreamMs };
  if (outcome.kind === 'lost') {
    return { ...rest, outcome };
  }
  const leader = lanes[outcome.attempt];
  if (leader === undefined) {
    throw new RangeError(`The race was won by attempt ${outcome.attempt}, which was never made.`);
  }
  return { ...rest, outcome: { kind: 'won', leader, pieces: leader.answer } };
}
