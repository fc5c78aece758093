import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bucketOf } from '../../../../functions/gateway/core/statistics/latency-histogram.ts';
import { pinnedEstimate } from '../../../../functions/gateway/core/status/pinned-estimate.ts';
import type { Rollup } from '../../../../functions/gateway/core/status/rollup.ts';

const NOW_MS = 10 * 60_000;

function slot(at: number, kind: Rollup['kind'], sums: Record<string, number>): Rollup {
  return { kind, name: 'one', step: 'minute', slot: at, sums: new Map(Object.entries(sums)) };
}

function bucket(letter: string, ms: number): string {
  return `${letter}${bucketOf(ms).toString(36)}`;
}

/** Ninety calls in the first minute, ten in the second. */
const ROUTED = [slot(1, 'route', { q: 90 }), slot(2, 'route', { q: 10 })];

function estimate(own: readonly Rollup[], away: Parameters<typeof pinnedEstimate>[1]['away'] = []) {
  return pinnedEstimate('one', { own, routed: ROUTED, away, step: 'minute', nowMs: NOW_MS });
}

function near(ms: number | null | undefined, expected: number): void {
  assert.ok(Math.abs((ms ?? 0) / expected - 1) < 0.12, `${ms} is not near ${expected}`);
}

describe('what pinning to one deployment would have given', () => {
  it('counts a minute by the calls that the routes had in it, not by those that the deployment had', () => {
    // Nearly all calls went elsewhere in the minute in which it was slow.
    const own = [
      slot(1, 'deployment', { q: 1, [bucket('t', 4000)]: 1 }),
      slot(2, 'deployment', { q: 50, [bucket('t', 300)]: 50 }),
    ];
    const { ttftMs, failureRate, observations } = estimate(own) ?? {};
    near(ttftMs?.p50, 4000);
    assert.deepEqual([failureRate, observations], [0, 51]);
  });

  it('takes its probes where no call went to it, and the minute before where nothing did', () => {
    near(estimate([slot(1, 'deployment', { p: 1, [bucket('b', 900)]: 1 })])?.ttftMs.p99, 900);
  });

  it('fails as its probes did where no call went to it', () => {
    const probes = { p: 4, x: 3, [bucket('b', 900)]: 1 };
    assert.equal(estimate([slot(1, 'deployment', probes)])?.failureRate, 0.75);
    assert.equal(estimate([slot(1, 'deployment', { ...probes, q: 10, f: 1 })])?.failureRate, 0.1);
    assert.equal(estimate([slot(1, 'deployment', { p: 2, x: 2 })])?.failureRate, 1);
  });

  it('counts calls as failed that came while it was set aside for its failures', () => {
    const own = [slot(1, 'deployment', { q: 10, f: 5, [bucket('t', 300)]: 5 })];
    const away = { deployment: 'one', fromMs: 120_000, untilMs: 180_000, reason: 'failures' } as const;
    assert.equal(estimate(own, [away])?.failureRate, (90 * 0.5 + 10) / 100);
    assert.equal(estimate(own, [{ ...away, reason: 'drained' }])?.failureRate, 0.5);
    assert.equal(estimate(own, [{ ...away, deployment: 'another' }])?.failureRate, 0.5);
  });

  it('says nothing of a deployment that was neither called nor probed', () => {
    assert.equal(estimate([]), undefined);
  });
});
