import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Estimate, estimateOf } from '../../../../functions/gateway/core/statistics/estimate.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import { addSums, decayedSums, type Sums, sumsOf } from '../../../../functions/gateway/core/statistics/sums.ts';
import { EPOCH_START_MS, HALF_LIFE_MS, observation, SCALE } from '../../../support/observation.ts';

function estimate(all: readonly Observation[], nowMs = EPOCH_START_MS): Estimate {
  const epochs = new Map<number, Sums>();
  for (const { epoch, sums } of all.map((one) => sumsOf(one, SCALE))) {
    epochs.set(epoch, addSums(epochs.get(epoch) ?? new Map(), sums));
  }
  return estimateOf(decayedSums(epochs, nowMs, SCALE), SCALE);
}

describe('an estimate', () => {
  it('says nothing of what nobody has seen', () => {
    const { evidence, ttftMs, msPerToken, outputTokens, failureRate, ttftPercentileMs } = estimate([]);
    assert.deepEqual({ evidence, failureRate }, { evidence: 0, failureRate: 0 });
    assert.deepEqual(
      [ttftMs, msPerToken, outputTokens, ttftPercentileMs(95)],
      [undefined, undefined, undefined, undefined],
    );
  });

  it('adds the waiting of a time-out to the mean and no end, as Epstein and Sobel do', () => {
    const seen = [100, 200, 300].map((ttftMs) => observation({ ttftMs }));
    const { ttftMs } = estimate([...seen, observation({ outcome: 'failed', waitedMs: 900 })]);
    assert.equal(ttftMs, 500);
  });

  it('finds a deployment slow where every call was given up', () => {
    const waits = [1, 2, 3].map(() => observation({ outcome: 'failed', waitedMs: 10_000 }));
    const { ttftMs = 0 } = estimate(waits);
    assert.ok(Number.isFinite(ttftMs) && ttftMs >= 10_000);
  });

  it('halves its evidence in a half-life and keeps its mean', () => {
    const all = [observation({ ttftMs: 100 }), observation({ ttftMs: 300 })];
    const later = estimate(all, EPOCH_START_MS + HALF_LIFE_MS);
    assert.ok(Math.abs(later.evidence - 1) < 1e-9);
    assert.equal(later.ttftMs, 200);
  });

  it('follows a change of speed: what is a half-life old counts half', () => {
    const old = observation({ ttftMs: 1000 });
    const fresh = observation({ ttftMs: 100, atMs: EPOCH_START_MS + HALF_LIFE_MS });
    assert.equal(estimate([old, fresh], EPOCH_START_MS + HALF_LIFE_MS).ttftMs, 400);
  });

  it('knows the rates of a steady traffic', () => {
    const all = Array.from({ length: 5 * 60 * 15 }, (_, index) =>
      observation({ atMs: EPOCH_START_MS + index * 200, ttftMs: 300, totalMs: 900, inputTokens: 70, outputTokens: 30 }),
    );
    const { requestsPerSecond, tokensPerSecond } = estimate(all, EPOCH_START_MS + 15 * HALF_LIFE_MS);
    assert.ok(Math.abs(requestsPerSecond / 5 - 1) < 0.01);
    assert.ok(Math.abs(tokensPerSecond / 500 - 1) < 0.01);
  });

  it('counts failures, hedges and retries among all attempts', () => {
    const all = [
      observation(),
      observation({ outcome: 'failed' }),
      observation({ outcome: 'given-up', extra: 'hedge' }),
      observation({ extra: 'retry' }),
    ];
    const { requests, failureRate, hedges, retries } = estimate(all);
    assert.deepEqual(
      { requests, failureRate, hedges, retries },
      { requests: 4, failureRate: 0.25, hedges: 1, retries: 1 },
    );
  });

  it('knows the time an output token takes after the first, and how many an answer has', () => {
    const all = [
      observation({ ttftMs: 500, totalMs: 1500, outputTokens: 100 }),
      observation({ ttftMs: 500, totalMs: 6500, outputTokens: 300 }),
    ];
    const { msPerToken, outputTokens } = estimate(all);
    assert.deepEqual({ msPerToken, outputTokens }, { msPerToken: 17.5, outputTokens: 200 });
  });
});
