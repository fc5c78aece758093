import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isWithinRetryBudget, raceRules } from '../../../../functions/gateway/core/race/race-rules.ts';
import type { RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import type { Estimate } from '../../../../functions/gateway/core/statistics/estimate.ts';
import { raceContender } from '../../../support/racer.ts';
import { measured, route } from '../../../support/routes.ts';

const HEDGE = { percentile: 95, budget: 0.1 };

/** The rules of a race at one deployment, of which the fleet knows `seen`. */
function rulesWhere(seen: Partial<Estimate>, hedges = { racing: 0 }): RaceRules {
  const setting = { route: route({ hedge: HEDGE }), mode: 'stream', deadlineMs: 1000 } as const;
  return raceRules([raceContender()], setting, {
    random: () => 0.5,
    statistics: { look: () => measured(300, seen) },
    hedges,
  });
}

describe('the hedge budget', () => {
  it('grants a hedge that is merely due up to half of it', () => {
    assert.equal(rulesWhere({ requests: 1000, hedges: 40 }).mayHedge?.('when due'), true);
    assert.equal(rulesWhere({ requests: 1000, hedges: 60 }).mayHedge?.('when due'), false);
  });

  it('keeps the other half for tokens that are late', () => {
    assert.equal(rulesWhere({ requests: 1000, hedges: 60 }).mayHedge?.('when late'), true);
    assert.equal(rulesWhere({ requests: 1000, hedges: 110 }).mayHedge?.('when late'), false);
  });

  it('counts the hedges under way that the statistics do not have yet', () => {
    const hedges = { racing: 0 };
    const { mayHedge } = rulesWhere({ requests: 19, hedges: 0 }, hedges);
    assert.equal(mayHedge?.('when due'), true);
    assert.equal(hedges.racing, 1);
    assert.equal(mayHedge?.('when due'), false);
    assert.equal(hedges.racing, 1);
  });

  it('is none in a route that does not hedge', () => {
    const ports = { random: () => 0.5, statistics: { look: () => measured(300) }, hedges: { racing: 0 } };
    const { mayHedge } = raceRules([raceContender()], { route: route(), mode: 'plain', deadlineMs: 1000 }, ports);
    assert.equal(mayHedge, undefined);
  });
});

describe('the retry budget', () => {
  const rows: readonly { readonly name: string; readonly seen: Partial<Estimate>; readonly isWithin: boolean }[] = [
    { name: 'is no matter at a healthy deployment', seen: { failureRate: 0.1, retries: 1000 }, isWithin: true },
    { name: 'lets a few go to one that fails', seen: { failureRate: 0.9, requests: 0, retries: 9 }, isWithin: true },
    {
      name: 'lets a fifth of its traffic go to one that fails',
      seen: { failureRate: 0.9, requests: 100, retries: 29 },
      isWithin: true,
    },
    { name: 'lets no more go there', seen: { failureRate: 0.9, requests: 100, retries: 30 }, isWithin: false },
  ];
  for (const { name, seen, isWithin } of rows) {
    it(name, () => {
      assert.equal(isWithinRetryBudget({ ...raceContender(), standing: measured(300, seen) }), isWithin);
    });
  }
});
