import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WEIGHT_UNIT } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import {
  type Batch,
  type ObservationLog,
  observationLog,
  type SumsByEpoch,
} from '../../../../functions/gateway/core/statistics/observation-log.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { observation, SCALE } from '../../../support/observation.ts';

function countIn(sums: SumsByEpoch): number {
  return counted([...(sums.get('a')?.values() ?? [])]);
}

function recentCount(log: ObservationLog): number {
  return log.recent('a').reduce((total, epochs) => total + counted([...epochs.values()]), 0);
}

function counted(all: readonly ReadonlyMap<string, number>[]): number {
  return all.reduce((total, sums) => total + (sums.get('q') ?? 0), 0) / WEIGHT_UNIT;
}

function addTo(log: ObservationLog, count: number, share = 1): void {
  for (let index = 0; index < count; index += 1) {
    log.add(observation(), share);
  }
}

describe("an instance's own observations", () => {
  it('are seen at once, written once, and seen until a read has them', () => {
    const log = observationLog(SCALE, () => 0);
    addTo(log, 3);
    const batch = log.take();
    assert.equal(countIn(batch?.toWrite ?? new Map()), 3);
    assert.equal(log.take(), undefined);
    batch?.settle(true);
    assert.equal(recentCount(log), 3);
    log.beginRead()();
    assert.equal(recentCount(log), 0);
  });

  it('stay seen after a read that began before they were written', () => {
    const log = observationLog(SCALE, () => 0);
    addTo(log, 3);
    const loaded = log.beginRead();
    log.take()?.settle(true);
    loaded();
    assert.equal(recentCount(log), 3);
  });

  it('stay seen after a read that ends behind a later one', () => {
    const log = observationLog(SCALE, () => 0);
    addTo(log, 3);
    const early = log.beginRead();
    log.take()?.settle(true);
    log.beginRead();
    early();
    assert.equal(recentCount(log), 3);
  });

  it('go out again, merged with what came meanwhile, where their write failed', () => {
    const log = observationLog(SCALE, () => 0);
    addTo(log, 3);
    const lost = log.take();
    addTo(log, 2);
    lost?.settle(false);
    assert.equal(recentCount(log), 5);
    assert.equal(countIn(log.take()?.toWrite ?? new Map()), 5);
  });

  it('count exactly once in what this instance sees, however writes, reads and their failures interleave', () => {
    const step = fc.constantFrom('add', 'take', 'written', 'lost', 'read', 'loaded', 'unread' as const);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const log = observationLog(SCALE, () => 0);
        const store = { held: 0, loaded: 0 };
        const inFlight: Batch[] = [];
        let added = 0;
        let read: { readonly held: number; readonly loaded: () => void } | undefined;
        const moves: Readonly<Record<(typeof steps)[number], () => void>> = {
          add: () => {
            addTo(log, 1);
            added += 1;
          },
          take: () => {
            inFlight.push(...[log.take()].filter((batch) => batch !== undefined));
          },
          written: () => {
            const batch = inFlight.shift();
            store.held += countIn(batch?.toWrite ?? new Map());
            batch?.settle(true);
          },
          lost: () => inFlight.shift()?.settle(false),
          read: () => {
            read ??= { held: store.held, loaded: log.beginRead() };
          },
          loaded: () => {
            store.loaded = read?.held ?? store.loaded;
            read?.loaded();
            read = undefined;
          },
          unread: () => {
            read = undefined;
          },
        };
        for (const name of steps) {
          moves[name]();
          assert.equal(store.loaded + recentCount(log), added);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('are written in the given share, each for as many as it stands for, so that the sums stay true', () => {
    const log = observationLog(SCALE, seededRandom(11));
    const share = 0.05;
    let written = 0;
    for (let round = 0; round < 40_000; round += 1) {
      log.add(observation(), share);
    }
    const batch = log.take();
    written = countIn(batch?.toWrite ?? new Map());
    // Four standard deviations of a binomial of 40,000 draws at 5 %.
    assert.ok(Math.abs(written / 40_000 - 1) < 4 * Math.sqrt((1 - share) / (share * 40_000)));
  });

  it('are all in its own view where only a share is written', () => {
    const log = observationLog(SCALE, () => 0.99);
    addTo(log, 4, 0.5);
    assert.equal(recentCount(log), 4);
    const batch = log.take();
    assert.equal(batch?.toWrite.size, 0);
  });
});
