import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Deployment } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { type Plan, type PlanContext, planCandidates } from '../../../../functions/gateway/core/routing/plan.ts';
import type { Standing } from '../../../../functions/gateway/core/statistics/standing.ts';
import { deployment, facts, measured, NOTHING_USUAL, route } from '../../../support/routes.ts';

function plan(standings: Readonly<Record<string, Standing>>, change: Partial<PlanContext> = {}): Plan {
  const qualified = Object.keys(standings).map((id): Deployment => deployment(id));
  return planCandidates({
    route: route(),
    facts: facts(),
    qualified,
    look: (id) => standings[id] ?? assert.fail(id),
    random: () => 0.5,
    promptDoublingTokens: 8000,
    ...change,
  });
}

function first(standings: Readonly<Record<string, Standing>>, change: Partial<PlanContext> = {}): string | undefined {
  return plan(standings, change).candidates[0]?.deployment.id;
}

/** Its vendor keeps such a share of what it has read. */
function keeping(ttftMs: number, cachedShare: number): Standing {
  const usual = { ...NOTHING_USUAL, evidence: 1000, typicalMs: ttftMs, cachedShare };
  return measured(ttftMs, { usual });
}

const LAST = { deployment: 'b', promptTokens: 20_000 };

describe('a conversation', () => {
  it('stays where it was, though another is a little faster now', () => {
    const standings = { a: measured(300), b: measured(355) };
    assert.equal(first(standings), 'a');
    assert.equal(first(standings, { remembered: { equals: new Set(), turn: { ...LAST, promptTokens: 10 } } }), 'b');
  });

  it('stays at one that is far slower, as long as reading its prompt again takes longer', () => {
    const standings = { a: keeping(300, 1), b: keeping(500, 1) };
    const remembered = { equals: new Set<string>(), turn: LAST };
    assert.equal(first(standings, { facts: facts({ promptTokens: 21_000 }), remembered }), 'b');
    assert.equal(
      first(standings, {
        facts: facts({ promptTokens: 500 }),
        remembered: { ...remembered, turn: { ...LAST, promptTokens: 400 } },
      }),
      'a',
    );
  });

  it('leaves one that has become clearly worse', () => {
    const standings = { a: keeping(300, 1), b: keeping(3000, 1) };
    assert.equal(
      first(standings, { facts: facts({ promptTokens: 21_000 }), remembered: { equals: new Set(), turn: LAST } }),
      'a',
    );
  });

  it('leaves one that is ejected', () => {
    const standings = { a: measured(900), b: { ...measured(300), state: 'ejected' as const } };
    assert.equal(first(standings, { remembered: { equals: new Set(), turn: LAST } }), 'a');
  });

  it('begins a long prompt where it will be kept', () => {
    const standings = { a: keeping(300, 0), b: keeping(310, 1) };
    const begun = Array.from({ length: 40 }, (_, index) =>
      first(standings, { facts: facts({ promptTokens: 12_000, affinityKey: `conversation ${index}` }) }),
    );
    assert.deepEqual([...new Set(begun)], ['b']);
  });

  it('costs less where its prompt is cached, which a route by price counts', () => {
    const prices = { inputPrice: 2, cachedInputPrice: 0.2, outputPrice: 8 };
    const qualified = [deployment('a', prices), deployment('b', { ...prices, inputPrice: 2.2 })];
    const change = { route: route({ strategy: 'cost-based' }), qualified, facts: facts({ promptTokens: 21_000 }) };
    const standings = { a: keeping(300, 1), b: keeping(300, 1) };
    assert.equal(first(standings, change), 'a');
    assert.equal(first(standings, { ...change, remembered: { equals: new Set(), turn: LAST } }), 'b');
  });
});

describe('a conversation that each instance sees for the first time', () => {
  const keys = Array.from({ length: 200 }, (_, index) => `conversation ${index}`);
  const usual = { ...NOTHING_USUAL, evidence: 1000, typicalMs: 300 };
  const seen = (a: number, b: number): Readonly<Record<string, Standing>> => ({
    a: measured(a, { usual }),
    b: measured(b, { usual }),
  });
  const firsts = (standings: Readonly<Record<string, Standing>>): readonly (string | undefined)[] =>
    keys.map((affinityKey) => first(standings, { facts: facts({ affinityKey }) }));

  it('goes where the others send it, though each of them sees another as a little faster now', () => {
    assert.deepEqual(firsts(seen(300, 330)), firsts(seen(330, 300)));
    assert.deepEqual(new Set(firsts(seen(300, 330))), new Set(['a', 'b']));
  });

  it('goes to the best where the usual one is clearly slower now', () => {
    assert.deepEqual(new Set(firsts(seen(300, 400))), new Set(['a']));
  });
});

describe('the border of the equals', () => {
  const standings = { a: measured(300), b: measured(335) };

  it('is further away for who was one', () => {
    const members = (equals: readonly string[]): readonly string[] => [
      ...plan(standings, { remembered: { equals: new Set(equals) } }).equals,
    ];
    assert.deepEqual(members([]), ['a']);
    assert.deepEqual(members(['a', 'b']), ['a', 'b']);
  });
});
