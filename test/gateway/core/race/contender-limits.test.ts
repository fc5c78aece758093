import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Route } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { contendersOf, encodingsOnce } from '../../../../functions/gateway/core/race/contender-limits.ts';
import type { Candidate, ContenderLimits } from '../../../../functions/gateway/core/routing/contender.ts';
import { deployment, measured, NOTHING_USUAL, route } from '../../../support/routes.ts';

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
  return {
    deployment: deployment(id),
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

function racing(candidates: readonly Candidate[], change: Partial<Route> = {}): readonly ContenderLimits[] {
  const encodings = encodingsOnce<never>(() => assert.fail('Limits need no encoding.'));
  return contendersOf(candidates, encodings, { route: route(change), leftMs: LEFT_MS }).map(({ limits }) => limits);
}

describe('the limit for the first token', () => {
  const rows: readonly {
    readonly name: string;
    readonly tailMs?: number;
    readonly ttftMs?: number;
    readonly streaming: boolean;
    readonly limitMs: number;
  }[] = [
    { name: "is the route's while little is known", streaming: true, limitMs: 10_000 },
    { name: "is half as much again as the deployment's own tail", tailMs: 1000, streaming: true, limitMs: 1500 },
    { name: 'is no less than a second', tailMs: 200, streaming: true, limitMs: 1000 },
    {
      name: 'is five times what is expected where the tail is that of an outage',
      tailMs: 4000,
      streaming: true,
      limitMs: 1500,
    },
    { name: "is no more than the route's", tailMs: 20_000, ttftMs: 5000, streaming: true, limitMs: 10_000 },
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
      const [first] = racing([candidate('a', { ...tail, deployment: deployment('a', { streaming }) })]);
      assert.equal(first?.firstTokenMs, limitMs);
    });
  }
});

describe('the wait before a hedge', () => {
  const hedge = { percentile: 95, budget: 0.05 };

  it("is the deployment's own percentile", () => {
    assert.equal(racing([candidate('a', { tailMs: 1000 })], { hedge })[0]?.hedgeAfterMs, 500);
  });

  it('is two and a half times what is expected where the tail is that of an outage', () => {
    assert.equal(racing([candidate('a', { tailMs: 9000 })], { hedge })[0]?.hedgeAfterMs, 750);
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

describe('the silence of one that has lost to a hedge', () => {
  it('says something after twice the time that half of its first tokens take', () => {
    assert.equal(racing([candidate('a', { tailMs: 1000 })])[0]?.silenceAfterMs, 1000);
  });

  it('says something at once of one that nobody has seen answer', () => {
    assert.equal(racing([candidate('a')])[0]?.silenceAfterMs, 0);
  });

  it('is as bad as a failure at the limit, and where no answer was ever seen at half of the patience of its caller', () => {
    const seen = candidate('a', { tailMs: 4000, ttftMs: 2000 });
    const unseen = candidate('b');
    const { standing } = unseen;
    const never = { ...unseen, standing: { ...standing, estimate: { ...standing.estimate, evidence: 0 } } };
    const limits = (leftMs: number): readonly number[] =>
      contendersOf(
        [seen, unseen, never],
        encodingsOnce<never>(() => assert.fail()),
        { route: route(), leftMs },
      ).map((one) => one.limits.silenceLimitMs);
    assert.deepEqual(limits(3000), [6000, 10_000, 1500]);
    assert.deepEqual(limits(500), [6000, 10_000, 1000]);
    assert.deepEqual(limits(60_000), [6000, 10_000, 10_000]);
  });
});
