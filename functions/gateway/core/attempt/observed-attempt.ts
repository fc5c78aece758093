import type { Attempt, AttemptOpening, AttemptReport } from '../model/attempt.ts';
import { type AttemptFailure, failureVerdict } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { lessonAtUsualPrompt } from '../statistics/estimate.ts';
import type { FleetStatistics } from '../statistics/fleet-statistics.ts';
import type { ExtraAttempt, Lesson, Witness } from '../statistics/observation.ts';

/**
 * What it says of a deployment that a call to it was stopped for a faster one's sake before its first token: nothing before `afterMs`, as
 * much as a failure at `limitMs`, in between a share of one. Milliseconds from the dial.
 */
export interface SilenceRule {
  readonly afterMs: number;
  readonly limitMs: number;
}

/** What the fleet is told of an attempt, and when it counts as late. */
export interface ObservedAttemptOptions {
  readonly statistics: Pick<FleetStatistics, 'observe' | 'flush'>;
  readonly clock: Clock;
  readonly extra: ExtraAttempt | undefined;
  /** Without content after this long the fleet is told that it is late, and told anew as the wait grows. */
  readonly lateAfterMs: number;
  readonly silence: SilenceRule;
  /** The prompt's: what is told is what would have been after a usual one. */
  readonly promptFactor: number;
  /** Of the prompt, those that the vendor has read minutes before. */
  readonly warmTokens?: number;
  /** Whose request it is. Absent for probes. */
  readonly witness?: Witness;
  /** Whether lessons of a kind are told. Absent: all are. */
  readonly isTold?: Readonly<Record<Lesson['kind'], boolean>>;
}

/** A first token is late, and said to be, after this many times what was expected, and never before the floor. */
const LATE_FACTOR = 2;
const LATE_FLOOR_MS = 250;
/** It is told anew each time that the wait has grown so much. */
const LATER_FACTOR = 1.5;

/** How long a first token is waited for before the fleet is told that it is late. Milliseconds. */
export function lateAfter(expectedMs: number): number {
  return Math.max(LATE_FLOOR_MS, expectedMs * LATE_FACTOR);
}

interface Watch extends ObservedAttemptOptions {
  readonly attempt: Attempt<unknown>;
  cancelLate: () => void;
  takeBackLate?: () => void;
  /** `opened`: its first token is told and its end is not. */
  state: 'dialling' | 'opened' | 'told';
}

/**
 * The attempt, telling the fleet's statistics what it teaches as soon as it is known: a late or seen first token at once and not when the
 * answer's last word has been written. What is bad news is written at once, the rest with the request's end.
 */
export function observedAttempt<Piece>(attempt: Attempt<Piece>, options: ObservedAttemptOptions): Attempt<Piece> {
  const cancelLate = options.clock.after(options.lateAfterMs, () => tellLate(watch));
  const watch: Watch = { ...options, attempt, cancelLate, state: 'dialling' };
  return {
    ...attempt,
    open: async () => {
      const opening = await attempt.open();
      tellOpening(watch, opening);
      return opening;
    },
    take: () => {
      const pieces = attempt.take();
      if (pieces === undefined) {
        tellEnd(watch);
      }
      return pieces;
    },
    abort: (failure) => {
      attempt.abort(failure);
      tellEnd(watch);
    },
  };
}

function tell(watch: Watch, seen: Lesson, atMs: number, failure?: AttemptFailure): () => void {
  if (watch.isTold?.[seen.kind] === false) {
    return () => undefined;
  }
  const { deployment, startedAtMs } = watch.attempt;
  const lesson = lessonAtUsualPrompt(seen, watch.promptFactor);
  const about = { deployment: deployment.id, startedAtMs, atMs };
  const whose = watch.witness === undefined ? {} : { witness: watch.witness };
  return watch.statistics.observe({ ...lesson, ...about, ...whose }, failure);
}

function tellLate(watch: Watch): void {
  const { clock, attempt, statistics } = watch;
  const nowMs = clock.nowMs();
  const waitedMs = nowMs - attempt.startedAtMs;
  watch.takeBackLate?.();
  watch.takeBackLate = tell(watch, { kind: 'late', waitedMs }, nowMs);
  watch.cancelLate = clock.after(waitedMs * (LATER_FACTOR - 1), () => tellLate(watch));
  void statistics.flush();
}

function tellOpening(watch: Watch, opening: AttemptOpening<unknown>): void {
  watch.cancelLate();
  watch.takeBackLate?.();
  const { attempt, clock } = watch;
  const nowMs = clock.nowMs();
  const waitedMs = nowMs - attempt.startedAtMs;
  const why = watch.extra === undefined ? {} : { extra: watch.extra };
  if (opening.kind === 'failed') {
    watch.state = 'told';
    const lesson = { ...openingLesson(opening.failure, waitedMs, watch.silence), ...why };
    tell(watch, lesson, nowMs, opening.failure);
    void watch.statistics.flush();
    return;
  }
  watch.state = 'opened';
  tell(watch, { kind: 'first-token', ttftMs: attempt.report().ttftMs ?? waitedMs, ...why }, nowMs);
}

/** What an attempt teaches that showed no content. One that nobody blames the deployment for was stopped, or refused for the request's sake. */
function openingLesson(failure: AttemptFailure, waitedMs: number, { afterMs, limitMs }: SilenceRule): Lesson {
  const isCaller = failure.kind === 'aborted' && failure.by === 'caller';
  if (isStopped(failure) && waitedMs >= afterMs * (isCaller ? CALLER_FACTOR : 1)) {
    return { kind: 'given-up', waitedMs, limitMs };
  }
  if (failureVerdict(failure).blame === 'none') {
    return failure.kind === 'aborted' || failure.kind === 'timed-out'
      ? { kind: 'given-up', waitedMs }
      : { kind: 'refused' };
  }
  return failure.kind === 'timed-out' ? { kind: 'failed', waitedMs } : { kind: 'failed' };
}

/** Callers leave for reasons of their own: only a wait that is so much longer says something. */
const CALLER_FACTOR = 2;

/** By us, for a faster one's sake or for the caller's little time, or by a caller who has hung up. */
function isStopped(failure: AttemptFailure): boolean {
  return failure.kind === 'aborted' || (failure.kind === 'timed-out' && failure.phase === 'deadline');
}

function tellEnd(watch: Watch): void {
  if (watch.state !== 'opened') {
    return;
  }
  watch.state = 'told';
  const report = watch.attempt.report();
  const lesson = endLesson(report, watch);
  if (lesson !== undefined) {
    tell(watch, lesson, watch.clock.nowMs(), report.failure);
  }
  if (lesson?.kind === 'cut') {
    void watch.statistics.flush();
  }
}

/** Nothing for an answer that the caller did not want, or could not wait for, to its end. */
function endLesson(
  { ttftMs, endedAtMs, failure, usage }: AttemptReport,
  { attempt: { startedAtMs }, warmTokens = 0 }: Watch,
): Lesson | undefined {
  if (failure !== undefined) {
    return failureVerdict(failure).blame === 'none' ? undefined : { kind: 'cut' };
  }
  if (ttftMs === undefined || endedAtMs === undefined) {
    return undefined;
  }
  const tokens = usage === undefined ? {} : { inputTokens: usage.input, outputTokens: usage.output };
  const cachedTokens = usage?.cacheRead;
  // Where the vendor does not tell, nothing is learnt of its cache.
  const cache = warmTokens > 0 && cachedTokens !== undefined ? { cache: { warmTokens, cachedTokens } } : {};
  return { kind: 'answered', ttftMs, totalMs: endedAtMs - startedAtMs, ...tokens, ...cache };
}
