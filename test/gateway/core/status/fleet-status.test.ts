import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Route, StrategyName } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { expectedLatency, latencyPrior } from '../../../../functions/gateway/core/routing/expected-latency.ts';
import { planCandidates } from '../../../../functions/gateway/core/routing/plan.ts';
import { EJECTION_DEFAULTS } from '../../../../functions/gateway/core/statistics/ejection.ts';
import { Scoreboard } from '../../../../functions/gateway/core/statistics/scoreboard.ts';
import type { Standing } from '../../../../functions/gateway/core/statistics/standing.ts';
import {
  type FleetStatus,
  fleetStatus,
  TYPICAL_REQUEST,
} from '../../../../functions/gateway/core/status/fleet-status.ts';
import { FAILURES } from '../../../support/failures.ts';
import { EPOCH_START_MS, observation, SCALES } from '../../../support/observation.ts';
import { deployment, measured, route } from '../../../support/routes.ts';

const NOW = EPOCH_START_MS + 600_000;

/** The status of one route over deployments named by the keys of `standings`, in that order. */
function statusOf(standings: Readonly<Record<string, Standing>>, change: Partial<Route> = {}): FleetStatus {
  const deployments = Object.keys(standings).map((id) => deployment(id));
  return fleetStatus({
    routes: [route({ deployments, ...change })],
    deployments,
    look: (id) => standings[id] ?? assert.fail(),
    nowMs: NOW + 0.25,
  });
}

function planOf(status: FleetStatus): readonly string[] {
  return status.routes[0]?.plan.map(({ deployment: id }) => id) ?? [];
}

describe('the status of a fleet', () => {
  const strategies: readonly StrategyName[] = ['latency-based', 'cost-based', 'least-busy', 'usage-based', 'ordered'];
  for (const strategy of strategies) {
    it(`shows the plan that ${strategy} routing makes, with its scores and expectations`, () => {
      const standings = {
        a: measured(900, { requestsPerSecond: 3 }),
        b: measured(300, { requestsPerSecond: 9 }),
        c: measured(500, { requestsPerSecond: 1, failureRate: 0.4 }),
      };
      const look = (id: string): Standing => standings[id as keyof typeof standings];
      const asked = route({ strategy, deployments: ['a', 'b', 'c'].map((id) => deployment(id)) });
      const { candidates } = planCandidates({
        route: asked,
        facts: TYPICAL_REQUEST,
        qualified: asked.deployments,
        look,
        random: () => 0.5,
      });
      const shown = statusOf(standings, { strategy }).routes[0]?.plan ?? [];
      assert.deepEqual(
        shown.map((place) => [place.deployment, place.score, place.expectedTtftMs]),
        candidates.map((candidate) => [candidate.deployment.id, candidate.score, candidate.expectedTtftMs]),
      );
    });
  }

  it("expects the router's time to first token, not the bare mean", () => {
    const standings = { a: measured(300), b: measured(400, { failureRate: 0.5 }) };
    const prior = latencyPrior([standings.a.estimate, standings.b.estimate]);
    const expected = expectedLatency(standings.b.estimate, TYPICAL_REQUEST, prior);
    const shown = statusOf(standings).routes[0]?.plan.find(({ deployment: id }) => id === 'b');
    assert.equal(shown?.expectedTtftMs, expected.ttftMs);
    assert.ok(expected.ttftMs > 1300);
  });

  it('never shows an exploring plan, however much the route explores', () => {
    const status = statusOf({ a: measured(100), b: measured(900) }, { explorationShare: 1 });
    assert.deepEqual(planOf(status), ['a', 'b']);
  });

  it('marks the deployments over which conversations are spread', () => {
    const status = statusOf({ a: measured(100), b: measured(105), c: measured(900) });
    const tied = status.routes[0]?.plan.filter(({ isTied }) => isTied).map(({ deployment: id }) => id);
    assert.deepEqual(tied?.toSorted(), ['a', 'b']);
    const alone = statusOf({ a: measured(100), c: measured(900) });
    assert.deepEqual(
      alone.routes[0]?.plan.map(({ isTied }) => isTied),
      [false, false],
    );
  });

  it('puts the ejected last, with the reason and the end', () => {
    const ejection = { untilMs: NOW + 5000, level: 2, reason: 'rate-limited' as const };
    const status = statusOf({ a: { ...measured(100), state: 'ejected', ejection }, b: measured(900) });
    assert.deepEqual(planOf(status), ['b', 'a']);
    assert.deepEqual(status.deployments[0]?.ejection, { ...ejection, probeUntilMs: null });
    assert.equal(status.deployments[0]?.state, 'ejected');
    assert.equal(status.deployments[1]?.ejection, null);
  });

  it('shares the traffic among all deployments, and among those of each route', () => {
    const standings = {
      a: measured(100, { requests: 60 }),
      b: measured(100, { requests: 20 }),
      c: measured(100, { requests: 20 }),
    };
    const deployments = ['a', 'b', 'c'].map((id) => deployment(id));
    const status = fleetStatus({
      routes: [route({ deployments: deployments.slice(0, 2) })],
      deployments,
      look: (id) => standings[id as keyof typeof standings],
      nowMs: NOW,
    });
    assert.deepEqual(
      status.deployments.map(({ share }) => share),
      [0.6, 0.2, 0.2],
    );
    const shares = new Map(status.routes[0]?.plan.map((place) => [place.deployment, place.share]));
    assert.deepEqual([shares.get('a'), shares.get('b')], [0.75, 0.25]);
  });

  it('knows nothing, without pretending, of what nobody has asked', () => {
    const board = new Scoreboard({
      scales: SCALES,
      ejection: EJECTION_DEFAULTS,
      writesPerSecond: 200,
      random: () => 0.5,
    });
    const [shown] = statusOf({ a: board.look('a', NOW) }).deployments;
    assert.deepEqual(shown, {
      id: 'a',
      provider: 'a',
      model: 'model',
      kind: 'chat',
      state: 'healthy',
      ejection: null,
      ttftMs: { p50: null, p95: null, p99: null },
      recentTtftMs: { p50: null, p95: null, p99: null },
      latencyMs: { p50: null, p95: null, p99: null },
      requestsPerSecond: 0,
      tokensPerSecond: 0,
      share: 0,
      failureRate: 0,
      recentFailureRate: 0,
      evidence: 0,
      recentEvidence: 0,
      usualTtftMs: null,
      lookedAtMs: null,
    });
  });

  it('reads the same sums as the router: what attempts have taught', () => {
    const board = new Scoreboard({
      scales: SCALES,
      ejection: EJECTION_DEFAULTS,
      writesPerSecond: 200,
      random: () => 0.5,
    });
    for (const ttftMs of [100, 100, 100, 2000]) {
      board.observe(observation({ kind: 'first-token', ttftMs }, { atMs: NOW }), undefined);
      board.observe(observation({ kind: 'answered', ttftMs, totalMs: 2 * ttftMs }, { atMs: NOW }), undefined);
    }
    board.observe(observation({ kind: 'failed' }, { atMs: NOW }), FAILURES.overloaded);
    const [shown] = statusOf({ a: board.look('a', NOW) }).deployments;
    assert.ok(Math.abs((shown?.ttftMs.p50 ?? 0) / 100 - 1) < 0.12);
    assert.ok(Math.abs((shown?.ttftMs.p99 ?? 0) / 2000 - 1) < 0.12);
    assert.ok(Math.abs((shown?.latencyMs.p99 ?? 0) / 4000 - 1) < 0.12);
    assert.ok(Math.abs((shown?.failureRate ?? 0) - 0.2) < 1e-9);
    assert.ok(Math.abs((shown?.evidence ?? 0) - 4) < 0.01);
  });

  it('survives JSON unchanged', () => {
    const status = statusOf({ a: measured(100), b: measured(105) });
    assert.deepEqual(JSON.parse(JSON.stringify(status)), status);
  });
});
