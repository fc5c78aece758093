import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WEIGHT_UNIT } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import { type Batch, ObservationLog } from '../../../../functions/gateway/core/statistics/observation-log.ts';
import {
  entriesOf,
  PACES,
  type PacedSums,
  type Sums,
  type SumsLedger,
  sumsLedger,
} from '../../../../functions/gateway/core/statistics/sums.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { anyObservation, epochsOf, observation, SCALES } from '../../../support/observation.ts';
import fc from '../../../support/property.ts';

function countIn(sums: PacedSums): number {
  return counted([...(sums.get('a')?.lasting.values() ?? [])]);
}

function recentCount(log: ObservationLog): number {
  return log.recent('a', 'lasting').reduce((total, epochs) => total + counted([...epochs.values()]), 0);
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
    const log = new ObservationLog(SCALES, () => 0);
    addTo(log, 3);
    const batch = log.take();
    assert.equal(countIn(batch?.toWrite ?? new Map()), 3);
    assert.equal(log.take(), undefined);
    batch?.settle(true);
    assert.equal(recentCount(log), 3);
    log.beginRead(['a'])();
    assert.equal(recentCount(log), 0);
  });

  it('stay seen after a read that began before they were written', () => {
    const log = new ObservationLog(SCALES, () => 0);
    addTo(log, 3);
    const loaded = log.beginRead(['a']);
    log.take()?.settle(true);
    loaded();
    assert.equal(recentCount(log), 3);
  });

  it('stay seen where other deployments are read, and are confirmed by no read of those', () => {
    const log = new ObservationLog(SCALES, () => 0);
    addTo(log, 3);
    const own = log.beginRead(['a']);
    log.take()?.settle(true);
    const others = log.beginRead(['b', 'c']);
    others();
    assert.equal(recentCount(log), 3);
    own();
    assert.equal(recentCount(log), 3);
    const again = log.beginRead(['a']);
    log.beginRead(['b'])();
    again();
    assert.equal(recentCount(log), 0);
  });

  it('stay seen after a read that ends behind a later one', () => {
    const log = new ObservationLog(SCALES, () => 0);
    addTo(log, 3);
    const early = log.beginRead(['a']);
    log.take()?.settle(true);
    log.beginRead(['a']);
    early();
    assert.equal(recentCount(log), 3);
  });

  it('go out again, merged with what came meanwhile, where their write failed', () => {
    const log = new ObservationLog(SCALES, () => 0);
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
        const log = new ObservationLog(SCALES, () => 0);
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
            read ??= { held: store.held, loaded: log.beginRead(['a']) };
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
    const log = new ObservationLog(SCALES, seededRandom(11));
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
    const log = new ObservationLog(SCALES, () => 0.99);
    addTo(log, 4, 0.5);
    assert.equal(recentCount(log), 4);
    const batch = log.take();
    assert.equal(batch?.toWrite.size, 0);
  });

  it('are kept in both memories, each with its own half-life', () => {
    const log = new ObservationLog(SCALES, () => 0);
    const one = observation({ kind: 'first-token', ttftMs: 300, extra: 'retry' });
    log.add(one, 1);
    for (const pace of PACES) {
      assert.deepEqual(log.recent('a', pace).slice(0, 1), [epochsOf([one], { pace })]);
    }
    log.add(observation({ kind: 'answered', ttftMs: 300, totalMs: 900 }), 1);
    assert.deepEqual(log.recent('a', 'recent').slice(0, 1), [epochsOf([one], { pace: 'recent' })]);
  });
});

const MOVES = ['take', 'written', 'lost', 'read', 'loaded', 'unread', 'nothing'] as const;

/** A log over a store that keeps what is written, and moves that a test may interleave. */
interface World {
  readonly log: ObservationLog;
  readonly held: SumsLedger;
  readonly move: (name: (typeof MOVES)[number]) => void;
  /** Writes what is left and reads it back. */
  readonly drain: () => void;
}

function world(random: () => number): World {
  const log = new ObservationLog(SCALES, random);
  const held = sumsLedger();
  const inFlight: Batch[] = [];
  let loaded: (() => void) | undefined;
  const moves = {
    take: () => void inFlight.push(...[log.take()].filter((batch) => batch !== undefined)),
    written: () => {
      const batch = inFlight.shift();
      held.addAll(batch?.toWrite ?? new Map());
      batch?.settle(true);
    },
    lost: () => inFlight.shift()?.settle(false),
    read: () => {
      loaded ??= log.beginRead(['a']);
    },
    loaded: () => {
      loaded?.();
      loaded = undefined;
    },
    unread: () => {
      loaded = undefined;
    },
    nothing: () => {},
  };
  const drain = (): void => {
    while (inFlight.length > 0) {
      moves.written();
    }
    moves.take();
    moves.written();
    moves.unread();
    moves.read();
    moves.loaded();
  };
  return { log, held, move: (name) => moves[name](), drain };
}

/** Every sum that is not 0, by pace, epoch and name. */
function plain(sums: PacedSums): object {
  const values = entriesOf(sums).flatMap(({ pace, epoch, sums: own }) =>
    [...own].map(([name, value]) => [`${pace} ${epoch} ${name}`, value] as const),
  );
  return Object.fromEntries(values.filter(([, value]) => value !== 0).sort());
}

function plainOwn(log: ObservationLog): object {
  const ledger = sumsLedger();
  for (const pace of PACES) {
    for (const [epoch, sums] of log.recent('a', pace).flatMap((epochs) => [...epochs])) {
      ledger.add({ deployment: 'a', pace, epoch, sums });
    }
  }
  return plain(ledger.sums);
}

describe('an observation that is taken back', () => {
  const story = fc.record({
    last: anyObservation,
    passing: anyObservation,
    // Below 1 some are not written: those must not be taken back from the store either.
    share: fc.constantFrom(1, 0.6, 0.1),
    draws: fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 2, maxLength: 2 }),
    between: fc.array(fc.constantFrom(...MOVES), { maxLength: 12 }),
  });

  it('leaves the store as if only the last had been observed, however writes and reads fall in between', () => {
    fc.assert(
      fc.property(story, ({ last, passing, share, draws, between }) => {
        const [first = 0, second = 0] = draws;
        const taken = world(drawing([first, second]));
        const takeBack = taken.log.add(passing, share);
        between.forEach(taken.move);
        takeBack();
        taken.log.add(last, share);
        taken.drain();
        const only = world(drawing([second]));
        only.log.add(last, share);
        only.drain();
        assert.deepEqual(plain(taken.held.sums), plain(only.held.sums));
      }),
      { numRuns: 500 },
    );
  });

  it('is gone from what this instance sees at once, where nobody has read it meanwhile', () => {
    fc.assert(
      fc.property(story, ({ last, passing, share, between }) => {
        const { log, move } = world(() => 0);
        const takeBack = log.add(passing, share);
        between.filter((name) => name !== 'loaded').forEach(move);
        takeBack();
        log.add(last, share);
        const only = new ObservationLog(SCALES, () => 0);
        only.add(last, share);
        assert.deepEqual(plainOwn(log), plainOwn(only));
      }),
    );
  });

  it('is taken off what was read, by as much', () => {
    const { log, move } = world(() => 0);
    const takeBack = log.add(observation({ kind: 'late', waitedMs: 700 }), 1);
    for (const name of ['take', 'written', 'read', 'loaded'] as const) {
      move(name);
    }
    takeBack();
    const own: Sums = new Map(
      log.recent('a', 'recent').flatMap((epochs) => [...epochs.values()].flatMap((s) => [...s])),
    );
    assert.equal(own.get('x'), -700 * WEIGHT_UNIT);
  });
});

function drawing(draws: readonly number[]): () => number {
  const left = [...draws];
  return () => left.shift() ?? assert.fail('one draw too many');
}
