import type { DecayScale } from './forward-decay.ts';
import { type LatencyCounts, percentileOf } from './latency-histogram.ts';
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
  readonly ttftPercentileMs: (percentile: number) => number | undefined;
  readonly totalPercentileMs: (percentile: number) => number | undefined;
}

export interface RecentEstimate {
  readonly evidence: number;
  readonly ttftTotalMs: number;
  readonly requests: number;
  readonly failureRate: number;
  /** Of the first tokens that came; the waits in vain are not in it. */
  readonly seenMedianMs: () => number | undefined;
}

/** Reads the decayed sums of both memories. */
export function estimateOf(decayed: Sums, recent: Sums, scale: DecayScale): Estimate {
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
    ttftPercentileMs: (percentile) =>
      percentileOf(counts((recent.get('n') ?? 0) >= RECENT_TAIL ? recent : decayed, 't', 'c'), percentile),
    totalPercentileMs: (percentile) => percentileOf(counts(decayed, 'l', undefined), percentile),
  };
}

/** With this many observations of the last seconds, they alone tell the tail: the lasting memory mixes in how it was before. */
const RECENT_TAIL = 20;

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
