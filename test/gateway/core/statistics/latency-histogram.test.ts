import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  BUCKETS,
  bucketMiddleMs,
  bucketOf,
  type LatencyCounts,
  percentileOf,
} from '../../../../functions/gateway/core/statistics/latency-histogram.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { lognormal } from '../../../support/lognormal.ts';
import fc from '../../../support/property.ts';

/** The bound that the histogram states: the square root of a bucket's width. */
const BOUND = Math.sqrt(1.25) + 1e-9;

function countsOf(seen: readonly number[], censored: readonly number[] = []): LatencyCounts {
  return { seen: bucketed(seen), censored: bucketed(censored) };
}

function bucketed(values: readonly number[]): readonly number[] {
  const counts = Array.from({ length: BUCKETS }, () => 0);
  for (const value of values) {
    counts[bucketOf(value)] = (counts[bucketOf(value)] ?? 0) + 1;
  }
  return counts;
}

/** The smallest value that `percentile` per cent of the values do not exceed. */
function exactPercentile(values: readonly number[], percentile: number): number {
  const rank = Math.max(1, Math.ceil((percentile / 100) * values.length - 1e-9));
  return values.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN;
}

describe('a latency histogram', () => {
  it('gives percentiles within 11.8 % of the exact ones', () => {
    const samples = fc.record({
      seed: fc.integer(),
      count: fc.integer({ min: 1, max: 300 }),
      medianMs: fc.integer({ min: 100, max: 10_000 }),
      sigma: fc.double({ min: 0, max: 1, noNaN: true }),
      percentile: fc.constantFrom(50, 90, 95, 99),
    });
    fc.assert(
      fc.property(samples, ({ seed, count, medianMs, sigma, percentile }) => {
        const draw = lognormal(seededRandom(seed), medianMs, sigma);
        const values = Array.from({ length: count }, () => Math.min(110_000, Math.max(20, draw())));
        const ratio = (percentileOf(countsOf(values), percentile) ?? 0) / exactPercentile(values, percentile);
        assert.ok(ratio < BOUND && ratio > 1 / BOUND, `off by ${ratio}`);
      }),
    );
  });

  it('has every latency in a bucket, and larger ones never in a smaller bucket', () => {
    const latency = fc.double({ min: 0, noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(latency, latency, (a, b) => {
        const [small, large] = [bucketOf(Math.min(a, b)), bucketOf(Math.max(a, b))];
        assert.ok(Number.isInteger(small) && small >= 0 && small <= large && large < BUCKETS);
      }),
    );
  });

  it('stands for a bucket by a latency that is in it', () => {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      assert.equal(bucketOf(bucketMiddleMs(bucket)), bucket);
    }
  });

  it('says nothing without observations', () => {
    assert.equal(percentileOf(countsOf([]), 50), undefined);
  });

  it('counts those given up early as neither fast nor slow', () => {
    const ends = [400, 400, 400, 400, 900];
    const early = [50, 50, 50, 50, 50];
    assert.equal(percentileOf(countsOf(ends, early), 50), percentileOf(countsOf(ends), 50));
  });

  it('spreads those given up over what lasted longer, as Kaplan and Meier do', () => {
    // Of 4 that lasted to 400 ms two ended there and one was given up; of the one that lasted longer all ended at 900.
    const counts = countsOf([400, 400, 900], [400]);
    assert.equal(percentileOf(counts, 50), bucketMiddleMs(bucketOf(400)));
    assert.equal(percentileOf(counts, 51), bucketMiddleMs(bucketOf(900)));
  });

  it('gives the longest wait as a lower bound where nothing was seen to end', () => {
    assert.equal(percentileOf(countsOf([], [2000, 10_000]), 95), bucketMiddleMs(bucketOf(10_000)));
  });

  it('is never made faster by a time-out', () => {
    const values = fc.array(fc.integer({ min: 20, max: 100_000 }), { minLength: 1, maxLength: 30 });
    const percentiles = fc.integer({ min: 1, max: 99 });
    fc.assert(
      fc.property(
        values,
        values,
        fc.integer({ min: 20, max: 100_000 }),
        percentiles,
        (seen, censored, more, percentile) => {
          const before = percentileOf(countsOf(seen, censored), percentile) ?? 0;
          const after = percentileOf(countsOf(seen, [...censored, more]), percentile) ?? 0;
          assert.ok(after >= before);
        },
      ),
    );
  });
});
