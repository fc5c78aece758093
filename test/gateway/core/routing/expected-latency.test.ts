import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  expectedLatency,
  failureShare,
  latencyPrior,
} from '../../../../functions/gateway/core/routing/expected-latency.ts';
import type { Estimate } from '../../../../functions/gateway/core/statistics/estimate.ts';
import fc from '../../../support/property.ts';
import { estimate, facts, NOTHING_RECENT, NOTHING_USUAL } from '../../../support/routes.ts';

const PRIOR = { ttftMs: 200, msPerToken: 10, outputTokens: 100 };

/** What both memories say of observations that are neither old nor new. */
function known(evidence: number, meanMs: number, change: Partial<Estimate> = {}): Estimate {
  const seen = { evidence, requests: evidence, ttftTotalMs: evidence * meanMs };
  return estimate({ ...seen, recent: { ...NOTHING_RECENT, ...seen }, ...change });
}

function ttft(evidence: number, ttftMs = 1000): number {
  return expectedLatency(known(evidence, ttftMs), facts(), PRIOR).ttftMs;
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
    // Half way from 200 to 1000 by the lasting memory, and a part of the rest by the recent one.
    assert.ok(ttft(1) > 600 && ttft(1) < 700, `${ttft(1)} ms`);
  });

  it('lies between the own mean and the prior', () => {
    const positive = fc.double({ min: 1, max: 60_000, noNaN: true });
    fc.assert(
      fc.property(positive, positive, fc.double({ min: 0, max: 1e6, noNaN: true }), (own, assumed, evidence) => {
        const { ttftMs } = expectedLatency(known(evidence, own), facts(), { ...PRIOR, ttftMs: assumed });
        assert.ok(ttftMs >= Math.min(own, assumed) - 1e-6 && ttftMs <= Math.max(own, assumed) + 1e-6);
      }),
    );
  });

  it('takes waits in vain for evidence too: where all were given up the deployment is slow, not unknown', () => {
    const silent = estimate({ evidence: 0, requests: 20, ttftTotalMs: 20 * 10_000 });
    assert.ok(expectedLatency(silent, facts(), PRIOR).ttftMs > 9000);
  });

  it('adds the tokens that a plain call is expected to wait for', () => {
    const long = known(1e9, 300, { msPerToken: 20, outputTokens: 50 });
    assert.equal(Math.round(expectedLatency(long, facts({ stream: false }), PRIOR).latencyMs), 1300);
    assert.equal(Math.round(expectedLatency(long, facts({ stream: true }), PRIOR).latencyMs), 300);
  });

  it('rises with the share of failures, which are forgiven as they decay', () => {
    const failing = (requests: number): Estimate =>
      known(100, 300, { recent: { ...NOTHING_RECENT, failureRate: 0.5, requests } });
    const shares = [100, 1, 0.1, 0].map((requests) => failureShare(failing(requests)));
    assert.deepEqual(
      shares,
      shares.toSorted((a, b) => b - a),
    );
    assert.deepEqual([shares[1], shares[3]], [0.2, 0]);
    const ttfts = [100, 1, 0.1, 0].map((requests) => expectedLatency(failing(requests), facts(), PRIOR).ttftMs);
    assert.deepEqual(
      ttfts,
      ttfts.toSorted((a, b) => b - a),
    );
  });

  it('is not raised by one failure among many calls', () => {
    const once = known(100, 300, { recent: { ...NOTHING_RECENT, failureRate: 1 / 20, requests: 20 } });
    assert.equal(failureShare(once), 0);
  });

  /** Usually 300 ms, 3 s in a minute that was busy, and looked at since. */
  function displaced(last: readonly number[], isSparse = true): number {
    const usual = { ...NOTHING_USUAL, evidence: 200, typicalMs: 300 };
    const recent = { ...NOTHING_RECENT, evidence: 2, ttftTotalMs: 2 * 2000, last, isSparse };
    return expectedLatency(known(50, 1500, { usual, recent }), facts(), PRIOR).ttftMs;
  }

  it('of one that is looked at is about the usual as soon as one look was as usual', () => {
    assert.ok(displaced([310, 2500, 2700]) < 800, `${displaced([310, 2500, 2700])} ms`);
    assert.ok(displaced([310, 290, 2700]) < 350, `${displaced([310, 290, 2700])} ms`);
  });

  it('of one whose looks were all slow stays far from the usual, though one of them was luckier', () => {
    assert.ok(displaced([900, 3000, 2500]) > 1200, `${displaced([900, 3000, 2500])} ms`);
  });

  it('of a busy one is no lower than its last two calls for their luck', () => {
    assert.ok(displaced([310, 500, 2500], false) >= 500);
  });

  it('follows the last seconds against minutes of heavy traffic', () => {
    const recent = { ...NOTHING_RECENT, evidence: 40, requests: 40, ttftTotalMs: 40 * 3000 };
    const { ttftMs } = expectedLatency(known(1000, 300, { recent }), facts(), PRIOR);
    assert.ok(ttftMs > 2700, `${ttftMs} ms`);
  });

  it('of one that is like most of what is remembered is that, and an outage among it moves nothing', () => {
    const recent = { ...NOTHING_RECENT, evidence: 10, requests: 10, ttftTotalMs: 10 * 360 };
    const after = (seenMiddleMs: number): number =>
      expectedLatency(known(100, 900, { recent, seenMiddleMs: () => seenMiddleMs }), facts(), PRIOR).ttftMs;
    assert.ok(after(300) < 330, `${after(300)} ms`);
    assert.ok(after(2000) > 340, `${after(2000)} ms`);
  });

  it('stays near what is remembered where the last seconds saw a single straggler', () => {
    const recent = { ...NOTHING_RECENT, evidence: 1, requests: 1, ttftTotalMs: 3000 };
    const { ttftMs } = expectedLatency(known(1000, 300, { recent }), facts(), PRIOR);
    assert.ok(ttftMs < 900, `${ttftMs} ms`);
  });

  it('believes a first token that came far sooner than what is remembered: that is no accident', () => {
    const recent = { ...NOTHING_RECENT, evidence: 1, requests: 1, ttftTotalMs: 300 };
    const { ttftMs } = expectedLatency(known(1000, 3000, { recent }), facts(), PRIOR);
    assert.ok(ttftMs < 450, `${ttftMs} ms`);
  });

  const busy = { ...NOTHING_RECENT, evidence: 40, requests: 40, ttftTotalMs: 40 * 300 };

  it('believes two slow calls in a row against a busy second before them, and not one', () => {
    const after = (...last: readonly number[]): number =>
      expectedLatency(known(1000, 300, { recent: { ...busy, last } }), facts(), PRIOR).ttftMs;
    assert.ok(after(3000, 4000) >= 2000);
    assert.deepEqual([after(3000, 290), after(3000)], [after(), after()]);
  });

  it('believes that it is its usual self again after two calls that were as usual', () => {
    const usual = { ...NOTHING_USUAL, evidence: 1000, typicalMs: 300 };
    const slow = { ...busy, ttftTotalMs: 40 * 3000 };
    const after = (...last: readonly number[]): number =>
      expectedLatency(known(1000, 3000, { recent: { ...slow, last }, usual }), facts(), PRIOR).ttftMs;
    assert.ok(after(290, 340) <= 340);
    assert.deepEqual([after(290, 3000), after(290)], [after(), after()]);
  });

  it('rises while first tokens are late, before one of them has come', () => {
    const recent = { ...NOTHING_RECENT, ttftTotalMs: 3 * 1000 };
    const late = expectedLatency(known(100, 300, { recent }), facts(), PRIOR);
    assert.ok(late.ttftMs > 1000, `${late.ttftMs} ms`);
  });
});

describe('the prior', () => {
  it('is as good as the best that is well known, so that the unknown get their turn', () => {
    const all = [known(50, 400), known(50, 250), estimate()];
    assert.equal(latencyPrior(all).ttftMs, 250);
  });

  it('does not take the word of hardly any evidence', () => {
    const all = [known(50, 400), known(0.2, 5)];
    assert.equal(latencyPrior(all).ttftMs, 400);
  });

  it('is the same middling guess for all where the fleet knows nothing', () => {
    const { ttftMs, msPerToken, outputTokens } = latencyPrior([estimate(), estimate()]);
    assert.ok(ttftMs > 0 && msPerToken > 0 && outputTokens > 0);
  });
});
