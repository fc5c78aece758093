import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rendezvousOrder } from '../../../../functions/gateway/core/model/rendezvous.ts';
import fc from '../../../support/property.ts';

const names = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 8 });

function orderOf(all: readonly string[], key: string): readonly string[] {
  return rendezvousOrder(all, (name) => name, key);
}

describe('rendezvous hashing', () => {
  it('orders the same names the same way for the same key, wherever they stood', () => {
    // Names whose 32-bit hashes collide would keep their places; none of these do.
    fc.assert(
      fc.property(names, fc.string(), (all, key) => {
        assert.deepEqual(orderOf(all.toReversed(), key), orderOf(all, key));
      }),
    );
  });

  it('keeps the order of the others when one leaves', () => {
    fc.assert(
      fc.property(names, fc.string(), fc.nat(), (all, key, which) => {
        const gone = all[which % all.length];
        const rest = all.filter((name) => name !== gone);
        assert.deepEqual(
          orderOf(rest, key),
          orderOf(all, key).filter((name) => name !== gone),
        );
      }),
    );
  });

  it('spreads keys evenly over names that differ in one character', () => {
    const all = ['provider/model-1', 'provider/model-2', 'provider/model-3', 'provider/model-4', 'provider/model-5'];
    const counts = new Map(all.map((name) => [name, 0]));
    for (let index = 0; index < 10_000; index += 1) {
      const [first = ''] = orderOf(all, `user\n${index}`);
      counts.set(first, (counts.get(first) ?? 0) + 1);
    }
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0);
    // The 99.9th percentile of chi-square with four degrees of freedom.
    assert.ok(chiSquare < 18.47, `chi-square ${chiSquare}`);
  });

  it('gives each name the share of keys that its weight has of all', () => {
    const weights = new Map([
      ['a', 1],
      ['b', 2],
      ['c', 5],
    ]);
    const firsts = Array.from(
      { length: 8000 },
      (_, index) =>
        rendezvousOrder(
          [...weights.keys()],
          (name) => name,
          `user\n${index}`,
          (name) => weights.get(name) ?? 0,
        )[0],
    );
    for (const [name, weight] of weights) {
      const share = firsts.filter((first) => first === name).length / firsts.length;
      assert.ok(Math.abs(share - weight / 8) < 0.02, `${name}: ${share}`);
    }
  });
});
