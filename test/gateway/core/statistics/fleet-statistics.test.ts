import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Clock, Random } from '../../../../functions/gateway/core/model/clock.ts';
import { EJECTION_DEFAULTS, type Ejection } from '../../../../functions/gateway/core/statistics/ejection.ts';
import {
  type FleetStatistics,
  fleetStatistics,
} from '../../../../functions/gateway/core/statistics/fleet-statistics.ts';
import { WEIGHT_UNIT, weightAt } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import type { PacedEpoch, StatisticsStore } from '../../../../functions/gateway/core/statistics/statistics-store.ts';
import { PACES, type PacedSums } from '../../../../functions/gateway/core/statistics/sums.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import { FAILURES } from '../../../support/failures.ts';
import { EPOCH_START_MS, observation, SCALE } from '../../../support/observation.ts';
import fc from '../../../support/property.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

const SETTINGS = {
  halfLifeSeconds: 60,
  promptDoublingTokens: 0,
  recentHalfLifeSeconds: 8,
  refreshMs: 1000,
  staleMs: 3000,
  readTimeoutMs: 50,
  flushMs: 200,
  writesPerSecond: 200,
  readsPerSecond: 3_000,
};

interface Fleet {
  readonly statistics: FleetStatistics;
  readonly time: VirtualClock;
  readonly errors: readonly string[];
}

/** `earlyMs`: how much too early the clock wakes, where that is not all of the wait. */
function fleetOver(
  store: Partial<StatisticsStore>,
  {
    random = () => 0,
    earlyMs = 0,
    deployments = ['a', 'b'],
  }: { readonly random?: Random; readonly earlyMs?: number; readonly deployments?: readonly string[] } = {},
): Fleet {
  const time = virtualClock(EPOCH_START_MS);
  const clock: Clock = {
    ...time.clock,
    after: (delayMs, wake) => time.clock.after(delayMs > earlyMs ? delayMs - earlyMs : delayMs, wake),
  };
  const errors: string[] = [];
  const never = (): Promise<never> => new Promise(() => {});
  const statistics = fleetStatistics({
    deployments,
    settings: SETTINGS,
    ejection: EJECTION_DEFAULTS,
    store: {
      read: never,
      add: never,
      eject: never,
      ease: never,
      lift: never,
      claimProbe: never,
      claimLook: never,
      ...store,
    },
    clock,
    random,
    onStoreError: (operation) => errors.push(operation),
  });
  return { statistics, time, errors };
}

/** How long something takes on the virtual clock; `undefined`: longer than ten seconds. */
async function duration(time: VirtualClock, task: Promise<unknown>): Promise<number | undefined> {
  const startedMs = time.clock.nowMs();
  let endedMs: number | undefined;
  void task.then(() => {
    endedMs = time.clock.nowMs();
  });
  for (let passedMs = 0; passedMs < 10_000 && endedMs === undefined; passedMs += 10) {
    await time.advance(10);
  }
  return endedMs === undefined ? undefined : endedMs - startedMs;
}

function countIn(sums: PacedSums): number {
  const all = [...sums.values()].flatMap(({ lasting }) => [...lasting.values()]);
  return all.reduce((total, some) => total + (some.get('q') ?? 0), 0) / WEIGHT_UNIT;
}

const NO_EPOCHS = { lasting: new Map(), recent: new Map(), usual: new Map() };

const down = (): Promise<never> => Promise.reject(new Error('The store is down.'));

/** A store whose reads take so long. From `eject` on all is ejected in it, and the read of the deployment `hanging` hangs. */
function slowFleet(readMs: number): Fleet & { readonly eject: () => void } {
  const ejection: Ejection = { untilMs: EPOCH_START_MS + 90_000, level: 1, reason: 'failures' };
  let isEjected = false;
  const fleet: Fleet = fleetOver({
    read: (ids) =>
      new Promise((resolve) => {
        const told = isEjected ? ids.map((id) => [id, { epochs: NO_EPOCHS, ejection }] as const) : [];
        fleet.time.clock.after(isEjected && ids.includes('hanging') ? 100_000 : readMs, () => resolve(new Map(told)));
      }),
  });
  return {
    ...fleet,
    eject: () => {
      isEjected = true;
    },
  };
}

/** Three failures in a row. */
function eject(statistics: FleetStatistics): void {
  for (const _ of [1, 2, 3]) {
    statistics.observe(observation({ kind: 'failed' }), FAILURES.overloaded);
  }
}

describe('the snapshot', () => {
  it('is waited for by the first request', async () => {
    const ejection: Ejection = { untilMs: EPOCH_START_MS + 9000, level: 1, reason: 'failures' };
    const read: StatisticsStore['read'] = async () => new Map([['a', { epochs: NO_EPOCHS, ejection }]]);
    const { statistics, time } = fleetOver({ read });
    assert.ok(((await duration(time, statistics.prepare())) ?? Infinity) <= 10);
    assert.equal(statistics.look('a').state, 'ejected');
  });

  it('keeps a request for no longer than the limit where the store hangs, and a later request not at all', async () => {
    const { statistics, time } = fleetOver({});
    assert.equal(await duration(time, statistics.prepare()), SETTINGS.readTimeoutMs);
    assert.ok(((await duration(time, statistics.prepare())) ?? Infinity) <= 10);
  });

  it('is used, however late it comes', async () => {
    const { promise, resolve } = Promise.withResolvers<Awaited<ReturnType<StatisticsStore['read']>>>();
    const { statistics, time } = fleetOver({ read: () => promise });
    await duration(time, statistics.prepare());
    const ejection: Ejection = { untilMs: EPOCH_START_MS + 9000, level: 1, reason: 'failures' };
    resolve(new Map([['b', { epochs: NO_EPOCHS, ejection }]]));
    await time.advance(0);
    assert.equal(statistics.look('b').state, 'ejected');
  });

  it('is done without where the store is down, and asked for again', async () => {
    let reads = 0;
    const read = (): Promise<never> => {
      reads += 1;
      return down();
    };
    const { statistics, time, errors } = fleetOver({ read });
    await duration(time, statistics.prepare());
    assert.equal(statistics.look('a').state, 'healthy');
    await time.advance(SETTINGS.refreshMs);
    await duration(time, statistics.prepare());
    assert.equal(reads, 2);
    assert.deepEqual(errors, ['read', 'read']);
  });

  it('is refreshed by as many calls as the store stands where the fleet has more, and always read by who has none', async () => {
    // Four times as many calls a second as the store stands reads.
    const decayedCalls = (4 * SETTINGS.readsPerSecond * SETTINGS.halfLifeSeconds) / Math.LN2;
    let reads = 0;
    const read: StatisticsStore['read'] = async (_, epochs) => {
      reads += 1;
      const nowMs = time.clock.nowMs();
      const [{ epoch }] = epochs.filter(({ pace }) => pace === 'lasting') as [PacedEpoch];
      const sums = new Map([['q', decayedCalls * weightAt(nowMs, SCALE, 1)]]);
      return new Map([['a', { epochs: { ...NO_EPOCHS, lasting: new Map([[epoch, sums]]) } }]]);
    };
    const { statistics, time } = fleetOver({ read }, { random: seededRandom(3) });
    await statistics.prepare();
    assert.equal(reads, 1);
    const calls = 1000;
    for (let call = 0; call < calls; call += 1) {
      // So long after the last read that every call would make one.
      await time.advance(SETTINGS.refreshMs);
      await statistics.prepare();
    }
    const share = (reads - 1) / calls;
    assert.ok(share > 0.2 && share < 0.3, `${share}`);
  });

  it('takes what is asked for, not all of thousands, and who asks for another waits for that', async () => {
    const reads: (readonly string[])[] = [];
    const read: StatisticsStore['read'] = async (deployments) => {
      reads.push(deployments);
      return new Map();
    };
    const all = Array.from({ length: 3000 }, (_, index) => `d${index}`);
    const { statistics, time } = fleetOver({ read }, { deployments: all });
    await statistics.prepare(['d7', 'd8']);
    await statistics.prepare(['d7']);
    assert.deepEqual(reads, [['d7', 'd8']]);
    await statistics.prepare(['d2999', 'd8']);
    assert.deepEqual(reads.at(-1), ['d2999']);
    await time.advance(SETTINGS.refreshMs);
    await statistics.prepare(['d8']);
    assert.deepEqual(reads.at(-1), ['d8']);
  });

  it('is as young where two routes are asked for at once after an idle time, however slow the reads are, and beside one that hangs', async () => {
    for (const readMs of [10, 30, 45]) {
      const { statistics, time, eject: ejectAll } = slowFleet(readMs);
      const wait = (...ids: readonly string[]): Promise<number | undefined> => duration(time, statistics.prepare(ids));
      await Promise.all([wait('a'), wait('b'), wait('hanging')]);
      ejectAll();
      await time.advance(60_000);
      const waits = await Promise.all([wait('hanging'), wait('a'), wait('b')]);
      const states = ['a', 'b'].map((id) => statistics.look(id).state);
      assert.deepEqual(states, ['ejected', 'ejected'], `${readMs} ms a read`);
      waits.push(await wait('hanging', 'new'));
      assert.equal(statistics.look('new').state, 'ejected');
      assert.ok(waits.every((waitedMs) => (waitedMs ?? Infinity) <= SETTINGS.readTimeoutMs));
    }
  });

  it('of a quiet route is refreshed by each of its requests where a busy one has to draw lots', async () => {
    const decayedCalls = (40 * SETTINGS.readsPerSecond * SETTINGS.halfLifeSeconds) / Math.LN2;
    const reads: string[] = [];
    const read: StatisticsStore['read'] = async (deployments, epochs) => {
      reads.push(...deployments);
      const [{ epoch }] = epochs.filter(({ pace }) => pace === 'lasting') as [PacedEpoch];
      const sums = new Map([['q', decayedCalls * weightAt(time.clock.nowMs(), SCALE, 1)]]);
      return new Map([['busy', { epochs: { ...NO_EPOCHS, lasting: new Map([[epoch, sums]]) } }]]);
    };
    const { statistics, time } = fleetOver({ read }, { random: seededRandom(5) });
    for (let call = 0; call < 200; call += 1) {
      await statistics.prepare(['busy']);
      if (call % 10 === 0) {
        await statistics.prepare(['quiet']);
      }
      await time.advance(SETTINGS.refreshMs);
    }
    const count = (name: string): number => reads.filter((id) => id === name).length;
    assert.equal(count('quiet'), 20);
    assert.ok(count('busy') < 20, `${count('busy')}`);
  });

  it('costs as many reads of items for a route where thousands of others have been used as where it is the only one', async () => {
    const itemsRead = async (others: number): Promise<number> => {
      let items = 0;
      const read: StatisticsStore['read'] = async (deployments, epochs) => {
        items += deployments.length * epochs.length;
        return new Map();
      };
      const { statistics, time } = fleetOver({ read });
      for (let other = 0; other < others; other += 1) {
        await statistics.prepare([`other${other}`]);
      }
      await time.advance(SETTINGS.refreshMs);
      items = 0;
      for (let call = 0; call < 20; call += 1) {
        await statistics.prepare(['a', 'b']);
        await time.advance(SETTINGS.refreshMs / 4);
      }
      return items;
    };
    assert.equal(await itemsRead(2000), await itemsRead(0));
  });

  it('tells all memories of one that is asked for the first time, within a read of the slowest one', async () => {
    const paces: (readonly string[])[] = [];
    const read: StatisticsStore['read'] = async (_, epochs) => {
      paces.push([...new Set(epochs.map(({ pace }) => pace))]);
      return new Map();
    };
    const { statistics, time } = fleetOver({ read });
    await statistics.prepare(['a']);
    await time.advance(SETTINGS.refreshMs);
    await statistics.prepare(['a']);
    await time.advance(SETTINGS.refreshMs / 2);
    await statistics.prepare(['b']);
    assert.deepEqual(paces, [PACES, ['lasting', 'recent'], PACES]);
  });

  it('is refreshed behind the request when it is old, one read at a time', async () => {
    const reads: (() => void)[] = [];
    const read = (): Promise<ReadonlyMap<string, never>> =>
      new Promise((resolve) => reads.push(() => resolve(new Map<string, never>())));
    const { statistics, time } = fleetOver({ read });
    void statistics.prepare();
    reads[0]?.();
    await time.advance(SETTINGS.refreshMs - 1);
    await duration(time, statistics.prepare());
    assert.equal(reads.length, 1);
    await time.advance(SETTINGS.refreshMs);
    for (const _ of [1, 2, 3]) {
      assert.ok(((await duration(time, statistics.prepare())) ?? Infinity) <= 10);
    }
    assert.equal(reads.length, 2);
  });

  it('asks for this epoch and the one before, of the usual memory every half minute and of the others each time', async () => {
    const asked: (readonly PacedEpoch[])[] = [];
    const read: StatisticsStore['read'] = async (_, epochs) => {
      asked.push(epochs);
      return new Map();
    };
    const { statistics, time } = fleetOver({ read });
    const quick = [
      { pace: 'lasting', epoch: 1_800_000 },
      { pace: 'lasting', epoch: 1_799_999 },
      { pace: 'recent', epoch: 13_500_000 },
      { pace: 'recent', epoch: 13_499_999 },
    ];
    const usual = [
      { pace: 'usual', epoch: 60_000 },
      { pace: 'usual', epoch: 59_999 },
    ];
    for (const passedMs of [0, 5000, 25_000]) {
      await time.advance(passedMs);
      await statistics.prepare();
    }
    assert.deepEqual(
      asked.map((epochs) => epochs.filter(({ pace }) => pace === 'usual')),
      [usual, [], usual],
    );
    assert.deepEqual(asked[0], [...quick, ...usual]);
  });

  for (const { name, ageMs, waits } of [
    { name: 'is waited for where the last one is stale, as in an instance that was frozen', ageMs: 3001, waits: true },
    { name: 'is not waited for where the last one is old and not stale', ageMs: 2999, waits: false },
  ]) {
    it(name, async () => {
      const delayMs = 20;
      const time: { readonly clock: () => VirtualClock } = { clock: () => fleet.time };
      const fleet: Fleet = fleetOver({
        read: () => new Promise((resolve) => time.clock().clock.after(delayMs, () => resolve(new Map()))),
      });
      await duration(fleet.time, fleet.statistics.prepare());
      await fleet.time.advance(ageMs - delayMs);
      const took = (await duration(fleet.time, fleet.statistics.prepare())) ?? Infinity;
      assert.ok(waits ? took === delayMs : took < delayMs, `${took} ms`);
    });
  }

  it('never keeps a request longer than the limit, whatever the store does and however requests come', async () => {
    const step = fc.record({ afterMs: fc.nat(4000), readMs: fc.constantFrom(0, 5, 49, 50, 51, 700, Infinity) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
        let readMs = 0;
        const fleet: Fleet = fleetOver({
          read: () => new Promise((resolve) => fleet.time.clock.after(readMs, () => resolve(new Map()))),
        });
        for (const { afterMs, readMs: next } of steps) {
          readMs = next;
          await fleet.time.advance(afterMs);
          const waits = await Promise.all([1, 2].map(() => duration(fleet.time, fleet.statistics.prepare())));
          assert.ok(waits.every((wait) => wait !== undefined && wait <= SETTINGS.readTimeoutMs));
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe('what was observed', () => {
  it('is known here at once, store or no store', () => {
    const { statistics } = fleetOver({ read: down, add: down });
    statistics.observe(observation({ kind: 'first-token', ttftMs: 120 }));
    assert.equal(statistics.look('a').estimate.ttftTotalMs, 120);
  });

  it('is taken back here and in the store', async () => {
    const writes: PacedSums[] = [];
    const add: StatisticsStore['add'] = async (sums) => void writes.push(sums);
    const { statistics, time } = fleetOver({ add });
    const takeBack = statistics.observe(observation({ kind: 'late', waitedMs: 900 }));
    assert.equal(statistics.look('a').estimate.recent.ttftTotalMs, 900);
    await duration(time, statistics.flush());
    takeBack();
    assert.equal(statistics.look('a').estimate.recent.ttftTotalMs, 0);
    await duration(time, statistics.close());
    const written = writes.map((sums) => sums.get('a')?.recent.get(13_500_000)?.get('x'));
    assert.deepEqual(written, [900 * WEIGHT_UNIT, -900 * WEIGHT_UNIT]);
  });

  it('is written when the caller has been served, and merged where the instance is busy', async () => {
    const writes: number[] = [];
    const add: StatisticsStore['add'] = async (sums) => {
      writes.push(countIn(sums));
    };
    const { statistics, time } = fleetOver({ add });
    for (const _ of [1, 2, 3, 4, 5]) {
      statistics.observe(observation());
      await duration(time, statistics.flush());
    }
    assert.equal(writes.length, 1);
    await time.advance(SETTINGS.flushMs);
    assert.deepEqual(writes, [1, 4]);
  });

  it('is written after its time even where the clock wakes too early for it', async () => {
    const writes: number[] = [];
    const add: StatisticsStore['add'] = async (sums) => {
      writes.push(countIn(sums));
    };
    const { statistics, time } = fleetOver({ add }, { earlyMs: 0.5 });
    for (const _ of [1, 2, 3]) {
      statistics.observe(observation());
      await duration(time, statistics.flush());
    }
    await time.advance(2 * SETTINGS.flushMs);
    assert.deepEqual(writes, [1, 2]);
  });

  it('goes out again where its write failed', async () => {
    const writes: number[] = [];
    const add: StatisticsStore['add'] = (sums) => {
      writes.push(countIn(sums));
      return writes.length === 1 ? down() : Promise.resolve();
    };
    const { statistics, time, errors } = fleetOver({ add });
    statistics.observe(observation());
    await duration(time, statistics.flush());
    statistics.observe(observation());
    await time.advance(SETTINGS.flushMs);
    await duration(time, statistics.flush());
    assert.deepEqual(writes, [1, 2]);
    assert.deepEqual(errors, ['add']);
    await time.advance(10 * SETTINGS.flushMs);
    assert.equal(writes.length, 2);
  });

  it('is written by one write at a time', async () => {
    const writes: (() => void)[] = [];
    const add = (): Promise<void> => new Promise((resolve) => writes.push(resolve));
    const { statistics, time } = fleetOver({ add, eject: async () => {} });
    statistics.observe(observation());
    void statistics.flush();
    await time.advance(0);
    eject(statistics);
    void statistics.flush();
    await time.advance(1000);
    assert.equal(writes.length, 1);
    writes[0]?.();
    await time.advance(1000);
    assert.equal(writes.length, 2);
  });

  it('is written in full on close, and nothing after it', async () => {
    const writes: number[] = [];
    const add: StatisticsStore['add'] = async (sums) => {
      writes.push(countIn(sums));
    };
    const { statistics, time } = fleetOver({ add });
    statistics.observe(observation());
    await duration(time, statistics.flush());
    statistics.observe(observation());
    await duration(time, statistics.flush());
    await duration(time, statistics.close());
    assert.deepEqual(writes, [1, 1]);
    assert.equal(time.pending(), 0);
  });
});

describe('an ejection', () => {
  it('is shared at once, however recent the last write', async () => {
    const shared: string[] = [];
    const { statistics, time } = fleetOver({
      add: async () => {},
      eject: async (deployment) => {
        shared.push(deployment);
      },
    });
    statistics.observe(observation(undefined, { deployment: 'b' }));
    await duration(time, statistics.flush());
    eject(statistics);
    await duration(time, statistics.flush());
    assert.deepEqual(shared, ['a']);
  });

  it('holds here where it cannot be shared', async () => {
    const { statistics, time, errors } = fleetOver({ add: async () => {}, eject: down });
    eject(statistics);
    await duration(time, statistics.flush());
    assert.equal(statistics.look('a').state, 'ejected');
    assert.deepEqual(errors, ['share that it is ejected']);
  });

  const answers: readonly {
    readonly name: string;
    readonly claimProbe: StatisticsStore['claimProbe'];
    readonly claimed: boolean;
  }[] = [
    { name: 'is probed by the one who claims it', claimProbe: async () => true, claimed: true },
    { name: 'is not probed by those who come too late', claimProbe: async () => false, claimed: false },
    { name: 'is not probed where the store is down', claimProbe: down, claimed: false },
    {
      name: 'is not probed where the store does not answer in time',
      claimProbe: () => new Promise(() => {}),
      claimed: false,
    },
  ];
  for (const { name, claimProbe, claimed } of answers) {
    it(`${name}, and nobody waits for that longer than the limit`, async () => {
      const { statistics, time } = fleetOver({ add: async () => {}, eject: async () => {}, claimProbe });
      eject(statistics);
      await time.advance(3000);
      const { ejection, state } = statistics.look('a');
      assert.equal(state, 'due');
      const claim = statistics.claimProbe('a', ejection ?? assert.fail());
      assert.ok(((await duration(time, claim)) ?? Infinity) <= SETTINGS.readTimeoutMs);
      assert.equal(await claim, claimed);
      assert.equal(statistics.look('a').state, 'probing');
    });
  }
});
