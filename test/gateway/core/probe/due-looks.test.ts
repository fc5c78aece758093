import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Route } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { dueLooks } from '../../../../functions/gateway/core/probe/look-beside.ts';
import { planCandidates } from '../../../../functions/gateway/core/routing/plan.ts';
import type { Estimate } from '../../../../functions/gateway/core/statistics/estimate.ts';
import type { Standing } from '../../../../functions/gateway/core/statistics/standing.ts';
import {
  deployment,
  estimate,
  facts,
  measured,
  NOTHING_RECENT,
  NOTHING_USUAL,
  route,
} from '../../../support/routes.ts';

const SETTINGS = { everyMs: 5000, rareEveryMs: 60_000 };

function looksAt(other: Standing, change: Partial<Route> = {}): ReturnType<typeof dueLooks>[number] | undefined {
  const standings: Readonly<Record<string, Standing>> = { best: measured(300), other };
  const asked = route(change);
  const plan = planCandidates({
    route: asked,
    facts: facts(),
    qualified: [deployment('best'), deployment('other')],
    look: (id) => standings[id] ?? assert.fail(id),
    random: () => 0.5,
    probesTell: true,
  });
  return dueLooks(plan, asked, SETTINGS).find(({ candidate }) => candidate.deployment.id === 'other');
}

/** Slow now, and `usualMs` as a rule; nobody calls it. */
function left(nowMs: number, usualMs: number, change: Partial<Estimate> = {}): Standing {
  const usual = { ...NOTHING_USUAL, evidence: 50, typicalMs: usualMs };
  return measured(nowMs, { requests: 0, usual, recent: NOTHING_RECENT, ...change });
}

describe('a look beside a request', () => {
  const cases: readonly { readonly name: string; readonly other: Standing; readonly everyMs: number }[] = [
    { name: 'often at one that nobody knows', other: { ...measured(1), estimate: estimate() }, everyMs: 5000 },
    {
      name: 'often at one that is slower than usual and would else be among the best',
      other: left(2000, 310),
      everyMs: 5000,
    },
    { name: 'rarely at one that is far behind as a rule', other: left(2000, 2000), everyMs: 60_000 },
    {
      name: 'rarely at one that is far behind as a rule, and was so just now',
      other: left(2000, 2000, { recent: { ...NOTHING_RECENT, last: [1900, 2100] } }),
      everyMs: 60_000,
    },
    {
      name: 'soon at one that is far behind and has just been seen among the best',
      other: left(2000, 2000, { recent: { ...NOTHING_RECENT, last: [290, 2000] } }),
      everyMs: 1000,
    },
    {
      name: 'soon at one that is slower than usual and has just been as usual',
      other: left(2000, 310, { recent: { ...NOTHING_RECENT, last: [330, 2000] } }),
      everyMs: 1000,
    },
    {
      name: 'soon at one of which one first token is known, which may be a straggler',
      other: left(2000, 2000, { usual: { ...NOTHING_USUAL, evidence: 1, typicalMs: 2000 } }),
      everyMs: 1000,
    },
    {
      name: 'often at one that traffic has just left because it is slow',
      other: left(2000, 310, { requests: 30, recent: { ...NOTHING_RECENT, evidence: 5, ttftTotalMs: 10_000 } }),
      everyMs: 5000,
    },
    { name: 'rarely at one that traffic measures', other: measured(310), everyMs: 60_000 },
    {
      name: "often at one of which a caller's failure may lie in his request",
      other: { ...measured(310), isSuspect: true },
      everyMs: 5000,
    },
  ];
  for (const { name, other, everyMs } of cases) {
    it(`is made ${name}`, () => {
      assert.equal(looksAt(other)?.everyMs, everyMs);
    });
  }

  it('tells how probes compare with traffic where traffic is well known, and nowhere else', () => {
    assert.deepEqual([looksAt(measured(310))?.isCalibration, looksAt(left(310, 310))?.isCalibration], [true, false]);
  });

  it('is made of nobody by a route that does not learn, but where a failure may lie in a request', () => {
    assert.equal(looksAt(left(2000, 310), { strategy: 'ordered' }), undefined);
    assert.equal(looksAt({ ...measured(310), isSuspect: true }, { strategy: 'ordered' })?.everyMs, 5000);
  });

  it('is made of none that is ejected: it has its own probe', () => {
    assert.equal(looksAt({ ...left(2000, 310), state: 'due' }), undefined);
  });
});
