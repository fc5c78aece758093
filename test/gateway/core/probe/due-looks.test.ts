import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Route } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { dueLooks } from '../../../../functions/gateway/core/probe/due-looks.ts';
import { type Plan, planCandidates } from '../../../../functions/gateway/core/routing/plan.ts';
import type { Ejection } from '../../../../functions/gateway/core/statistics/ejection.ts';
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

function ordered(standings: Readonly<Record<string, Standing>>): Plan {
  return planCandidates({
    route: route({ strategy: 'ordered' }),
    facts: facts(),
    qualified: Object.keys(standings).map((id) => deployment(id)),
    look: (id) => standings[id] ?? assert.fail(id),
    random: () => 0.5,
  });
}

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
      other: left(2000, 330),
      everyMs: 5000,
    },
    {
      name: 'the oftener the denser calls are',
      other: left(2000, 165, { recent: { ...NOTHING_RECENT, requestsPerSecond: 4 } }),
      everyMs: 1500,
    },
    {
      name: 'no oftener than once a second, however dense calls are',
      other: left(2000, 165, { recent: { ...NOTHING_RECENT, requestsPerSecond: 400 } }),
      everyMs: 1000,
    },
    {
      name: 'the oftener the more callers miss it',
      other: left(2000, 165),
      everyMs: 2500,
    },
    { name: 'no oftener than it takes to confirm a look', other: left(2000, 30), everyMs: 1000 },
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
      other: left(2000, 330, { requests: 30, recent: { ...NOTHING_RECENT, evidence: 5, ttftTotalMs: 10_000 } }),
      everyMs: 5000,
    },
    { name: 'rarely at one that traffic measures', other: measured(310), everyMs: 60_000 },
    {
      name: "soon at one of which a caller's failure may lie in his request",
      other: { ...measured(310), isSuspect: true },
      everyMs: 1000,
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
    const suspect = { ...measured(310), isSuspect: true };
    assert.equal(looksAt(suspect, { strategy: 'ordered' })?.everyMs, 1000);
    assert.equal(looksAt({ ...suspect, isLongSuspect: true }, { strategy: 'ordered' })?.everyMs, 5000);
  });

  const ejection: Ejection = { untilMs: 1, level: 4, reason: 'failures' };
  const ejected: Standing = { ...left(2000, 330), state: 'ejected', ejection };
  const cooldowns: readonly { readonly name: string; readonly other: Standing; readonly everyMs?: number }[] = [
    { name: 'soon where it has just begun', other: { ...ejected, ejection: { ...ejection, level: 1 } }, everyMs: 1000 },
    { name: 'less often as the outage goes on', other: ejected, everyMs: 2000 },
    { name: 'often at last', other: { ...ejected, ejection: { ...ejection, level: 9 } }, everyMs: 5000 },
    { name: 'while a probe waits for its answer', other: { ...ejected, state: 'probing' }, everyMs: 2000 },
    { name: 'not when it is over: it has its own probe', other: { ...ejected, state: 'due' } },
    { name: 'not where its answers break off', other: { ...ejected, breaksAnswers: true } },
    { name: 'not where it holds for one key alone', other: { ...ejected, isForKeyOnly: true } },
    { name: 'not of a rate limit', other: { ...ejected, ejection: { ...ejection, reason: 'rate-limited' } } },
    { name: 'not of a wrong credential', other: { ...ejected, ejection: { ...ejection, reason: 'misconfigured' } } },
    { name: 'not where an operator drains it', other: { ...ejected, ejection: { ...ejection, reason: 'drained' } } },
  ];
  for (const { name, other, everyMs } of cooldowns) {
    it(`is made during a cooldown ${name}`, () => {
      assert.equal(looksAt(other)?.everyMs, everyMs);
    });
  }

  it('is made during a cooldown of an ordered route too, but of nobody behind the first healthy one', () => {
    assert.equal(looksAt(ejected, { strategy: 'ordered' }), undefined);
    const plan = ordered({ first: ejected, second: measured(300) });
    const looks = dueLooks(plan, route({ strategy: 'ordered' }), SETTINGS);
    assert.deepEqual(
      looks.map(({ candidate, everyMs }) => [candidate.deployment.id, everyMs]),
      [['first', 2000]],
    );
  });

  it('is made where nobody is healthy also of one that nobody knows', () => {
    const unknown: Standing = { ...ejected, estimate: estimate() };
    const plan = ordered({ first: unknown, second: { ...unknown, ejection: { ...ejection, untilMs: 2 } } });
    assert.deepEqual(
      dueLooks(plan, route(), SETTINGS).map(({ everyMs }) => everyMs),
      [2000],
    );
  });

  it('is made where nobody is healthy, but not of the one that callers try', () => {
    const plan = ordered({ first: ejected, second: { ...ejected, ejection: { ...ejection, untilMs: 2 } } });
    assert.deepEqual(
      dueLooks(plan, route(), SETTINGS).map(({ candidate }) => candidate.deployment.id),
      ['second'],
    );
  });
});
