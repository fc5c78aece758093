import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Ejection } from '../../../functions/gateway/core/statistics/ejection.ts';
import type { Standing } from '../../../functions/gateway/core/statistics/scoreboard.ts';
import { chooseProbes, MAX_PROBES } from '../../../functions/probe/core/choose-probes.ts';
import fc from '../../support/property.ts';
import { estimate, measured } from '../../support/routes.ts';

const EJECTION: Ejection = { untilMs: 1_700_000_000_000, level: 1, reason: 'failures' };

const UNKNOWN: Standing = { estimate: estimate(), state: 'healthy' };

function seen(evidence: number): Standing {
  return { estimate: estimate({ evidence, requests: evidence }), state: 'healthy' };
}

describe('a run of the prober', () => {
  const cases: readonly { readonly name: string; readonly standing: Standing; readonly expected: string }[] = [
    { name: 'asks a deployment that nobody knows', standing: UNKNOWN, expected: 'asked' },
    { name: 'asks one of which no more is known than its own probes have told', standing: seen(1), expected: 'asked' },
    { name: 'leaves one alone that a call a minute measures', standing: seen(1.5), expected: 'measured' },
    { name: 'leaves one alone that traffic measures', standing: measured(300), expected: 'measured' },
    {
      name: 'leaves one alone whose failures traffic sees',
      standing: { estimate: estimate({ requests: 2, failureRate: 1 }), state: 'healthy' },
      expected: 'measured',
    },
    {
      name: 'asks one whose requests were all refused for their own sake: they tell nothing',
      standing: { estimate: estimate({ requests: 30 }), state: 'healthy' },
      expected: 'asked',
    },
    {
      name: 'never asks one that is cooling down',
      standing: { ...UNKNOWN, state: 'ejected', ejection: EJECTION },
      expected: 'cooling-down',
    },
    {
      name: 'never asks one that another is trying',
      standing: { ...UNKNOWN, state: 'probing', ejection: EJECTION },
      expected: 'probed-by-another',
    },
    {
      name: 'claims the probe of one whose cooldown is over, however well it was known',
      standing: { ...measured(300), state: 'due', ejection: EJECTION },
      expected: 'claimed',
    },
  ];
  for (const { name, standing, expected } of cases) {
    it(name, () => {
      const { chosen, skipped } = chooseProbes(['a'], () => standing);
      const asked = chosen.map(({ ejection }) => (ejection === undefined ? 'asked' : 'claimed'));
      assert.deepEqual([...asked, ...skipped.map(({ why }) => why)], [expected]);
    });
  }

  it('asks first whose cooldown is over, then the least known', () => {
    const standings = new Map<string, Standing>([
      ['half known', seen(0.5)],
      ['recovering', { ...UNKNOWN, state: 'due', ejection: EJECTION }],
      ['unknown', UNKNOWN],
    ]);
    const { chosen } = chooseProbes([...standings.keys()], (name) => standings.get(name) ?? UNKNOWN);
    assert.deepEqual(
      chosen.map(({ deployment }) => deployment),
      ['recovering', 'unknown', 'half known'],
    );
  });

  it('asks a bounded number, and in turns: whom it has asked is better known next time', () => {
    const names = Array.from({ length: 120 }, (_, index) => `deployment ${index}`);
    const asked = new Map<string, number>();
    for (let run = 0; run < 3; run += 1) {
      const { chosen } = chooseProbes(names, (name) => seen((asked.get(name) ?? 0) / 2));
      assert.ok(chosen.length <= MAX_PROBES);
      for (const { deployment } of chosen) {
        asked.set(deployment, 1);
      }
    }
    assert.equal(asked.size, names.length);
  });
});

describe('of any fleet', () => {
  const anyStanding: fc.Arbitrary<Standing> = fc
    .record({
      evidence: fc.double({ min: 0, max: 3, noNaN: true }),
      requests: fc.double({ min: 0, max: 3, noNaN: true }),
      failureRate: fc.double({ min: 0, max: 1, noNaN: true }),
      state: fc.constantFrom('healthy', 'ejected', 'due', 'probing'),
    })
    .map(({ state, ...known }) =>
      state === 'healthy'
        ? { estimate: estimate(known), state }
        : { estimate: estimate(known), state, ejection: EJECTION },
    );
  const anyFleet = fc.dictionary(fc.string(), anyStanding, { maxKeys: 30 });

  it('every deployment is asked once or skipped for one reason, and those asked are due or little known', () => {
    fc.assert(
      fc.property(anyFleet, fc.integer({ min: 0, max: 30 }), (fleet, maxProbes) => {
        const standings = new Map(Object.entries(fleet));
        const look = (name: string): Standing => standings.get(name) ?? assert.fail();
        const { chosen, skipped } = chooseProbes([...standings.keys(), ...standings.keys()], look, maxProbes);
        const all = [...chosen, ...skipped].map(({ deployment }) => deployment);
        assert.deepEqual(all.toSorted(), [...standings.keys()].toSorted());
        assert.ok(chosen.length <= maxProbes);
        for (const { deployment, ejection } of chosen) {
          const { state, estimate: known } = look(deployment);
          assert.ok(state === 'due' ? ejection === EJECTION : state === 'healthy' && known.evidence < 1.5);
        }
      }),
    );
  });

  it('nobody is left out for being too many while fewer than the bound are asked', () => {
    fc.assert(
      fc.property(anyFleet, fc.integer({ min: 1, max: 30 }), (fleet, maxProbes) => {
        const standings = new Map(Object.entries(fleet));
        const { chosen, skipped } = chooseProbes(
          [...standings.keys()],
          (name) => standings.get(name) ?? assert.fail(),
          maxProbes,
        );
        assert.ok(chosen.length === maxProbes || skipped.every(({ why }) => why !== 'too-many'));
      }),
    );
  });
});
