import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  expectedLatency,
  failureShare,
  latencyPrior,
} from '../../../../functions/gateway/core/routing/expected-latency.ts';
import { estimate, facts } from '../../../support/routes.ts';

const PRIOR = { ttftMs: 200, msPerToken: 10, outputTokens: 100 };

function ttft(evidence: number, ttftMs = 1000): number {
  return expectedLatency(estimate({ evidence, requests: evidence, ttftMs }), facts(), PRIOR).ttftMs;
}

describe('the expected latency', () => {
  it('is the prior where nothing is known', () => {
    assert.deepEqual(expectedLatency(estimate(), facts(), PRIOR), { ttftMs: 200, latencyMs: 200, outputTokens: 100 });
  });

  it("shrinks from a deployment's own mean towards the prior as its evidence decays", () => {
    const evidences = [1000, 100, 10, 1, 0.1, 0.001];
    const expected = evidences.map((evidence) => ttft(evidence));
    assert.deepEqual(
      expected,
      expected.toSorted((a, b) => b - a),
    );
    assert.ok((expected[0] ?? 0) > 999 && (expected.at(-1) ?? 0) < 202);
    assert.equal(ttft(1), 600);
  });

  it('lies between the own mean and the prior', () => {
    const positive = fc.double({ min: 1, max: 60_000, noNaN: true });
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0, max: 1e6, noNaN: true }), (own, assumed, evidence) => {
        const known = estimate({ ttftMs: own, evidence, requests: evidence });
        const { ttftMs } = expectedLatency(known, facts(), { ...PRIOR, ttftMs: assumed });
        assert.ok(ttftMs >= Math.min(own, assumed) - 1e-6 && ttftMs <= Math.max(own, assumed) + 1e-6);
      }),
    );
  });

  it('takes waits in vain for evidence too: where all were given up the deployment is slow, not unknown', () => {
    const silent = estimate({ evidence: 0, requests: 20, ttftMs: 10_000 });
    assert.ok(expectedLatency(silent, facts(), PRIOR).ttftMs > 9000);
  });

  it('adds the tokens that a plain call is expected to wait for', () => {
    const known = estimate({ evidence: 1e9, requests: 1e9, ttftMs: 300, msPerToken: 20, outputTokens: 50 });
    assert.equal(Math.round(expectedLatency(known, facts({ stream: false }), PRIOR).latencyMs), 1300);
    assert.equal(Math.round(expectedLatency(known, facts({ stream: true }), PRIOR).latencyMs), 300);
  });

  it('rises with the share of failures, which are forgiven as they decay', () => {
    const failing = (requests: number): number => failureShare(estimate({ failureRate: 0.5, requests }));
    assert.ok(failing(100) > failing(1) && failing(1) > failing(0.1) && failing(0) === 0);
    const known = estimate({ evidence: 100, requests: 100, ttftMs: 300 });
    const worse = expectedLatency({ ...known, failureRate: 0.5 }, facts(), PRIOR);
    assert.ok(worse.ttftMs > expectedLatency(known, facts(), PRIOR).ttftMs);
  });
});

describe('the prior', () => {
  it('is as good as the best that is well known, so that the unknown get their turn', () => {
    const all = [estimate({ evidence: 50, ttftMs: 400 }), estimate({ evidence: 50, ttftMs: 250 }), estimate()];
    assert.equal(latencyPrior(all).ttftMs, 250);
  });

  it('does not take the word of hardly any evidence', () => {
    const all = [estimate({ evidence: 50, ttftMs: 400 }), estimate({ evidence: 0.2, ttftMs: 5 })];
    assert.equal(latencyPrior(all).ttftMs, 400);
  });

  it('is the same middling guess for all where the fleet knows nothing', () => {
    const { ttftMs, msPerToken, outputTokens } = latencyPrior([estimate(), estimate()]);
    assert.ok(ttftMs > 0 && msPerToken > 0 && outputTokens > 0);
  });
});
