import type { ChatDelta } from '../chat/chat-delta.ts';
import type { Clock } from '../clock.ts';
import type { Attempt } from './attempt.ts';
import type { AttemptFailure } from './attempt-failure.ts';
import { newRace, raceWakesAt, stepRace } from './race.ts';
import type { Race, RaceCommand, RaceEvent, RaceRules } from './race-state.ts';

/** One attempt of a race, for the trail. */
export interface RunAttempt {
  readonly attempt: Attempt;
  readonly candidate: number;
  readonly hedge: boolean;
}

export type RunOutcome =
  /** `deltas`: the answer's beginning for a stream, all of it for a plain call. `leader` is an index into `attempts`. */
  | { readonly kind: 'won'; readonly leader: number; readonly deltas: readonly ChatDelta[] }
  | { readonly kind: 'lost'; readonly reason: 'failures' | 'deadline' | 'hung-up' };

export interface RunResult {
  readonly outcome: RunOutcome;
  /** In the order in which they were dialled. */
  readonly attempts: readonly RunAttempt[];
  readonly failures: readonly AttemptFailure[];
  /** Time during which at least one attempt was in flight, milliseconds. */
  readonly upstreamMs: number;
}

export interface RunOptions {
  readonly rules: RaceRules;
  /** Makes the attempt at a candidate. */
  readonly attempt: (candidate: number) => Attempt;
  readonly clock: Clock;
  /** Aborted when the caller hangs up. */
  readonly signal: AbortSignal;
}

interface Run {
  readonly options: RunOptions;
  readonly attempts: RunAttempt[];
  /** What each attempt has answered so far. */
  readonly answers: ChatDelta[][];
  readonly finish: (result: RunResult) => void;
  race: Race;
  cancelWake?: () => void;
  busySinceMs?: number;
  upstreamMs: number;
}

/** Runs a race to its outcome: turns its commands into attempts and timers, and what these give into its events. Never rejects. */
export function runRace(options: RunOptions): Promise<RunResult> {
  return new Promise((resolve) => {
    const onHangUp = (): void => apply(run, { kind: 'hung-up' });
    const run: Run = {
      options,
      attempts: [],
      answers: [],
      race: newRace(options.rules),
      upstreamMs: 0,
      finish: (result) => {
        options.signal.removeEventListener('abort', onHangUp);
        resolve(result);
      },
    };
    options.signal.addEventListener('abort', onHangUp);
    apply(run, options.signal.aborted ? { kind: 'hung-up' } : { kind: 'started' });
  });
}

function apply(run: Run, event: RaceEvent): void {
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

function carryOut(run: Run, command: RaceCommand): void {
  if (command.kind === 'abort') {
    run.attempts[command.attempt]?.attempt.abort(command.failure);
    return;
  }
  const attempt = run.options.attempt(command.candidate);
  const hedge = run.race.attempts[command.attempt]?.hedge ?? false;
  run.attempts.push({ attempt, candidate: command.candidate, hedge });
  const answer: ChatDelta[] = [];
  run.answers.push(answer);
  void follow(run, { attempt, answer, index: command.attempt });
}

/** Reports an attempt's content, end and failure to the race; reads a plain call's answer to its end. */
async function follow(run: Run, lane: { attempt: Attempt; answer: ChatDelta[]; index: number }): Promise<void> {
  const { attempt, answer, index } = lane;
  const opening = await attempt.open();
  if (opening.kind === 'failed') {
    apply(run, { kind: 'failed', attempt: index, failure: opening.failure });
    return;
  }
  answer.push(...opening.deltas);
  apply(run, { kind: 'content', attempt: index });
  if (run.options.rules.mode === 'stream') {
    return;
  }
  for (let deltas = await attempt.next(); deltas !== undefined; deltas = await attempt.next()) {
    for (const delta of deltas) {
      answer.push(delta);
    }
  }
  const last = answer.at(-1);
  apply(
    run,
    last?.type === 'answer-failed'
      ? { kind: 'failed', attempt: index, failure: last.failure }
      : { kind: 'finished', attempt: index },
  );
}

function countUpstreamTime(run: Run, nowMs: number): void {
  const isBusy = run.race.outcome === undefined && run.race.attempts.some((attempt) => attempt.state !== 'ended');
  if (isBusy && run.busySinceMs === undefined) {
    run.busySinceMs = run.options.clock.nowMs();
  } else if (!isBusy && run.busySinceMs !== undefined) {
    run.upstreamMs += nowMs - run.busySinceMs;
    delete run.busySinceMs;
  }
}

function resultOf(run: Run, outcome: NonNullable<Race['outcome']>): RunResult {
  const failures = run.race.attempts.flatMap((attempt) => attempt.failure ?? []);
  const rest = { attempts: run.attempts, failures, upstreamMs: run.upstreamMs };
  return outcome.kind === 'lost'
    ? { ...rest, outcome }
    : { ...rest, outcome: { kind: 'won', leader: outcome.attempt, deltas: run.answers[outcome.attempt] ?? [] } };
}
