import type { DecayScale } from './forward-decay.ts';
import { type LatencyCounts, middleMeanOf, percentileOf } from './latency-histogram.ts';
import type { Sums } from './sums.ts';

/** What the decayed sums say of one deployment now. */
export interface Estimate {
  /** Decayed number of times to first token behind `ttftMs`: 0 without any. */
  readonly evidence: number;
  /** All times to first token together, with the times waited in vain: divided by `evidence` the mean, with a prior the shrunk mean. */
  readonly ttftTotalMs: number;
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
  readonly totalPercentileMs: (percentile: number) => number | undefined;
}

/** What the memory that forgets fast holds of a deployment. */
export interface RecentEstimate {
  readonly evidence: number;
  readonly ttftTotalMs: number;
  readonly requests: number;
  readonly failureRate: number;
  /** Of the first tokens that came; the waits in vain are not in it. */
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

/** The decayed sums of a deployment's memories, and what they were read to say of what is usual. */
export interface DecayedMemories {
  readonly lasting: Sums;
  readonly recent: Sums;
  readonly usual: UsualMemory;
}

/** The sums of the memory that forgets slowly, and the estimate read from them. */
export interface UsualMemory {
  readonly sums: Sums;
  readonly estimate: UsualEstimate;
}

/** Reads the decayed sums of the three memories. */
export function estimateOf({ lasting: decayed, recent, usual }: DecayedMemories, scale: DecayScale): Estimate {
  const sum = (name: string): number => decayed.get(name) ?? 0;
  // In a steady state the decayed count is the rate times H / ln 2.
  const perSecond = Math.LN2 / (scale.halfLifeMs / 1000);
  return {
    evidence: sum('n'),
    ttftTotalMs: sum('x'),
    msPerToken: ratio(sum('h'), sum('g')),
    outputTokens: ratio(sum('o'), sum('a')),
    requests: sum('q'),
    failureRate: ratio(sum('f'), sum('q')) ?? 0,
    hedges: sum('e'),
    retries: sum('r'),
    requestsPerSecond: sum('q') * perSecond,
    tokensPerSecond: (sum('i') + sum('o')) * perSecond,
    recent: {
      evidence: recent.get('n') ?? 0,
      ttftTotalMs: recent.get('x') ?? 0,
      requests: recent.get('q') ?? 0,
      failureRate: ratio(recent.get('f') ?? 0, recent.get('q') ?? 0) ?? 0,
      seenMedianMs: () => percentileOf(counts(recent, 't', undefined), 50),
    },
    usual: usual.estimate,
    ttftPercentileMs: (percentile) =>
      percentileOf(counts(tailMemory(decayed, recent, usual.sums), 't', 'c'), percentile),
    totalPercentileMs: (percentile) => percentileOf(counts(decayed, 'l', undefined), percentile),
  };
}

/** Reads the decayed sums of the usual memory. */
export function usualMemory(usual: Sums): UsualMemory {
  return { sums: usual, estimate: usualEstimate(usual) };
}

function usualEstimate(usual: Sums): UsualEstimate {
  const sum = (name: string): number => usual.get(name) ?? 0;
  return {
    evidence: sum('n'),
    typicalMs: middleMeanOf(counts(usual, 't', undefined).seen),
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

function tailMemory(lasting: Sums, recent: Sums, usual: Sums): Sums {
  return [recent, lasting].find((memory) => (memory.get('n') ?? 0) >= TAIL_EVIDENCE) ?? longest(lasting, usual);
}

function longest(lasting: Sums, usual: Sums): Sums {
  return (usual.get('n') ?? 0) >= (lasting.get('n') ?? 0) ? usual : lasting;
}

function ratio(numerator: number, denominator: number): number | undefined {
  return denominator > 0 ? numerator / denominator : undefined;
}

function counts(decayed: Sums, seen: string, censored: string | undefined): LatencyCounts {
  return {
    seen: bucketsNamed(decayed, seen),
    censored: censored === undefined ? new Map() : bucketsNamed(decayed, censored),
  };
}

function bucketsNamed(decayed: Sums, letter: string): ReadonlyMap<number, number> {
  const named = [...decayed].filter(([name, value]) => name.length > 1 && name.startsWith(letter) && value > 0);
  return new Map(named.map(([name, value]) => [Number.parseInt(name.slice(1), 36), value]));
}
