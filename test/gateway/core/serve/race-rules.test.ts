import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { silenceRule } from '../../../../functions/gateway/core/attempt/silence-rule.ts';
import type { Route } from '../../../../functions/gateway/core/model/gateway-config.ts';
import type { RaceCandidate } from '../../../../functions/gateway/core/race/race-state.ts';
import type { Candidate } from '../../../../functions/gateway/core/routing/plan.ts';
import type { GatewayState } from '../../../../functions/gateway/core/serve/gateway-state.ts';
import { raceRules } from '../../../../functions/gateway/core/serve/race-rules.ts';
import { deployment, measured, NOTHING_USUAL, route } from '../../../support/routes.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

/** What is left to the deadline. */
const LEFT_MS = 40_000;

/** A candidate whose first tokens take `ttftMs` in the mean, and up to `tailMs` in 99 of 100, half of that in others; without a tail nothing is known of it. */
function candidate(
  id: string,
  change: Partial<Candidate> & { readonly ttftMs?: number; readonly tailMs?: number } = {},
): Candidate {
  const { ttftMs = 300, tailMs, ...rest } = change;
  const known = measured(ttftMs, {
    ttftPercentileMs: (percentile) => (percentile === 99 ? tailMs : (tailMs ?? 0) / 2),
  });
  const standing =
    tailMs === undefined ? { ...known, estimate: { ...known.estimate, evidence: 3, usual: NOTHING_USUAL } } : known;
  const target = deployment(id);
  return {
    target,
    deployment: id,
    standing,
    score: 0,
    placementScore: 0,
    promptFactor: 1,
    warmTokens: 0,
    state: 'healthy',
    isTied: false,
    expectedTtftMs: ttftMs,
    ...rest,
  };
}

function racing(candidates: readonly Candidate[], change: Partial<Route> = {}): readonly RaceCandidate[] {
  const { clock } = virtualClock();
  // The ports that the rules of a race ask: nothing else is read before the race.
  const state = { ports: { clock, random: () => 0.5 }, hedges: { racing: 0 } } as unknown as GatewayState;
  const setting = { route: route(change), mode: 'stream', deadlineMs: clock.nowMs() + LEFT_MS } as const;
  return raceRules(candidates, setting, state).candidates;
}

describe('the limit for the first token', () => {
  const rows: readonly {
    readonly name: string;
    readonly tailMs?: number;
    readonly streaming: boolean;
    readonly limitMs: number;
  }[] = [
    { name: "is the route's while little is known", streaming: true, limitMs: 10_000 },
    { name: "is half as much again as the deployment's own tail", tailMs: 4000, streaming: true, limitMs: 6000 },
    { name: 'is no less than two seconds', tailMs: 200, streaming: true, limitMs: 2000 },
    { name: "is no more than the route's", tailMs: 20_000, streaming: true, limitMs: 10_000 },
    { name: 'of a whole answer is half of the time left while little is known', streaming: false, limitMs: 20_000 },
    {
      name: "of a whole answer is no less than the route's for a stall",
      tailMs: 2000,
      streaming: false,
      limitMs: 15_000,
    },
    {
      name: "of a whole answer is three times as long as its deployment's tail",
      tailMs: 6000,
      streaming: false,
      limitMs: 18_000,
    },
    { name: 'of a whole answer leaves half of the time to others', tailMs: 30_000, streaming: false, limitMs: 20_000 },
  ];
  for (const { name, streaming, limitMs, ...tail } of rows) {
    it(name, () => {
      const [first] = racing([candidate('a', { ...tail, target: deployment('a', { streaming }) })]);
      assert.equal(first?.firstTokenMs, limitMs);
    });
  }
});

describe('the wait before a hedge', () => {
  const hedge = { percentile: 95, budget: 0.05 };

  it("is the deployment's own percentile", () => {
    assert.equal(racing([candidate('a', { tailMs: 1000 })], { hedge })[0]?.hedgeAfterMs, 500);
  });

  it('is that of a faster one where that is shorter, or its own is not known', () => {
    const faster = candidate('b', { tailMs: 400, ttftMs: 100 });
    assert.equal(racing([candidate('a', { tailMs: 1000 }), faster], { hedge })[0]?.hedgeAfterMs, 200);
    assert.equal(racing([candidate('a'), faster], { hedge })[0]?.hedgeAfterMs, 200);
  });

  it('is longer for one that is tried after a cooldown, whoever is faster: it may have come back slower', () => {
    const faster = candidate('b', { tailMs: 400, ttftMs: 100 });
    const [first] = racing([candidate('a', { tailMs: 1000, state: 'probing' }), faster], { hedge });
    assert.equal(first?.hedgeAfterMs, 2000);
    const [unknown] = racing([candidate('a', { state: 'probing' }), faster], { hedge });
    assert.equal(unknown?.hedgeAfterMs, undefined);
  });
});

describe('the budget of hedges', () => {
  const BUDGET = 0.05;
  const TTFT_MS = 300;
  /** A thousand requests beside the hedges: the whole budget allows fifty. */
  const REQUESTS = 1000;

  interface Row {
    readonly name: string;
    /** Hedges of the last minutes, all of them over. */
    readonly hedges: number;
    readonly asked: 'when due' | 'when late';
    /** The mean of the last seconds' times to first token. */
    readonly recentTtftMs: number;
    readonly isGranted: boolean;
  }
  const usual = { asked: 'when due', recentTtftMs: TTFT_MS } as const;
  const rows: readonly Row[] = [
    { ...usual, name: 'grants one that is due within its half', hedges: 24, isGranted: true },
    { ...usual, name: 'refuses one that is due past its half', hedges: 25, isGranted: false },
    { ...usual, name: 'grants a late one out of the other half', asked: 'when late', hedges: 49, isGranted: true },
    { ...usual, name: 'refuses a late one past the whole', asked: 'when late', hedges: 50, isGranted: false },
    { ...usual, name: 'grants one while the first slows down', recentTtftMs: 900, hedges: 49, isGranted: true },
    { ...usual, name: 'refuses one past the whole also then', recentTtftMs: 900, hedges: 50, isGranted: false },
  ];
  for (const { name, hedges, asked, recentTtftMs, isGranted } of rows) {
    it(name, () => {
      const seen = { evidence: 100, ttftTotalMs: 100 * recentTtftMs };
      const { estimate } = measured(TTFT_MS, { hedges, requests: REQUESTS + hedges });
      const now = { estimate: { ...estimate, recent: { ...estimate.recent, ...seen } } };
      const { clock } = virtualClock();
      const ports = { clock, random: () => 0.5, statistics: { look: () => now } };
      const state = { ports, hedges: { racing: 0 } } as unknown as GatewayState;
      const setting = { route: route({ hedge: { percentile: 95, budget: BUDGET } }), mode: 'stream' } as const;
      const candidates = [candidate('a', { ttftMs: TTFT_MS, tailMs: 1000 })];
      const { mayHedge } = raceRules(candidates, { ...setting, deadlineMs: clock.nowMs() + LEFT_MS }, state);
      assert.equal(mayHedge?.(asked), isGranted);
      // A granted one counts from now on, before the statistics have it.
      assert.equal(state.hedges.racing, isGranted ? 1 : 0);
    });
  }
});

describe('the silence of one that has lost to a hedge', () => {
  it('says something after twice the time that half of its first tokens take', () => {
    const rule = silenceRule(candidate('a', { tailMs: 1000 }), 2000);
    assert.deepEqual(rule, { afterMs: 1000, limitMs: 2000 });
  });

  it('says something at once of one that nobody has seen answer', () => {
    assert.deepEqual(silenceRule(candidate('a'), 10_000), { afterMs: 0, limitMs: 10_000 });
  });
});
