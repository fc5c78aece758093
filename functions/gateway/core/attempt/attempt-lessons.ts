import type { AttemptObserver, AttemptReport, ObservedAttempt } from '../model/attempt.ts';
import { type AttemptFailure, failureVerdict } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
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
export interface LessonOptions {
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

/**
 * Tells the fleet's statistics what an attempt teaches as soon as it is known: a late or seen first token at once and not when the
 * answer's last word has been written. What is bad news is written at once, the rest with the request's end.
 */
export class AttemptLessons implements AttemptObserver {
  readonly #attempt: ObservedAttempt;
  readonly #options: LessonOptions;
  #cancelLate: () => void;
  #takeBackLate: (() => void) | undefined;
  /** `opened`: its first token is told and its end is not. */
  #state: 'dialling' | 'opened' | 'told' = 'dialling';

  /** The attempt begins now. */
  constructor(attempt: ObservedAttempt, options: LessonOptions) {
    this.#attempt = attempt;
    this.#options = options;
    this.#cancelLate = options.clock.after(options.lateAfterMs, () => this.#tellLate());
  }

  /** Of one that has ended by then the end is told too. */
  tellOpening(report: AttemptReport): void {
    this.#cancelLate();
    this.#takeBackLate?.();
    const { clock, silence, extra, statistics } = this.#options;
    const { startedAtMs } = this.#attempt;
    const { failure, ttftMs = clock.nowMs() - startedAtMs } = report;
    if (failure !== undefined) {
      const nowMs = clock.nowMs();
      const waitedMs = nowMs - startedAtMs;
      this.#state = 'told';
      this.#tell({ ...openingLesson(failure, waitedMs, silence), ...defined({ extra }) }, nowMs, failure);
      void statistics.flush();
      return;
    }
    this.#state = 'opened';
    this.#tell({ kind: 'first-token', ttftMs, ...defined({ extra }) }, startedAtMs + ttftMs);
    if (report.endedAtMs !== undefined) {
      this.tellEnd(report);
    }
  }

  /** Nothing is told twice, and nothing of an answer that the caller did not want, or could not wait for, to its end. */
  tellEnd({ ttftMs, endedAtMs, failure, usage }: AttemptReport): void {
    if (this.#state !== 'opened') {
      return;
    }
    this.#state = 'told';
    const { clock, statistics, warmTokens = 0 } = this.#options;
    if (failure !== undefined) {
      if (failureVerdict(failure).blame !== 'none') {
        this.#tell({ kind: 'cut' }, clock.nowMs(), failure);
        void statistics.flush();
      }
      return;
    }
    if (ttftMs === undefined || endedAtMs === undefined) {
      return;
    }
    const tokens = usage === undefined ? {} : { inputTokens: usage.input, outputTokens: usage.output };
    const cachedTokens = usage?.cacheRead;
    // Where the vendor does not tell, nothing is learnt of its cache.
    const cache = warmTokens > 0 && cachedTokens !== undefined ? { cache: { warmTokens, cachedTokens } } : {};
    const totalMs = endedAtMs - this.#attempt.startedAtMs;
    this.#tell({ kind: 'answered', ttftMs, totalMs, ...tokens, ...cache }, clock.nowMs());
  }

  #tell(seen: Lesson, atMs: number, failure?: AttemptFailure): (() => void) | undefined {
    const { isTold, promptFactor, witness, statistics } = this.#options;
    if (isTold?.[seen.kind] === false) {
      return undefined;
    }
    const { deployment, startedAtMs } = this.#attempt;
    const lesson = lessonAtUsualPrompt(seen, promptFactor);
    return statistics.observe(
      { ...lesson, deployment: deployment.id, startedAtMs, atMs, ...defined({ witness }) },
      failure,
    );
  }

  #tellLate(): void {
    const { clock, statistics } = this.#options;
    const nowMs = clock.nowMs();
    const waitedMs = nowMs - this.#attempt.startedAtMs;
    this.#takeBackLate?.();
    this.#takeBackLate = this.#tell({ kind: 'late', waitedMs }, nowMs);
    this.#cancelLate = clock.after(waitedMs * (LATER_FACTOR - 1), () => this.#tellLate());
    void statistics.flush();
  }
}

/** What an attempt teaches that showed no content. One that nobody blames the deployment for was stopped, or refused for the request's sake. */
function openingLesson(failure: AttemptFailure, waitedMs: number, { afterMs, limitMs }: SilenceRule): Lesson {
  if (failureVerdict(failure).blame !== 'none') {
    return failure.kind === 'timed-out' ? { kind: 'failed', waitedMs } : { kind: 'failed' };
  }
  if (failure.kind !== 'aborted' && failure.kind !== 'timed-out') {
    return { kind: 'refused' };
  }
  // Stopped by us, for a faster one's sake or for the caller's little time, or by a caller who has hung up.
  const isCaller = failure.kind === 'aborted' && failure.by === 'caller';
  const isLong = waitedMs >= afterMs * (isCaller ? CALLER_FACTOR : 1);
  return isLong ? { kind: 'given-up', waitedMs, limitMs } : { kind: 'given-up', waitedMs };
}

/** Callers leave for reasons of their own: only a wait that is so much longer says something. */
const CALLER_FACTOR = 2;
