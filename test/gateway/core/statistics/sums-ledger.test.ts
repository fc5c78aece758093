import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  entriesOf,
  type LedgerEntry,
  PACES,
  type PacedSums,
  sumsLedger,
} from '../../../../functions/gateway/core/statistics/sums.ts';
import fc from '../../../support/property.ts';

const anyEntry: fc.Arbitrary<LedgerEntry> = fc.record({
  deployment: fc.constantFrom('a', 'b', '__proto__', 'constructor'),
  pace: fc.constantFrom(...PACES),
  epoch: fc.integer({ min: 7, max: 9 }),
  sums: fc
    .array(fc.tuple(fc.constantFrom('q', 'x', 't3'), fc.integer({ min: -1000, max: 1000 })), { maxLength: 4 })
    .map((values) => new Map(values)),
});
const entries = fc.array(anyEntry, { maxLength: 30 });

function ledgerOf(all: readonly LedgerEntry[]): PacedSums {
  const ledger = sumsLedger();
  for (const entry of all) {
    ledger.add(entry);
  }
  return ledger.sums;
}

function plain(sums: PacedSums): readonly string[] {
  return entriesOf(sums)
    .flatMap(({ deployment, pace, epoch, sums: own }) =>
      [...own].map(([name, value]) => JSON.stringify([deployment, pace, epoch, name, value])),
    )
    .toSorted();
}

describe('a ledger', () => {
  it('adds up to the same in whatever order entries come', () => {
    const orders = entries.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(orders, ([all, shuffled]) => assert.deepEqual(plain(ledgerOf(shuffled)), plain(ledgerOf(all)))),
    );
  });

  it('adds up to the same whether entries come one by one or as ledgers of others', () => {
    fc.assert(
      fc.property(fc.array(entries, { maxLength: 4 }), (writers) => {
        const merged = sumsLedger();
        for (const own of writers) {
          merged.addAll(ledgerOf(own));
        }
        assert.deepEqual(plain(merged.sums), plain(ledgerOf(writers.flat())));
      }),
    );
  });

  it('has one entry for each deployment, memory and epoch, which are the items of one write', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const place = ({ deployment, pace, epoch }: LedgerEntry): string => `${deployment} ${pace} ${epoch}`;
        const places = entriesOf(ledgerOf(all)).map(place);
        assert.equal(new Set(places).size, places.length);
        assert.deepEqual(new Set(places), new Set(all.map(place)));
      }),
    );
  });

  it('leaves those it was made from as they were', () => {
    const sums = new Map([['q', 1]]);
    const entry: LedgerEntry = { deployment: 'a', pace: 'recent', epoch: 7, sums };
    const merged = sumsLedger();
    const other = ledgerOf([entry]);
    merged.addAll(other);
    merged.add(entry);
    assert.deepEqual(plain(other), ['["a","recent",7,"q",1]']);
    assert.deepEqual([...sums], [['q', 1]]);
    assert.deepEqual(plain(merged.sums), ['["a","recent",7,"q",2]']);
  });
});
