import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { drawPace, type LatencyProfile, medianAt } from '../../../../infra/local/simulated/latency-model.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';

const PROFILE: LatencyProfile = {
  medianTtftMs: 200,
  sigma: 0.3,
  stragglerShare: 0.01,
  tokensPerSecond: { least: 40, most: 120 },
  driftPeriodMs: 60_000,
  driftDepth: 0.5,
};

function draws(count: number, profile = PROFILE) {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => drawPace(profile, 0, random));
}

describe('the latency of a simulated vendor', () => {
  it('has the median and the spread that its profile says', () => {
    const ttfts = draws(4000, { ...PROFILE, stragglerShare: 0 })
      .map((pace) => pace.ttftMs)
      .sort((a, b) => a - b);
    assert.ok(Math.abs(ttfts[2000]! - 200) < 10, `median ${ttfts[2000]}`);
    assert.ok(Math.abs(ttfts[3800]! - 200 * Math.exp(0.3 * 1.645)) < 20, `p95 ${ttfts[3800]}`);
  });

  it('has about as many stragglers as its profile says', () => {
    const late = draws(10_000).filter((pace) => pace.ttftMs > 200 * 3.5).length;
    assert.ok(late > 60 && late < 140, `${late} of 10000`);
  });

  it('keeps the token rate within its bounds', () => {
    for (const { tokenGapMs } of draws(1000)) {
      assert.ok(tokenGapMs >= 1000 / 120 && tokenGapMs <= 1000 / 40);
    }
  });

  it('drifts up, down and back within a period', () => {
    const at = [0, 15_000, 30_000, 45_000, 60_000].map((ms) => Math.round(medianAt(PROFILE, ms)));
    assert.deepEqual(at, [200, 330, 200, 121, 200]);
  });

  it('is the same again for the same seed', () => {
    assert.deepEqual(draws(20), draws(20));
  });
});
