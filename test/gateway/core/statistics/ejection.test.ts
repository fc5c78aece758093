import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  EJECTION_DEFAULTS,
  type Ejection,
  ejectionAfter,
  ejectionState,
  type FailureEvidence,
} from '../../../../functions/gateway/core/statistics/ejection.ts';
import fc from '../../../support/property.ts';

const SETTINGS = EJECTION_DEFAULTS;

/** A failure among a few, too few to eject by itself. */
function evidence(change: Partial<FailureEvidence> = {}): FailureEvidence {
  return { blame: 'failure', consecutive: 1, requests: 5, failureRate: 0.2, beganByMs: 1e12, ...change };
}

const THIRD = evidence({ consecutive: 3 });

function after(current: Ejection | undefined, atMs: number, failure: FailureEvidence): Ejection | undefined {
  return ejectionAfter(current, { ...failure, beganByMs: Math.min(atMs, failure.beganByMs) }, atMs, SETTINGS);
}

describe('an ejection', () => {
  const ejects: readonly { readonly name: string; readonly failure: FailureEvidence; readonly cooldownMs: number }[] = [
    { name: 'the third failure in a row', failure: THIRD, cooldownMs: 2000 },
    { name: 'half of many failing', failure: evidence({ requests: 10, failureRate: 0.5 }), cooldownMs: 2000 },
    { name: 'a rate limit', failure: evidence({ blame: 'rate-limited', retryAfterMs: 7500 }), cooldownMs: 7500 },
    {
      name: 'a rate limit of a day, of which no more than ten minutes are believed',
      failure: evidence({ blame: 'rate-limited', retryAfterMs: 86_400_000 }),
      cooldownMs: 600_000,
    },
    { name: 'a rate limit without a wait', failure: evidence({ blame: 'rate-limited' }), cooldownMs: 2000 },
    { name: 'a wrong credential', failure: evidence({ blame: 'misconfigured' }), cooldownMs: 300_000 },
  ];
  for (const { name, failure, cooldownMs } of ejects) {
    it(`follows from ${name}, for ${cooldownMs} ms`, () => {
      assert.equal(after(undefined, 1000, failure)?.untilMs, 1000 + cooldownMs);
    });
  }

  const stays: readonly { readonly name: string; readonly failure: FailureEvidence }[] = [
    { name: 'a single failure', failure: evidence() },
    { name: 'two failures in a row', failure: evidence({ consecutive: 2 }) },
    { name: 'a high rate among few requests', failure: evidence({ requests: 9, failureRate: 0.9 }) },
    { name: 'many requests of which few fail', failure: evidence({ requests: 1000, failureRate: 0.49 }) },
  ];
  for (const { name, failure } of stays) {
    it(`does not follow from ${name}`, () => assert.equal(after(undefined, 1000, failure), undefined));
  }

  it('has a cooldown that doubles with each failed probe and is capped', () => {
    const cooldowns: number[] = [];
    let ejection: Ejection | undefined;
    for (let round = 0, atMs = 0; round < 7; round += 1, atMs = ejection.untilMs) {
      ejection = after(ejection, atMs, evidence({ consecutive: 3 })) ?? assert.fail();
      cooldowns.push(ejection.untilMs - atMs);
    }
    assert.deepEqual(cooldowns, [2000, 4000, 8000, 16_000, 20_000, 20_000, 20_000]);
  });

  it('never has a cooldown so long that a recovery stays unnoticed for half a minute', () => {
    assert.ok(SETTINGS.maxCooldownMs <= 30_000);
  });

  it('does not grow by failures of attempts that were in flight when it began', () => {
    const first = after(undefined, 1000, THIRD) ?? assert.fail();
    const during = after(first, 1500, evidence({ consecutive: 4 }));
    assert.equal(during?.level, 1);
    const late = after(first, 9000, evidence({ consecutive: 5, beganByMs: 900 }));
    assert.equal(late?.level, 1);
    const probe = after(first, 9000, evidence({ consecutive: 5, beganByMs: 8990 }));
    assert.equal(probe?.level, 2);
  });

  it('begins anew some time after its cooldown, when it is another outage', () => {
    const long = { untilMs: 1000, level: 9, reason: 'failures' } as const;
    assert.equal(after(long, 1000 + 2 * SETTINGS.maxCooldownMs + 1, THIRD)?.level, 1);
  });

  it('is only ever extended', () => {
    const failure = fc.record({
      blame: fc.constantFrom('failure' as const, 'rate-limited' as const, 'misconfigured' as const),
      retryAfterMs: fc.option(fc.nat({ max: 100_000 }), { nil: undefined }),
      consecutive: fc.integer({ min: 1, max: 20 }),
      requests: fc.integer({ min: 1, max: 50 }),
      failureRate: fc.double({ min: 0, max: 1, noNaN: true }),
      beganByMs: fc.nat({ max: 1_000_000 }),
      gapMs: fc.nat({ max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 30 }), (failures) => {
        let nowMs = 0;
        let current: Ejection | undefined;
        for (const { gapMs, ...some } of failures) {
          nowMs += gapMs;
          const next = after(current, nowMs, some);
          assert.ok(current === undefined || (next !== undefined && next.untilMs >= current.untilMs));
          assert.ok(next === undefined || Number.isInteger(next.untilMs));
          current = next;
        }
      }),
    );
  });

  it('is over for one caller first, who probes, and for nobody else meanwhile', () => {
    const ejection = { untilMs: 1000, level: 1, reason: 'failures' } as const;
    assert.equal(ejectionState(undefined, 0), 'healthy');
    assert.equal(ejectionState(ejection, 999), 'ejected');
    assert.equal(ejectionState(ejection, 1000), 'due');
    assert.equal(ejectionState({ ...ejection, probeUntilMs: 5000 }, 4999), 'probing');
    assert.equal(ejectionState({ ...ejection, probeUntilMs: 5000 }, 5000), 'due');
  });
});
