import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Route, StrategyName } from '../../../../functions/gateway/core/model/gateway-config.ts';
import type { RequestFacts } from '../../../../functions/gateway/core/model/request-facts.ts';
import {
  dueProbe,
  type Plan,
  planCandidates,
  withProbeFirst,
} from '../../../../functions/gateway/core/routing/plan.ts';
import { STRATEGIES } from '../../../../functions/gateway/core/routing/strategies.ts';
import type { Standing } from '../../../../functions/gateway/core/statistics/standing.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import fc from '../../../support/property.ts';
import { deployment, estimate, facts, measured, NOTHING_RECENT, route } from '../../../support/routes.ts';

const STRATEGY_NAMES: readonly StrategyName[] = [
  'latency-based',
  'cost-based',
  'least-busy',
  'usage-based',
  'simple-shuffle',
  'ordered',
];

interface Asked {
  readonly route?: Partial<Route>;
  readonly facts?: Partial<RequestFacts>;
  readonly random?: () => number;
  readonly deployments?: Readonly<Record<string, Parameters<typeof deployment>[1]>>;
}

/** The plan for deployments named by the keys of `standings`, in that order. */
function planFor(standings: Readonly<Record<string, Standing>>, asked: Asked = {}): Plan {
  return planCandidates({
    route: route(asked.route),
    facts: facts(asked.facts),
    qualified: Object.keys(standings).map((id) => deployment(id, asked.deployments?.[id])),
    look: (id) => standings[id] ?? assert.fail(),
    random: asked.random ?? (() => 0.5),
  });
}

function order(plan: Plan): readonly string[] {
  return plan.candidates.map((candidate) => candidate.deployment.id);
}

function away(state: Standing['state'], untilMs: number, ttftMs = 100): Standing {
  return { ...measured(ttftMs), state, ejection: { untilMs, level: 1, reason: 'failures' } };
}

const anySeen = fc.record({
  evidence: fc.constantFrom(0, 0.01, 1, 50),
  ttftTotalMs: fc.double({ min: 0, max: 60_000, noNaN: true }),
  requests: fc.constantFrom(0, 1, 100),
  requestsPerSecond: fc.constantFrom(0, 1, 100),
  failureRate: fc.double({ min: 0, max: 1, noNaN: true }),
  last: fc.array(fc.nat(60_000), { maxLength: 3 }),
  isSparse: fc.boolean(),
  seenMiddleMs: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }), { nil: undefined }).map((ms) => () => ms),
  seenMedianMs: fc.option(fc.double({ min: 0, max: 60_000, noNaN: true }), { nil: undefined }).map((ms) => () => ms),
});

const anyStanding: fc.Arbitrary<Standing> = fc
  .record({
    lasting: anySeen,
    recent: anySeen,
    requestsPerSecond: fc.double({ min: 0, max: 1000, noNaN: true }),
    state: fc.constantFrom('healthy' as const, 'ejected' as const, 'due' as const, 'probing' as const),
    untilMs: fc.nat(),
  })
  .map(({ state, untilMs, lasting, recent, requestsPerSecond }) => {
    const known = estimate({ ...lasting, recent, requestsPerSecond });
    const standing = { estimate: known, state, lookedAtMs: -Infinity, breaksAnswers: false, isSuspect: false };
    return state === 'healthy'
      ? standing
      : { ...standing, ejection: { untilMs, level: 1, reason: 'failures' as const } };
  });

describe('a plan', () => {
  it('is a permutation of those who qualify, with the healthy first, by every strategy', () => {
    const world = fc.record({
      standings: fc.array(anyStanding, { minLength: 1, maxLength: 8 }),
      strategy: fc.constantFrom(...STRATEGY_NAMES),
      explorationShare: fc.constantFrom(0, 0.5, 1),
      stream: fc.boolean(),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(world, ({ standings, strategy, explorationShare, stream, seed }) => {
        const named = Object.fromEntries(standings.map((standing, index) => [`d${index}`, standing]));
        const plan = planFor(named, {
          route: { strategy, explorationShare },
          facts: { stream },
          random: seededRandom(seed),
        });
        assert.deepEqual(order(plan).toSorted(), Object.keys(named).toSorted());
        const states = plan.candidates.map(({ state }) => (state === 'healthy' ? 'healthy' : 'away'));
        assert.deepEqual(states, states.toSorted().reverse());
      }),
      { numRuns: 500 },
    );
  });

  it('is the same for the same request and knowledge', () => {
    const standings = { a: measured(300), b: measured(310), c: measured(900) };
    assert.deepEqual(order(planFor(standings)), order(planFor(standings)));
  });

  it('has the ejected last, the one whose cooldown ends first before the others', () => {
    const standings = {
      a: away('ejected', 9000),
      b: away('ejected', 5000),
      c: measured(9000),
      d: away('probing', 7000),
    };
    assert.deepEqual(order(planFor(standings)), ['c', 'b', 'd', 'a']);
  });

  it('ranks as if nobody were ejected where all are', () => {
    const standings = { a: away('ejected', 5000, 900), b: away('ejected', 9000, 100) };
    assert.deepEqual(order(planFor(standings)), ['b', 'a']);
    assert.deepEqual(order(planFor(standings, { route: { strategy: 'ordered' } })), ['a', 'b']);
  });
});

describe('the strategy', () => {
  const cases: readonly {
    readonly name: string;
    readonly strategy: StrategyName;
    readonly standings: Readonly<Record<string, Standing>>;
    readonly asked?: Asked;
    readonly expected: readonly string[];
  }[] = [
    {
      name: 'has the shortest time to first token first for streams',
      strategy: 'latency-based',
      standings: { a: measured(900, { msPerToken: 1 }), b: measured(300, { msPerToken: 90 }), c: measured(600) },
      expected: ['b', 'c', 'a'],
    },
    {
      name: 'has the soonest whole answer first for plain calls',
      strategy: 'latency-based',
      standings: {
        a: measured(300, { msPerToken: 40, outputTokens: 200 }),
        b: measured(900, { msPerToken: 5, outputTokens: 200 }),
      },
      asked: { facts: { stream: false } },
      expected: ['b', 'a'],
    },
    {
      name: 'expects no more tokens than the caller asks for',
      strategy: 'latency-based',
      standings: {
        a: measured(300, { msPerToken: 40, outputTokens: 200 }),
        b: measured(900, { msPerToken: 5, outputTokens: 200 }),
      },
      asked: { facts: { stream: false, maxOutputTokens: 5 } },
      expected: ['a', 'b'],
    },
    {
      name: 'pushes back who failed of late',
      strategy: 'latency-based',
      standings: { a: measured(300, { failureRate: 0.4 }), b: measured(700) },
      expected: ['b', 'a'],
    },
    {
      name: 'has the cheapest first and the unpriced last',
      strategy: 'cost-based',
      standings: { a: measured(100), b: measured(100), c: measured(100) },
      asked: { deployments: { b: { inputPrice: 3, outputPrice: 15 }, c: { inputPrice: 1, outputPrice: 5 } } },
      expected: ['c', 'b', 'a'],
    },
    {
      name: 'lets latency decide between equal prices',
      strategy: 'cost-based',
      standings: { a: measured(500), b: measured(200) },
      asked: {
        deployments: { a: { inputPrice: 1, outputPrice: 5 }, b: { inputPrice: 1, outputPrice: 5 } },
      },
      expected: ['b', 'a'],
    },
    {
      name: 'has the fewest calls in flight first: rate times latency',
      strategy: 'least-busy',
      standings: {
        a: measured(200, { requestsPerSecond: 50 }),
        b: measured(2000, { requestsPerSecond: 2 }),
        c: measured(100, { requestsPerSecond: 70 }),
      },
      expected: ['b', 'c', 'a'],
    },
    {
      name: 'has the most room below its limits first, by requests or by tokens',
      strategy: 'usage-based',
      standings: {
        a: measured(100, { requestsPerSecond: 5, tokensPerSecond: 1 }),
        b: measured(100, { requestsPerSecond: 1, tokensPerSecond: 900 }),
        c: measured(100, { requestsPerSecond: 2, tokensPerSecond: 10 }),
      },
      asked: {
        deployments: {
          a: { requestsPerMinute: 600 },
          b: { requestsPerMinute: 600, tokensPerMinute: 60_000 },
          c: { requestsPerMinute: 600, tokensPerMinute: 60_000 },
        },
      },
      expected: ['c', 'a', 'b'],
    },
    {
      name: 'keeps the order of the route, however slow or failing the first',
      strategy: 'ordered',
      standings: { a: measured(9000, { failureRate: 0.9 }), b: measured(10) },
      expected: ['a', 'b'],
    },
  ];
  for (const { name, strategy, standings, asked = {}, expected } of cases) {
    it(`${strategy} ${name}`, () => {
      assert.deepEqual(order(planFor(standings, { ...asked, route: { strategy } })), expected);
    });
  }

  for (const strategy of STRATEGY_NAMES.filter((name) => name !== 'ordered')) {
    it(`${strategy} has who fails every other call behind who does not`, () => {
      const known = { requestsPerSecond: 1, msPerToken: 10, outputTokens: 10 };
      const standings = { a: measured(300, { ...known, failureRate: 0.5 }), b: measured(300, known) };
      const deployments = { a: { inputPrice: 1, outputPrice: 1 }, b: { inputPrice: 9, outputPrice: 9 } };
      const random = seededRandom(5);
      for (let draw = 0; draw < 20; draw += 1) {
        assert.deepEqual(order(planFor(standings, { route: { strategy }, deployments, random })), ['b', 'a']);
      }
    });
  }

  it('simple-shuffle gives everybody the same chance', () => {
    const random = seededRandom(3);
    const standings = { a: measured(100), b: measured(5000), c: measured(300) };
    const firsts = Array.from(
      { length: 3000 },
      () => order(planFor(standings, { route: { strategy: 'simple-shuffle' }, random }))[0],
    );
    for (const id of Object.keys(standings)) {
      const share = firsts.filter((first) => first === id).length / firsts.length;
      assert.ok(Math.abs(share - 1 / 3) < 0.04, `${id}: ${share}`);
    }
  });

  it('is one of those that a route can name', () => {
    assert.deepEqual(Object.keys(STRATEGIES).toSorted(), STRATEGY_NAMES.toSorted());
  });
});

describe('among equals', () => {
  const equals = { a: measured(300), b: measured(303), c: measured(307), d: measured(312) };
  const keys = Array.from({ length: 4000 }, (_, index) => `conversation ${index}`);
  const pick = (standings: Readonly<Record<string, Standing>>, affinityKey: string): string | undefined =>
    order(planFor(standings, { facts: { affinityKey } }))[0];

  it('the same conversation stays where it was', () => {
    for (const key of keys.slice(0, 100)) {
      assert.equal(pick(equals, key), pick({ d: equals.d, c: equals.c, b: equals.b, a: equals.a }, key));
    }
  });

  it('it stays while the times change a little', () => {
    const later = { a: measured(311), b: measured(300), c: measured(305), d: measured(302) };
    for (const key of keys.slice(0, 100)) {
      assert.equal(pick(equals, key), pick(later, key));
    }
  });

  it('different conversations spread evenly', () => {
    const picks = keys.map((key) => pick(equals, key));
    const expected = keys.length / 4;
    const chiSquare = Object.keys(equals)
      .map((id) => picks.filter((picked) => picked === id).length)
      .reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // The 99.9th percentile of chi-square with three degrees of freedom.
    assert.ok(chiSquare < 16.27, `chi-square ${chiSquare}`);
  });

  it('the nearer one is to the border of the band, the fewer conversations go there', () => {
    const shareOf = (ttftMs: number): number =>
      keys.filter((key) => pick({ a: measured(300), b: measured(ttftMs) }, key) === 'b').length / keys.length;
    const [near, far] = [shareOf(310), shareOf(320)];
    assert.ok(near > 0.47 && far < 0.36 && far > 0.2, `${near}, ${far}`);
  });

  it('one that leaves moves only its own conversations', () => {
    const { b: _, ...rest } = equals;
    for (const key of keys) {
      const before = pick(equals, key);
      assert.ok(before === 'b' || pick(rest, key) === before);
    }
  });

  it('is not who lies outside the band', () => {
    const standings = { a: measured(300), b: measured(305), c: measured(400) };
    const firsts = new Set(keys.slice(0, 300).map((key) => pick(standings, key)));
    assert.deepEqual([...firsts].toSorted(), ['a', 'b']);
  });
});

describe('exploration', () => {
  const unseen = { recent: NOTHING_RECENT };
  const standings = { a: measured(300), b: measured(900), c: measured(2000, unseen), d: measured(1500, unseen) };

  it('tries one that nobody has looked at lately in its share of calls, each as often, and asks the best next', () => {
    const random = seededRandom(9);
    const plans = Array.from({ length: 20_000 }, () =>
      planFor(standings, { route: { explorationShare: 0.02 }, random }),
    );
    const explored = plans.filter((plan) => plan.explored);
    assert.ok(Math.abs(explored.length / plans.length - 0.02) < 0.004, `${explored.length}`);
    assert.deepEqual([...new Set(explored.map((plan) => order(plan).slice(0, 2).join()))].toSorted(), ['c,a', 'd,a']);
    const share = explored.filter((plan) => order(plan)[0] === 'c').length / explored.length;
    assert.ok(Math.abs(share - 0.5) < 0.1, `${share}`);
    assert.ok(plans.every((plan) => plan.explored || order(plan)[0] === 'a'));
  });

  it('looks at one whose calls were all stopped before they could have told anything, and not at one waited for in vain', () => {
    const stopped = (waitedMs: number): Standing =>
      measured(2000, { recent: { ...NOTHING_RECENT, requests: 5, ttftTotalMs: waitedMs } });
    const ask = (waitedMs: number): boolean =>
      planFor({ a: measured(300), b: stopped(waitedMs) }, { route: { explorationShare: 1 }, random: () => 0 }).explored;
    assert.deepEqual([ask(5 * 20), ask(5 * 300)], [true, false]);
  });

  it('leaves alone whom somebody has just looked at, however much is asked to be explored', () => {
    const seen = { a: measured(300), b: measured(900), c: measured(2000) };
    assert.equal(planFor(seen, { route: { explorationShare: 1 }, random: () => 0 }).explored, false);
  });

  /** Slow as far as is remembered, and just seen with a first token after `seenMs`. */
  function justSeen(seenMs: number, failureRate = 0): Standing {
    const seen = { evidence: 0.9, ttftTotalMs: 3000, requests: 0.9, failureRate };
    const recent = { ...NOTHING_RECENT, ...seen, seenMedianMs: () => seenMs };
    return measured(3000, { recent });
  }

  it('looks again and again at one that has just been faster than the best, and at nobody else meanwhile', () => {
    const random = seededRandom(9);
    const promising = { a: measured(300), b: justSeen(100), c: measured(2000, unseen) };
    const plans = Array.from({ length: 5000 }, () => planFor(promising, { route: { explorationShare: 0.02 }, random }));
    const explored = plans.filter((plan) => plan.explored);
    assert.deepEqual([...new Set(explored.map((plan) => order(plan)[0]))], ['b']);
    assert.ok(Math.abs(explored.length / plans.length - 0.2) < 0.03, `${explored.length}`);
  });

  for (const [name, standing] of [
    ['was no faster than the best', justSeen(290)],
    ['fails', justSeen(100, 0.5)],
    ['is as fast as is expected of it, and worse for another reason', measured(280, { msPerToken: 90 })],
  ] as const) {
    it(`does not look again at one that ${name}`, () => {
      const plan = planFor(
        { a: measured(300, { msPerToken: 1, outputTokens: 100 }), b: standing },
        { facts: { stream: false }, route: { explorationShare: 1 }, random: () => 0 },
      );
      assert.equal(plan.explored, false);
    });
  }

  it('is not for the best, who is asked anyway', () => {
    const one = { a: measured(300, unseen), b: measured(900) };
    assert.equal(planFor(one, { route: { explorationShare: 1 }, random: () => 0 }).explored, false);
  });

  for (const strategy of ['ordered', 'cost-based', 'usage-based', 'simple-shuffle'] as const) {
    it(`is not for ${strategy}, whose choice learns nothing from it`, () => {
      assert.equal(planFor(standings, { route: { strategy, explorationShare: 1 }, random: () => 0 }).explored, false);
    });
  }

  it('never goes to the ejected', () => {
    const two = { a: measured(300), b: away('ejected', 5000) };
    assert.equal(planFor(two, { route: { explorationShare: 1 }, random: () => 0 }).explored, false);
  });
});

describe('the probe of one whose cooldown is over', () => {
  it('falls to the request that finds it due, which asks it first if it may', () => {
    const standings = { a: measured(300), b: away('due', 5000), c: away('ejected', 9000) };
    const plan = planFor(standings);
    const probe = dueProbe(plan, route()) ?? assert.fail();
    assert.equal(probe.deployment.id, 'b');
    const probing = withProbeFirst(plan, probe);
    assert.deepEqual(order(probing), ['b', 'a', 'c']);
    assert.equal(probing.candidates[0]?.state, 'probing');
  });

  const none: readonly { readonly name: string; readonly standings: Readonly<Record<string, Standing>> }[] = [
    { name: 'in its cooldown', standings: { a: measured(300), b: away('ejected', 5000) } },
    { name: 'whom somebody else is trying', standings: { a: measured(300), b: away('probing', 5000) } },
    {
      name: 'where all are ejected, since the first is tried anyway',
      standings: { a: away('due', 1), b: away('due', 5) },
    },
  ];
  for (const { name, standings } of none) {
    it(`is not for one ${name}`, () => assert.equal(dueProbe(planFor(standings), route()), undefined));
  }

  it('is for one before the first healthy one, in an ordered route, and for no other', () => {
    const ordered = { strategy: 'ordered' } as const;
    const before = planFor({ a: away('due', 5000), b: measured(300) }, { route: ordered });
    assert.equal(dueProbe(before, route(ordered))?.deployment.id, 'a');
    const behind = planFor({ a: measured(300), b: away('due', 5000) }, { route: ordered });
    assert.equal(dueProbe(behind, route(ordered)), undefined);
  });
});
