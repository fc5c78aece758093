import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  earningTimeUs,
  type FullAtUs,
  remainingUnits,
  reservableTimeUs,
  taken,
  waitUs,
} from '../../../../functions/gateway/core/limits/meter.ts';
import fc from '../../../support/property.ts';

const NOW_US = 1_760_000_000_000_000;
const MINUTE_US = 60_000_000;

/** Takes single units as fast as the meter gives them, at the given instants, and says at which it did. */
function passed(perMinute: number, instantsUs: readonly number[]): number[] {
  let level: FullAtUs = 0;
  return instantsUs.filter((nowUs) => {
    const timeUs = reservableTimeUs(1, perMinute);
    if (waitUs(level, timeUs, nowUs) > 0) {
      return false;
    }
    level = taken(level, timeUs, nowUs);
    return true;
  });
}

describe('a meter', () => {
  const limits = fc.integer({ min: 1, max: 2_000 });

  test('lets exactly its limit pass at once, and counts down what remains', () => {
    fc.assert(
      fc.property(limits, (limit) => {
        let level: FullAtUs = 0;
        for (let left = limit; left > 0; left -= 1) {
          assert.equal(remainingUnits(level, limit, NOW_US), left);
          assert.equal(waitUs(level, reservableTimeUs(1, limit), NOW_US), 0);
          level = taken(level, reservableTimeUs(1, limit), NOW_US);
        }
        assert.equal(remainingUnits(level, limit, NOW_US), 0);
        assert.ok(waitUs(level, reservableTimeUs(1, limit), NOW_US) > 0);
      }),
      { numRuns: 50 },
    );
  });

  test('lets at most limit * (1 + t) pass in any stretch of t minutes', () => {
    const gapsUs = fc.array(fc.integer({ min: 0, max: 3_000_000 }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), gapsUs, (limit, gaps) => {
        let atUs = NOW_US;
        const instants = gaps.map((gap) => {
          atUs += gap;
          return atUs;
        });
        const times = passed(limit, instants);
        for (const [first, fromUs] of times.entries()) {
          for (let last = first; last < times.length; last += 1) {
            const minutes = ((times[last] ?? 0) - fromUs) / MINUTE_US;
            assert.ok(last - first + 1 <= limit * (1 + minutes) + 0.001);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test('lets a request pass exactly when the wait it told is over', () => {
    fc.assert(
      fc.property(
        limits,
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 1, max: 5_000 }),
        (limit, used, asked) => {
          const level = taken(0, earningTimeUs(used, limit), NOW_US);
          const timeUs = reservableTimeUs(asked, limit);
          const wait = waitUs(level, timeUs, NOW_US);
          assert.equal(waitUs(level, timeUs, NOW_US + wait), 0);
          assert.ok(wait === 0 || waitUs(level, timeUs, NOW_US + wait - 1) > 0);
        },
      ),
    );
  });

  test('lets more than a minute holds pass when it is full, and then earns what it owes', () => {
    const level = taken(0, reservableTimeUs(500, 100), NOW_US);
    assert.equal(waitUs(0, reservableTimeUs(500, 100), NOW_US), 0);
    const settled = level + earningTimeUs(500, 100) - reservableTimeUs(500, 100);
    assert.equal(waitUs(settled, reservableTimeUs(1, 100), NOW_US), 4 * MINUTE_US + reservableTimeUs(1, 100));
  });
});
