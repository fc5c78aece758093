import type { DecayedSums } from './forward-decay.ts';
import type { LastSeen } from './last-sights.ts';
import { middleMeanOf, percentileOf } from './latency-histogram.ts';
import type { Lesson } from './observation.ts';

/** What the decayed sums say of one deployment now. */
export interface Estimate {
  /** Decayed number of times to first token behind `ttftMs`: 0 without any. */
  readonly evidence: number;
  /** All times to first token together, with the times waited in vain: divided by `evidence` the mean, with a prior the shrunk mean. */
  readonly ttftTotalMs: number;
  /** The mean of the middle half of the first tokens that came: an outage that was shorter than a quarter of them does not move it. */
  readonly seenMiddleMs: () => number | undefined;
  /** Milliseconds an output token takes after the first. */
  readonly msPerToken: number | undefined;
  /** Output tokens of a mean answer. */
  readonly outputTokens: number | undefined;
  /** Decayed number of attempts. */
  readonly requests: number;
  /** Failures among them, 0 to 1. */
  readonly failureRate: number;
  /** Decayed number of hedges, and of attempts after a failed one, among `requests`. */
  readonly hedges: number;
  readonly retries: number;
  readonly requestsPerSecond: number;
  /** Input and output together. */
  readonly tokensPerSecond: number;
  /** The same over the last seconds. */
  readonly recent: RecentEstimate;
  /** What it is like as a rule, over the last half hour. */
  readonly usual: UsualEstimate;
  readonly ttftPercentileMs: (percentile: number) => number | undefined;
  /** Of the longer memories alone: how it was before the last seconds too. */
  readonly rememberedTtftMs: (percentile: number) => number | undefined;
  /** Of the last seconds alone, with the waits that are not over: at least so slow. */
  readonly recentTtftMs: (percentile: number) => number | undefined;
  readonly totalPercentileMs: (percentile: number) => number | undefined;
}

/** What the memory that forgets fast holds of a deployment. */
export interface RecentEstimate extends LastSeen {
  readonly evidence: number;
  readonly ttftTotalMs: number;
  readonly requests: number;
  /** Those of callers: without hedges, retries and probes. */
  readonly requestsPerSecond: number;
  readonly failureRate: number;
  /** The mean of the middle half of the first tokens that came; the waits in vain are not in it. */
  readonly seenMiddleMs: () => number | undefined;
  /** Of the same. */
  readonly seenMedianMs: () => number | undefined;
}

/** Of the memory that forgets slowly. */
export interface UsualEstimate {
  readonly evidence: number;
  /** The mean time to first token of the middle half: an outage does not move it. */
  readonly typicalMs: number | undefined;
  readonly requests: number;
  readonly hedges: number;
  /** Of the prompt tokens that its vendor had seen minutes before, the share (0 to 1) that it had kept. */
  readonly cachedShare: number;
  /** The times to first token of probes, all together, and what traffic's were expected to be then. 0 without any. */
  readonly probes: { readonly probeMs: number; readonly trafficMs: number };
}

/** The decayed sums of a deployment's memories. */
export type DecayedMemories = Readonly<Record<'lasting' | 'recent' | 'usual', DecayedSums>>;

/** Reads the decayed sums of the three memories; `seen` is what the last calls have shown. */
export function estimateOf(
  { lasting, recent, usual }: DecayedMemories,
  seen: LastSeen = { last: [], isSparse: false },
): Estimate {
  const sum = lasting.get;
  const remembered = lasting.get('n') >= TAIL_EVIDENCE || usual.get('n') < lasting.get('n') ? lasting : usual;
  const tail = (recent.get('n') >= TAIL_EVIDENCE ? recent : remembered).counts;
  const [requests, answers, written] = [sum('q'), sum('a'), sum('g')];
  return {
    evidence: lasting.evidence,
    ttftTotalMs: lasting.ttftTotalMs,
    seenMiddleMs: () => middleMeanOf(lasting.counts.t),
    msPerToken: written > 0 ? sum('h') / written : undefined,
    outputTokens: answers > 0 ? sum('o') / answers : undefined,
    requests,
    failureRate: requests > 0 ? sum('f') / requests : 0,
    hedges: sum('e'),
    retries: sum('r'),
    requestsPerSecond: requests * lasting.ratePerCount,
    tokensPerSecond: (sum('i') + sum('o')) * lasting.ratePerCount,
    recent: recentEstimate(recent, seen),
    usual: {
      evidence: usual.evidence,
      typicalMs: middleMeanOf(usual.counts.t),
      requests: usual.get('q'),
      hedges: usual.get('e'),
      cachedShare: Math.min(1, (usual.get('k') + CACHED_BEFORE) / (usual.get('w') + CACHE_PRIOR_TOKENS)),
      probes: { probeMs: usual.get('y'), trafficMs: usual.get('z') },
    },
    ttftPercentileMs: (percentile) => percentileOf({ seen: tail.t, censored: tail.c }, percentile),
    recentTtftMs: (percentile) => percentileOf({ seen: recent.counts.t, censored: recent.counts.c }, percentile),
    rememberedTtftMs: (percentile) =>
      percentileOf({ seen: remembered.counts.t, censored: remembered.counts.c }, percentile),
    totalPercentileMs: (percentile) => percentileOf({ seen: lasting.counts.l }, percentile),
  };
}

/** With this many observations of the last seconds, they alone tell the tail: the longer memories mix in how it was before. */
const TAIL_EVIDENCE = 20;

function recentEstimate(recent: DecayedSums, seen: LastSeen): RecentEstimate {
  const sum = recent.get;
  const requests = sum('q');
  return {
    evidence: recent.evidence,
    ttftTotalMs: recent.ttftTotalMs,
    requests,
    // What a remainder of floating point is may be of either sign.
    requestsPerSecond: Math.max(0, requests - sum('e') - sum('r')) * recent.ratePerCount,
    failureRate: requests > 0 ? sum('f') / requests : 0,
    ...seen,
    seenMiddleMs: () => middleMeanOf(recent.counts.t),
    seenMedianMs: () => percentileOf({ seen: recent.counts.t }, 50),
  };
}

/** What is assumed of a vendor that has not told: some cache half by themselves, others where the caller asks for it. */
const CACHE_PRIOR_TOKENS = 4000;
const CACHED_BEFORE = 0.5 * CACHE_PRIOR_TOKENS;

/**
 * The size that all times to first token are remembered for. A vendor reads a prompt before it answers, at some 0.04 to 0.24 ms a token: a
 * long prompt says that a deployment is slow, and a short one that it is fast, where only the prompts differ. So what was seen is divided
 * by its prompt's factor, and what is expected multiplied by the asking one's.
 */
export const USUAL_PROMPT_TOKENS = 1000;

/**
 * How many times as long as after a usual prompt the first token is expected to take: linear in the tokens, twice as long as after none at
 * `doublingTokens`. 0 there: all prompts count alike.
 */
export function promptFactor(promptTokens: number, doublingTokens: number): number {
  return doublingTokens === 0 ? 1 : (doublingTokens + promptTokens) / (doublingTokens + USUAL_PROMPT_TOKENS);
}

/** What the lesson would have been after a usual prompt. The answer's own length of time is no matter of the prompt and stays. */
export function lessonAtUsualPrompt(lesson: Lesson, factor: number): Lesson {
  switch (lesson.kind) {
    case 'first-token':
      return { ...lesson, ttftMs: lesson.ttftMs / factor };
    case 'failed':
      return lesson.waitedMs === undefined ? lesson : { ...lesson, waitedMs: lesson.waitedMs / factor };
    case 'given-up': {
      const waited = { ...lesson, waitedMs: lesson.waitedMs / factor };
      return lesson.limitMs === undefined ? waited : { ...waited, limitMs: lesson.limitMs / factor };
    }
    case 'late':
      return { ...lesson, waitedMs: lesson.waitedMs / factor };
    case 'answered':
    case 'cut':
    case 'refused':
    case 'calibrated':
      return lesson;
  }
}

/** The estimate for a prompt with this factor. */
export function estimateAtPrompt(estimate: Estimate, factor: number): Estimate {
  const { recent, usual, ttftPercentileMs } = estimate;
  const { typicalMs } = usual;
  return {
    ...estimate,
    ttftTotalMs: estimate.ttftTotalMs * factor,
    seenMiddleMs: () => scaled(estimate.seenMiddleMs(), factor),
    ttftPercentileMs: (percentile) => scaled(ttftPercentileMs(percentile), factor),
    recent: {
      ...recent,
      ttftTotalMs: recent.ttftTotalMs * factor,
      last: recent.last.map((timeMs) => timeMs * factor),
      seenMiddleMs: () => scaled(recent.seenMiddleMs(), factor),
      seenMedianMs: () => scaled(recent.seenMedianMs(), factor),
    },
    usual: { ...usual, typicalMs: typicalMs === undefined ? undefined : typicalMs * factor },
  };
}

function scaled(timeMs: number | undefined, factor: number): number | undefined {
  return timeMs === undefined ? undefined : timeMs * factor;
}
