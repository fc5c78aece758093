import type { DecayScale, DecayScales } from './forward-decay.ts';
import type { LastSeen } from './last-sights.ts';
import { BUCKETS, type BucketCounts, middleMeanOf, percentileOf } from './latency-histogram.ts';
import type { DecayedSums } from './running-sums.ts';

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
  scales: Pick<DecayScales, 'lasting' | 'recent'>,
  seen: LastSeen = { last: [], isSparse: false },
): Estimate {
  const sum = lasting.get;
  return {
    ...ttftSeen(lasting),
    seenMiddleMs: () => middleMeanOf(lasting.counts('t')),
    msPerToken: ratio(sum('h'), sum('g')),
    outputTokens: ratio(sum('o'), sum('a')),
    requests: sum('q'),
    failureRate: ratio(sum('f'), sum('q')) ?? 0,
    hedges: sum('e'),
    retries: sum('r'),
    requestsPerSecond: requestRate(lasting, scales.lasting),
    tokensPerSecond: (sum('i') + sum('o')) * ratePerCount(scales.lasting),
    recent: {
      ...ttftSeen(recent),
      requests: recent.get('q'),
      requestsPerSecond: callRate(recent, scales.recent),
      failureRate: ratio(recent.get('f'), recent.get('q')) ?? 0,
      ...seen,
      seenMiddleMs: () => middleMeanOf(recent.counts('t')),
      seenMedianMs: () => percentileOf({ seen: recent.counts('t'), censored: NONE }, 50),
    },
    usual: usualEstimate(usual),
    ttftPercentileMs: (percentile) => ttftPercentile(tailMemory(lasting, recent, usual), percentile),
    recentTtftMs: (percentile) => ttftPercentile(recent, percentile),
    rememberedTtftMs: (percentile) => ttftPercentile(longMemory(lasting, usual), percentile),
    totalPercentileMs: (percentile) => percentileOf({ seen: lasting.counts('l'), censored: NONE }, percentile),
  };
}

/** Requests a second, by one memory. */
export function requestRate(memory: DecayedSums, scale: DecayScale): number {
  return memory.get('q') * ratePerCount(scale);
}

/** Calls of callers a second. What a remainder of floating point is may be of either sign. */
function callRate({ get }: DecayedSums, scale: DecayScale): number {
  return Math.max(0, get('q') - get('e') - get('r')) * ratePerCount(scale);
}

/** In a steady state the decayed count is the rate times H / ln 2. */
function ratePerCount({ halfLifeMs }: DecayScale): number {
  return Math.LN2 / (halfLifeMs / 1000);
}

/** Less evidence is what is left of sums from which waits were taken back: a remainder of floating point, of either sign. */
const LEAST_EVIDENCE = 1e-6;

function ttftSeen({ get: sum }: Pick<DecayedSums, 'get'>): Pick<Estimate, 'evidence' | 'ttftTotalMs'> {
  const evidence = sum('n');
  return { evidence: evidence > LEAST_EVIDENCE ? evidence : 0, ttftTotalMs: Math.max(0, sum('x')) };
}

function ttftPercentile({ counts }: DecayedSums, percentile: number): number | undefined {
  return percentileOf({ seen: counts('t'), censored: counts('c') }, percentile);
}

const NONE: BucketCounts = new Float64Array(BUCKETS);

function usualEstimate({ get: sum, counts }: DecayedSums): UsualEstimate {
  return {
    evidence: ttftSeen({ get: sum }).evidence,
    typicalMs: middleMeanOf(counts('t')),
    requests: sum('q'),
    hedges: sum('e'),
    cachedShare: Math.min(1, (sum('k') + CACHE_PRIOR_SHARE * CACHE_PRIOR_TOKENS) / (sum('w') + CACHE_PRIOR_TOKENS)),
    probes: { probeMs: sum('y'), trafficMs: sum('z') },
  };
}

/** What is assumed of a vendor that has not told: some cache by themselves, others where the caller asks for it. */
const CACHE_PRIOR_SHARE = 0.5;
const CACHE_PRIOR_TOKENS = 4000;

/** With this many observations of the last seconds, they alone tell the tail: the longer memories mix in how it was before. */
const TAIL_EVIDENCE = 20;

function tailMemory(lasting: DecayedSums, recent: DecayedSums, usual: DecayedSums): DecayedSums {
  return recent.get('n') >= TAIL_EVIDENCE ? recent : longMemory(lasting, usual);
}

function longMemory(lasting: DecayedSums, usual: DecayedSums): DecayedSums {
  return lasting.get('n') >= TAIL_EVIDENCE || usual.get('n') < lasting.get('n') ? lasting : usual;
}

function ratio(numerator: number, denominator: number): number | undefined {
  return denominator > 0 ? numerator / denominator : undefined;
}
