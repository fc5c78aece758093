import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type KeyShares, keyShares, secondOpinions } from '../../../../functions/gateway/core/race/instance-budgets.ts';
import { isWithinRetryBudget, raceRules } from '../../../../functions/gateway/core/race/race-contenders.ts';
import type { RaceRules } from '../../../../functions/gateway/core/race/race-state.ts';
import type { Estimate } from '../../../../functions/gateway/core/statistics/estimate.ts';
import type { Standing } from '../../../../functions/gateway/core/statistics/standing.ts';
import { raceContender } from '../../../support/racer.ts';
import { measured, route } from '../../../support/routes.ts';

const HEDGE = { percentile: 95, budget: 0.1 };
const WITNESS = { key: 'key', conversation: '' };

/** No request so far. */
function newShares(): KeyShares {
  return keyShares({ nowMs: () => 0 });
}

/** The rules of a race at one deployment, of which the fleet knows `seen`. */
function rulesWhere(seen: Partial<Estimate>, hedges = { racing: 0 }): RaceRules {
  const setting = { route: route({ hedge: HEDGE }), mode: 'stream', deadlineMs: 1000, witness: WITNESS } as const;
  return raceRules([raceContender()], setting, {
    random: () => 0.5,
    statistics: { look: () => measured(300, seen) },
    hedges,
    opinions: secondOpinions(),
    shares: newShares(),
  });
}

describe('the hedge budget', () => {
  it('counts the hedges under way that the statistics do not have yet', () => {
    const hedges = { racing: 0 };
    const { mayHedge } = rulesWhere({ requests: 19, hedges: 0 }, hedges);
    assert.equal(mayHedge?.('when due'), true);
    assert.equal(hedges.racing, 1);
    assert.equal(mayHedge?.('when due'), false);
    assert.equal(hedges.racing, 1);
  });

  it('is none in a route that does not hedge', () => {
    const ports = {
      random: () => 0.5,
      statistics: { look: () => measured(300) },
      hedges: { racing: 0 },
      opinions: secondOpinions(),
      shares: newShares(),
    };
    const setting = { route: route(), mode: 'plain', deadlineMs: 1000, witness: WITNESS } as const;
    const { mayHedge } = raceRules([raceContender()], setting, ports);
    assert.equal(mayHedge, undefined);
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
      const now = measured(TTFT_MS, { hedges, requests: REQUESTS + hedges });
      const look = (): Standing => ({
        ...now,
        estimate: { ...now.estimate, recent: { ...now.estimate.recent, ...seen } },
      });
      const budgets = { hedges: { racing: 0 }, opinions: secondOpinions(), shares: newShares() };
      const ports = { random: () => 0.5, statistics: { look }, ...budgets };
      const setting = { route: route({ hedge: { percentile: 95, budget: BUDGET } }), mode: 'stream' } as const;
      const contenders = [raceContender({ expectedTtftMs: TTFT_MS })];
      const { mayHedge } = raceRules(contenders, { ...setting, deadlineMs: 40_000, witness: WITNESS }, ports);
      assert.equal(mayHedge?.(asked), isGranted);
      // A granted one counts from now on, before the statistics have it.
      assert.equal(ports.hedges.racing, isGranted ? 1 : 0);
    });
  }
});

describe('a key', () => {
  /** Extras that the first key may have where no other has asked. */
  const EXTRAS = 3;
  const seen = { failureRate: 0.9, requests: 1000 } as const;
  const setting = { route: route({ secondOpinions: 1 }), mode: 'stream', deadlineMs: 1000, witness: WITNESS } as const;
  const ports = (shares: KeyShares) => ({
    random: () => 0.5,
    statistics: { look: () => measured(300, seen) },
    hedges: { racing: 0 },
    opinions: secondOpinions(),
    shares,
  });

  it('has its share of the retries at a deployment that fails, and asks nobody for others', () => {
    const failing = { ...raceContender(), standing: measured(300, seen) };
    const { mayRetry } = raceRules([failing], setting, ports(newShares()));
    const granted = Array.from({ length: 10 }, () => mayRetry(failing)).filter(Boolean).length;
    assert.ok(granted >= EXTRAS && granted < 10, `${granted}`);
    assert.ok(Array.from({ length: 10 }, () => mayRetry(raceContender())).every(Boolean));
  });

  it('has its share of the second opinions', () => {
    const shares = newShares();
    const { mayRetry, takeSecondOpinion } = raceRules([raceContender()], setting, ports(shares));
    assert.equal(takeSecondOpinion?.(), true);
    while (mayRetry({ ...raceContender(), standing: measured(300, seen) })) {
      // Until its share is used up.
    }
    const another = raceRules([raceContender()], setting, ports(shares));
    assert.equal(another.takeSecondOpinion?.(), false);
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
