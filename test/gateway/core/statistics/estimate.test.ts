import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Estimate, estimateOf } from '../../../../functions/gateway/core/statistics/estimate.ts';
import { epochAt, WEIGHT_UNIT } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import {
  decayedSums,
  EPOCH_START_MS,
  epochsOf,
  HALF_LIFE_MS,
  observation,
  SCALE,
  SCALES,
} from '../../../support/observation.ts';

function estimate(all: readonly Observation[], nowMs = EPOCH_START_MS): Estimate {
  const lasting = decayedSums(epochsOf(all), nowMs, SCALE);
  const recent = decayedSums(epochsOf(all, { pace: 'recent' }), nowMs, SCALES.recent);
  const usual = decayedSums(epochsOf(all, { pace: 'usual' }), nowMs, SCALES.usual);
  return estimateOf({ lasting, recent, usual });
}

function firstToken(ttftMs: number, atMs = EPOCH_START_MS): Observation {
  return observation({ kind: 'first-token', ttftMs }, { atMs });
}

function meanMs({ ttftTotalMs, evidence }: Pick<Estimate, 'ttftTotalMs' | 'evidence'>): number {
  return ttftTotalMs / evidence;
}

describe('an estimate', () => {
  it('says nothing of what nobody has seen', () => {
    const { evidence, ttftTotalMs, msPerToken, outputTokens, failureRate, recent, ttftPercentileMs } = estimate([]);
    assert.deepEqual([evidence, ttftTotalMs, failureRate], [0, 0, 0]);
    const { seenMedianMs, seenMiddleMs, ...sums } = recent;
    assert.deepEqual(sums, {
      ...{ evidence: 0, ttftTotalMs: 0, requests: 0, requestsPerSecond: 0, failureRate: 0 },
      ...{ last: [], isSparse: false },
    });
    assert.deepEqual([seenMedianMs(), seenMiddleMs()], [undefined, undefined]);
    assert.deepEqual([msPerToken, outputTokens, ttftPercentileMs(95)], [undefined, undefined, undefined]);
  });

  for (const rest of [1e-16, -1e-16, 1e-9, -1e-9]) {
    it(`takes what floating point leaves of sums from which waits were taken back (${rest}) for nothing`, () => {
      const sums = new Map([...'nx'].map((letter) => [letter, rest * WEIGHT_UNIT]));
      const left = decayedSums(new Map([[epochAt(EPOCH_START_MS, SCALE), sums]]), EPOCH_START_MS, SCALE);
      const { evidence, ttftTotalMs, recent, usual } = estimateOf({ lasting: left, recent: left, usual: left });
      assert.equal(left.get('n'), rest);
      assert.deepEqual([evidence, recent.evidence, usual.evidence], [0, 0, 0]);
      assert.ok(ttftTotalMs >= 0 && recent.ttftTotalMs >= 0);
    });
  }

  it('adds the waiting of a time-out to the mean and no end, as Epstein and Sobel do', () => {
    const seen = [100, 200, 300].map((ttftMs) => firstToken(ttftMs));
    assert.equal(meanMs(estimate([...seen, observation({ kind: 'failed', waitedMs: 900 })])), 500);
  });

  it('finds a deployment slow where every call was given up', () => {
    const { evidence, ttftTotalMs } = estimate([1, 2, 3].map(() => observation({ kind: 'failed', waitedMs: 10_000 })));
    assert.deepEqual([evidence, ttftTotalMs], [0, 30_000]);
  });

  it('halves its evidence in a half-life and keeps its mean', () => {
    const all = [firstToken(100), firstToken(300)];
    const later = estimate(all, EPOCH_START_MS + HALF_LIFE_MS);
    assert.ok(Math.abs(later.evidence - 1) < 1e-9);
    assert.equal(meanMs(later), 200);
  });

  it('follows a change of speed: what is a half-life old counts half', () => {
    const old = firstToken(1000);
    const fresh = firstToken(100, EPOCH_START_MS + HALF_LIFE_MS);
    assert.equal(meanMs(estimate([old, fresh], EPOCH_START_MS + HALF_LIFE_MS)), 400);
  });

  it('knows the rates of a steady traffic', () => {
    const all = Array.from({ length: 5 * 60 * 15 }, (_, index) => EPOCH_START_MS + index * 200).flatMap((atMs) => [
      firstToken(300, atMs),
      observation({ kind: 'answered', ttftMs: 300, totalMs: 900, inputTokens: 70, outputTokens: 30 }, { atMs }),
    ]);
    const { requestsPerSecond, tokensPerSecond } = estimate(all, EPOCH_START_MS + 15 * HALF_LIFE_MS);
    assert.ok(Math.abs(requestsPerSecond / 5 - 1) < 0.01);
    assert.ok(Math.abs(tokensPerSecond / 500 - 1) < 0.01);
  });

  it('has hedges, retries and probes in no rate of the calls of the last seconds', () => {
    const rateOf = (all: readonly Observation[]): number => estimate(all).recent.requestsPerSecond;
    const extras = (['hedge', 'retry'] as const).map((extra) =>
      observation({ kind: 'first-token', ttftMs: 10, extra }),
    );
    assert.ok(rateOf([firstToken(10)]) > 0);
    assert.equal(rateOf([firstToken(10), ...extras]), rateOf([firstToken(10)]));
  });

  it('counts failures, hedges and retries among all attempts', () => {
    const all = [
      observation(),
      observation({ kind: 'failed' }),
      observation({ kind: 'given-up', waitedMs: 10, extra: 'hedge' }),
      observation({ kind: 'first-token', ttftMs: 10, extra: 'retry' }),
    ];
    const { requests, failureRate, hedges, retries } = estimate(all);
    assert.deepEqual(
      { requests, failureRate, hedges, retries },
      { requests: 4, failureRate: 0.25, hedges: 1, retries: 1 },
    );
  });

  it('knows the time an output token takes after the first, and how many an answer has', () => {
    const all = [
      observation({ kind: 'answered', ttftMs: 500, totalMs: 1500, outputTokens: 100 }),
      observation({ kind: 'answered', ttftMs: 500, totalMs: 6500, outputTokens: 300 }),
    ];
    const { msPerToken, outputTokens } = estimate(all);
    assert.deepEqual({ msPerToken, outputTokens }, { msPerToken: 17.5, outputTokens: 200 });
  });
  it('counts an answer that broke as a failure of the attempt that began it', () => {
    const { requests, failureRate } = estimate([firstToken(100), firstToken(100), observation({ kind: 'cut' })]);
    assert.deepEqual({ requests, failureRate }, { requests: 2, failureRate: 0.5 });
  });
});

describe('the recent memory', () => {
  const steadyMs = 15 * HALF_LIFE_MS;
  const steady = Array.from({ length: 5 * 60 * 15 }, (_, index) => firstToken(300, EPOCH_START_MS + index * 200));
  const slow = Array.from({ length: 50 }, (_, index) => firstToken(3000, EPOCH_START_MS + steadyMs + index * 200));

  it('shows a slowdown within ten seconds, which the lasting one hardly sees', () => {
    const after = estimate([...steady, ...slow], EPOCH_START_MS + steadyMs + 10_000);
    assert.ok(meanMs(after.recent) > 1800, `recent ${meanMs(after.recent)}`);
    assert.ok(meanMs(after) < 700, `lasting ${meanMs(after)}`);
  });

  it('tells the tail alone where it has seen enough, and leaves it to the lasting one where it has not', () => {
    const after = estimate([...steady, ...slow], EPOCH_START_MS + steadyMs + 10_000);
    assert.ok((after.ttftPercentileMs(50) ?? 0) > 2500);
    const quiet = estimate([...steady, ...slow], EPOCH_START_MS + steadyMs + 60_000);
    assert.ok((quiet.ttftPercentileMs(50) ?? Infinity) < 400);
  });

  it('has forgotten a failure a minute ago', () => {
    const failures = Array.from({ length: 10 }, () => observation({ kind: 'failed' }));
    const later = estimate(failures, EPOCH_START_MS + HALF_LIFE_MS);
    assert.ok(later.recent.requests < 0.1 && later.requests > 4.9);
  });
});
