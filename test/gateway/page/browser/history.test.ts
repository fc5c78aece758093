import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { StatusBody } from '../../../../functions/gateway/core/serve/status-call.ts';
import type { Decision } from '../../../../functions/gateway/core/status/decision.ts';
import type { DeploymentStatus } from '../../../../functions/gateway/core/status/fleet-status.ts';
import { attemptDots, routeDots } from '../../../../functions/gateway/page/browser/call-dots.ts';
import { history, WINDOW_MS } from '../../../../functions/gateway/page/browser/history.ts';
import { decision, failed, served } from './decisions.ts';

const NOTHING = { p50: null, p95: null, p99: null };

function deployment(change: Partial<DeploymentStatus> = {}): DeploymentStatus {
  return {
    id: 'x/one',
    provider: 'x',
    model: 'one',
    kind: 'chat',
    state: 'healthy',
    ejection: null,
    ttftMs: { p50: 300, p95: 500, p99: 900 },
    recentTtftMs: NOTHING,
    latencyMs: NOTHING,
    requestsPerSecond: 0,
    tokensPerSecond: 0,
    share: 0,
    failureRate: 0,
    recentFailureRate: 0,
    evidence: 0,
    recentEvidence: 0,
    usualTtftMs: null,
    lookedAtMs: null,
    ...change,
  };
}

function status(atMs: number, items: readonly Decision[] = [], instance = 'i'): StatusBody {
  const decisions = { instance, cursor: `${instance}.${atMs}`, missed: 0, items };
  return { atMs, routes: [], deployments: [deployment()], decisions };
}

describe('what the page remembers', () => {
  it('is each decision once, in the order in which they ended, whichever instance told it', () => {
    const past = history();
    const late = decision({ requestId: 'late', atMs: 0, totalMs: 5000 });
    const early = decision({ requestId: 'early', atMs: 1000, totalMs: 10 });
    past.take(status(6000, [late], 'i'));
    past.take(status(7000, [early, late], 'j'));
    assert.deepEqual(
      past.decisions().map(({ requestId }) => requestId),
      ['early', 'late'],
    );
  });

  it('has the cursor of every instance that has answered, the latest last, and of no more than sixteen', () => {
    const past = history();
    for (let instance = 0; instance < 20; instance += 1) {
      past.take(status(instance, [], `i${instance}`));
    }
    past.take(status(99, [], 'i7'));
    const cursors = past.cursors();
    assert.equal(cursors.length, 16);
    assert.equal(cursors.at(-1), 'i7.99');
    assert.ok(!cursors.includes('i7.7'));
  });

  it('has the figures of each poll of the last five minutes', () => {
    const past = history();
    past.take(status(0));
    past.take(status(1000));
    past.take(status(1000 + WINDOW_MS));
    assert.deepEqual(
      past.points('x/one').map(({ atMs }) => atMs),
      [1000, 1000 + WINDOW_MS],
    );
    assert.deepEqual(past.points('nobody'), []);
  });
});

describe("a route's dots", () => {
  const NOW = 2_000_000;

  it('are the calls of the last minutes that the gateway answers for', () => {
    const at = { atMs: NOW - 10_000 };
    const { dots, rescuedDots, failedAtMs } = routeDots(
      [
        decision({ ...at, ttftMs: 100, totalMs: 400 }),
        decision({ ...at, ttftMs: 900, totalMs: 1000, routing: 'fallback' }),
        decision({ ...at, ending: 'failed', status: 502 }),
        decision({ ...at, ending: 'refused', status: 400 }),
        decision({ ...at, ending: 'hung-up' }),
        decision({ atMs: NOW - WINDOW_MS - 10_000 }),
      ],
      NOW,
    );
    assert.deepEqual([dots.map(({ ms }) => ms), rescuedDots.map(({ ms }) => ms), failedAtMs.length], [[100], [900], 1]);
  });
});

describe("a deployment's dots", () => {
  it('are its own attempts: when a first token came, and when one failed', () => {
    const one = decision({ atMs: 1000, attempts: [failed('x/one'), { ...served('y/two'), startedAfterMs: 20 }] });
    assert.deepEqual(attemptDots([one], 'x/one', 2000), { dots: [], failedAtMs: [1020] });
    assert.deepEqual(attemptDots([one], 'y/two', 2000), { dots: [{ atMs: 1320, ms: 300 }], failedAtMs: [] });
  });
});
