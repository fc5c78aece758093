/**
 * Counts of latencies in buckets whose bounds grow by a quarter: a percentile read from them is within sqrt(1.25) - 1 = 11.8 % of the
 * true one, at any scale, and two histograms merge by addition. Range 20 ms to about 2 minutes; what lies outside counts in the
 * first or the last bucket. Source of the idea: Masson, Rim, Lee, "DDSketch", VLDB 2019.
 */
const FIRST_BOUND_MS = 20;
const GROWTH = 1.25;
const LOG_GROWTH = Math.log(GROWTH);
/** How many buckets a histogram of latencies has. The first holds all below 20 ms, the last all above 96 s. */
export const BUCKETS = 40;

/** The bucket of a latency, 0 to `BUCKETS` - 1. Bucket k holds 20 * 1.25^(k-1) up to 20 * 1.25^k ms, bucket 0 all below 20 ms. */
export function bucketOf(latencyMs: number): number {
  const bucket = Math.ceil(Math.log(latencyMs / FIRST_BOUND_MS) / LOG_GROWTH);
  return Math.min(BUCKETS - 1, Math.max(0, bucket));
}

/** The value that stands for a bucket: the geometric middle, so that the relative error is the same on both sides. */
export function bucketMiddleMs(bucket: number): number {
  return FIRST_BOUND_MS * GROWTH ** (bucket - 0.5);
}

/** Decayed counts by bucket. What a rounding error has left below nothing counts as nothing. */
export type BucketCounts = ArrayLike<number>;

/** `seen` ended in their bucket, `censored` were given up there and would have taken at least as long. Absent: none were. */
export interface LatencyCounts {
  readonly seen: BucketCounts;
  readonly censored?: BucketCounts;
}

const NONE: BucketCounts = new Float64Array(BUCKETS);

/**
 * The latency that `percentile` per cent stay under, in milliseconds, or `undefined` without observations. Censored observations count
 * as survivors of their bucket, not as ends (Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", JASA 1958).
 * Where so many were given up that the percentile was never seen, it is the last bucket with an observation: a lower bound.
 */
export function percentileOf({ seen, censored = NONE }: LatencyCounts, percentile: number): number | undefined {
  let atRisk = 0;
  let last: number | undefined;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const count = countIn(seen, bucket) + countIn(censored, bucket);
    atRisk += count;
    last = count > 0 ? bucket : last;
  }
  let surviving = 1;
  for (let bucket = 0; last !== undefined && bucket < last; bucket += 1) {
    const ended = countIn(seen, bucket);
    surviving *= 1 - (ended > 0 ? ended / atRisk : 0);
    if (surviving <= 1 - percentile / 100 + 1e-9) {
      return bucketMiddleMs(bucket);
    }
    atRisk -= ended + countIn(censored, bucket);
  }
  return last === undefined ? undefined : bucketMiddleMs(last);
}

/**
 * The mean latency in milliseconds of the middle half, `undefined` without observations: neither luck nor an outage of less than a quarter
 * of them moves it.
 */
export function middleMeanOf(seen: BucketCounts): number | undefined {
  let total = 0;
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    total += countIn(seen, bucket);
  }
  const from = total * 0.25;
  const until = total * 0.75;
  let below = 0;
  let sum = 0;
  for (let bucket = 0; bucket < BUCKETS && below < until; bucket += 1) {
    const count = countIn(seen, bucket);
    if (count > 0 && below + count > from) {
      sum += (Math.min(below + count, until) - Math.max(below, from)) * (MIDDLES_MS[bucket] ?? 0);
    }
    below += count;
  }
  return total > 0 ? sum / (total / 2) : undefined;
}

const MIDDLES_MS: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => bucketMiddleMs(bucket));

function countIn(counts: BucketCounts, bucket: number): number {
  return Math.max(0, counts[bucket] ?? 0);
}
