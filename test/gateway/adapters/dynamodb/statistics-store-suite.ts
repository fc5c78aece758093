import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import {
  type AttributeValue,
  type DynamoDB,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
} from '@aws-sdk/client-dynamodb';
import type { DynamoDbCalls } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbStatisticsStore } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-statistics-store.ts';
import type { Ejection } from '../../../../functions/gateway/core/statistics/ejection.ts';
import { epochAt } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import type { LastSights } from '../../../../functions/gateway/core/statistics/last-sights.ts';
import type { Observation } from '../../../../functions/gateway/core/statistics/observation.ts';
import { ObservationLog } from '../../../../functions/gateway/core/statistics/observation-log.ts';
import type {
  PacedEpoch,
  StatisticsStore,
  StoredStatistics,
} from '../../../../functions/gateway/core/statistics/statistics-store.ts';
import {
  entriesOf,
  PACES,
  type PacedSums,
  type Sums,
  sumsLedger,
} from '../../../../functions/gateway/core/statistics/sums.ts';
import {
  decayedSums,
  EPOCH_MS,
  EPOCH_START_MS,
  epochsOf,
  observation,
  SCALE,
  SCALES,
} from '../../../support/observation.ts';

/** A database with an empty statistics table. */
export interface DatabaseUnderTest {
  readonly client: DynamoDB;
  /** What the store calls. @default the client */
  readonly calls?: DynamoDbCalls;
  readonly statisticsTable: string;
  readonly close: () => Promise<void>;
}

const EPOCH = epochAt(EPOCH_START_MS, SCALE);
const NOW = EPOCH_START_MS + 600_000;

let names = 0;
/** A deployment of a test's own, so that tests share one table. */
function newDeployment(): string {
  names += 1;
  return `vendor/model-${names}`;
}

/** What the statistics' store promises, held against a database that speaks DynamoDB. */
export function statisticsStoreSuite(database: string, start: () => Promise<DatabaseUnderTest>): void {
  describe(`the statistics' store over ${database}`, () => {
    let db: DatabaseUnderTest;
    let store: StatisticsStore;
    before(async () => {
      db = await start();
      store = dynamoDbStatisticsStore({ client: db.calls ?? db.client, tableName: db.statisticsTable, scales: SCALES });
    });
    after(() => db.close());
    describe('of sums', () => sumsTests(() => ({ db, store })));
    describe('of ejections', () => ejectionTests(() => ({ db, store })));
    describe('of many writers', () => contentionTests(() => ({ db, store })));
  });
}

type Context = () => { readonly db: DatabaseUnderTest; readonly store: StatisticsStore };

function sumsTests(context: Context): void {
  it('gives back what was added, by memory and epoch, and nothing of others', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const all = [observation({ kind: 'first-token', ttftMs: 300 }), observation({ kind: 'late', waitedMs: 900 })];
    await store.add(sumsFor(deployment, all));
    const { epochs, ejection } = await readOne(store, deployment);
    for (const pace of PACES) {
      assert.deepEqual(plain(epochs[pace]), plain(epochsOf(all, { pace })));
    }
    assert.equal(ejection, undefined);
    assert.equal((await readOne(store, newDeployment())).epochs.lasting.size, 0);
  });

  it('gives back what its writers have seen last, each attempt once and as long as it took', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const sums = sumsFor(deployment, [observation({ kind: 'first-token', ttftMs: 300 })]);
    await store.add(sums, new Map([[deployment, [{ atMs: EPOCH_START_MS, ttftMs: 500 }]]]));
    const last: LastSights = [
      { atMs: EPOCH_START_MS + 5, ttftMs: 300 },
      { atMs: EPOCH_START_MS, ttftMs: 900, isBound: true },
    ];
    await store.add(sums, new Map([[deployment, last]]));
    assert.deepEqual((await readOne(store, deployment)).sights, last);
    assert.deepEqual((await readOne(store, newDeployment())).sights, []);
  });

  it('adds to what is there, below 0 and back too', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const add = (...values: readonly (readonly [string, number])[]): Promise<void> => {
      const ledger = sumsLedger();
      ledger.add({ deployment, pace: 'recent', epoch: 7, sums: new Map(values) });
      return store.add(ledger.sums);
    };
    await add(['x', 10], ['c3', 4]);
    await add(['x', -25], ['c3', -4], ['q', 2]);
    await add(['x', 16]);
    const stored = await readOne(store, deployment, [{ pace: 'recent', epoch: 7 }]);
    assert.deepEqual(plain(stored.epochs.recent), { 7: { c3: 0, q: 2, x: 1 } });
  });

  it('keeps sums exact as far as a double is', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const ledger = sumsLedger();
    ledger.add({ deployment, pace: 'lasting', epoch: EPOCH, sums: new Map([['x', 2 ** 52]]) });
    await store.add(ledger.sums);
    ledger.add({ deployment, pace: 'lasting', epoch: EPOCH, sums: new Map([['x', 1 - 2 ** 52]]) });
    await store.add(ledger.sums);
    assert.equal((await readOne(store, deployment)).epochs.lasting.get(EPOCH)?.get('x'), 2 ** 52 + 1);
  });

  it('reads across the border of two epochs as if there were none', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const borderMs = EPOCH_START_MS + EPOCH_MS;
    const all = [-2, -1, 0, 1].map((offsetMs) =>
      observation({ kind: 'first-token', ttftMs: 300 }, { atMs: borderMs + offsetMs }),
    );
    await store.add(sumsFor(deployment, all));
    const asked = [EPOCH, EPOCH + 1].map((epoch) => ({ pace: 'lasting', epoch }) as const);
    const { lasting } = (await readOne(store, deployment, asked)).epochs;
    assert.deepEqual([...lasting.keys()].toSorted(), [EPOCH, EPOCH + 1]);
    const decayed = decayedSums(lasting, borderMs + 1, SCALE);
    assert.ok(Math.abs((decayed.get('n') ?? 0) - 4) < 0.01);
  });

  it('reads more deployments at once than DynamoDB gives in one call', async () => {
    const { store } = context();
    const all = Array.from({ length: 60 }, newDeployment);
    const ledger = sumsLedger();
    for (const [index, deployment] of all.entries()) {
      ledger.add({ deployment, pace: 'lasting', epoch: EPOCH, sums: new Map([['q', index + 1]]) });
    }
    await store.add(ledger.sums);
    const stored = await store.read(all, ASKED);
    assert.deepEqual(
      all.map((deployment) => stored.get(deployment)?.epochs.lasting.get(EPOCH)?.get('q')),
      all.map((_, index) => index + 1),
    );
  });

  it('lets DynamoDB delete an epoch when nobody reads it any longer, and an ejection an hour after its end', async () => {
    const { db, store } = context();
    const deployment = newDeployment();
    await store.add(sumsFor(deployment, [observation()]));
    await store.eject(deployment, { untilMs: NOW, level: 1, reason: 'failures' });
    const ofSums = async (key: string, epochMs: number): Promise<void> => {
      const item = (await itemsOf(db, key)).find(({ sk }) => sk?.N !== '0');
      const lastReadMs = (Number(item?.sk?.N) + 2) * epochMs;
      const expiryMs = Number(item?.ttl?.N) * 1000;
      assert.ok(expiryMs >= lastReadMs && expiryMs <= lastReadMs + epochMs + 1000);
    };
    await ofSums(`deployment#${deployment}`, EPOCH_MS);
    await ofSums(`recent#${deployment}`, 16 * SCALES.recent.halfLifeMs);
    const ejection = (await itemsOf(db, `deployment#${deployment}`)).find(({ sk }) => sk?.N === '0');
    assert.equal(Number(ejection?.ttl?.N), NOW / 1000 + 3600);
  });
}

function ejectionTests(context: Context): void {
  const first: Ejection = { untilMs: NOW + 2000, level: 1, reason: 'failures' };
  const longer: Ejection = { untilMs: NOW + 9000, level: 2, reason: 'rate-limited' };
  const lease = { fromMs: NOW + 3000, untilMs: NOW + 18_000 };

  it('is shared, and only ever extended', async () => {
    const { store } = context();
    const deployment = newDeployment();
    await store.eject(deployment, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, first);
    await store.eject(deployment, longer);
    await store.eject(deployment, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, longer);
  });

  it('is lifted unless it was extended meanwhile', async () => {
    const { store } = context();
    const deployment = newDeployment();
    await store.eject(deployment, longer);
    await store.lift(deployment, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, longer);
    await store.lift(deployment, longer);
    assert.equal((await readOne(store, deployment)).ejection, undefined);
    await store.lift(deployment, longer);
    await store.eject(deployment, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, first);
  });

  it('is eased unless another stands meanwhile', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const eased = { ...longer, untilMs: first.untilMs - 1000, answers: 1 };
    await store.eject(deployment, longer);
    await store.claimProbe(deployment, longer, lease);
    await store.ease(deployment, first, eased);
    assert.equal((await readOne(store, deployment)).ejection?.untilMs, longer.untilMs);
    await store.ease(deployment, longer, eased);
    assert.deepEqual((await readOne(store, deployment)).ejection, eased);
    await store.eject(deployment, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, first);
  });

  it('is known as a relapse until it is eased or lifted', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const relapse = { ...first, isRelapse: true } as const;
    await store.eject(deployment, relapse);
    assert.deepEqual((await readOne(store, deployment)).ejection, relapse);
    await store.ease(deployment, relapse, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, first);
    await store.eject(deployment, { ...longer, isRelapse: true });
    await store.lift(deployment, longer);
    await store.eject(deployment, first);
    assert.deepEqual((await readOne(store, deployment)).ejection, first);
  });

  it('is probed by exactly one of fifty who claim it at once, and by one again when the lease is over', async () => {
    const { store } = context();
    const deployment = newDeployment();
    await store.eject(deployment, first);
    for (const one of [lease, { fromMs: lease.untilMs + 1, untilMs: lease.untilMs + 15_000 }]) {
      const claims = await Promise.all(Array.from({ length: 50 }, () => store.claimProbe(deployment, first, one)));
      assert.equal(claims.filter((claimed) => claimed).length, 1);
      assert.equal((await readOne(store, deployment)).ejection?.probeUntilMs, one.untilMs);
    }
  });

  it('is probed by nobody who means another one, or one that was lifted', async () => {
    const { store } = context();
    const deployment = newDeployment();
    await store.eject(deployment, longer);
    assert.equal(await store.claimProbe(deployment, first, lease), false);
    await store.lift(deployment, longer);
    assert.equal(await store.claimProbe(deployment, longer, lease), false);
  });

  it('is due for a probe again where the probe failed and the cooldown was extended', async () => {
    const { store } = context();
    const deployment = newDeployment();
    await store.eject(deployment, first);
    assert.equal(await store.claimProbe(deployment, first, lease), true);
    await store.eject(deployment, longer);
    assert.deepEqual((await readOne(store, deployment)).ejection, longer);
    assert.equal(await store.claimProbe(deployment, longer, lease), true);
  });
}

const WRITERS = 50;
const WRITES = 10;

function contentionTests(context: Context): void {
  it('gives a look to one of many who claim it at once, and to nobody until its time has come again', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const claims = (atMs: number): Promise<readonly boolean[]> =>
      Promise.all(Array.from({ length: 20 }, () => store.claimLook(deployment, { atMs, notSinceMs: atMs - 5000 })));
    assert.equal((await claims(NOW)).filter((isMine) => isMine).length, 1);
    assert.equal((await claims(NOW + 4999)).filter((isMine) => isMine).length, 0);
    assert.equal((await claims(NOW + 5000)).filter((isMine) => isMine).length, 1);
    const { lookedAtMs, ejection } = await readOne(store, deployment, []);
    assert.deepEqual([lookedAtMs, ejection], [NOW + 5000, undefined]);
  });

  it('keeps when it was looked at through an ejection and its end', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const ejection = { untilMs: NOW + 2000, level: 1, reason: 'failures' } as const;
    await store.claimLook(deployment, { atMs: NOW, notSinceMs: NOW - 5000 });
    await store.eject(deployment, ejection);
    assert.deepEqual((await readOne(store, deployment, [])).ejection, ejection);
    await store.lift(deployment, ejection);
    const { lookedAtMs, ejection: left } = await readOne(store, deployment, []);
    assert.deepEqual([lookedAtMs, left], [NOW, undefined]);
  });

  it('loses no observation of fifty instances that write at the same time', async () => {
    const { store } = context();
    const deployment = newDeployment();
    const each = Array.from({ length: WRITES }, (_, index) =>
      observation({ kind: 'first-token', ttftMs: 100 + index }, { deployment, atMs: NOW + index }),
    );
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (const one of each) {
          await store.add(sumsFor(deployment, [one]));
        }
      }),
    );
    const { lasting } = (await readOne(store, deployment)).epochs;
    const all = Array.from({ length: WRITERS }, () => each).flat();
    assert.deepEqual(plain(lasting), plain(epochsOf(all)));
  });

  it('would lose most of them if instances read a moving average, changed it and wrote it back', async () => {
    const { db } = context();
    const Key = { pk: { S: `average#${newDeployment()}` }, sk: { N: '0' } };
    const observe = async (): Promise<void> => {
      const { Item } = await db.client.send(new GetItemCommand({ TableName: db.statisticsTable, Key }));
      const seen = Number(Item?.seen?.N ?? 0) + 1;
      await db.client.send(
        new PutItemCommand({ TableName: db.statisticsTable, Item: { ...Key, seen: { N: `${seen}` } } }),
      );
    };
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let write = 0; write < WRITES; write += 1) {
          await observe();
        }
      }),
    );
    const { Item } = await db.client.send(new GetItemCommand({ TableName: db.statisticsTable, Key }));
    const kept = Number(Item?.seen?.N);
    assert.ok(kept < (WRITERS * WRITES) / 2, `${kept} of ${WRITERS * WRITES} were kept`);
  });
}

/** What an instance that observed all of these writes. */
function sumsFor(deployment: string, all: readonly Observation[]): PacedSums {
  const log = new ObservationLog(SCALES, () => 0);
  for (const one of all) {
    log.add({ ...one, deployment }, 1);
  }
  const { toWrite } = log.take() ?? assert.fail('nothing to write');
  assert.ok(entriesOf(toWrite).length > 0);
  return toWrite;
}

const ASKED: readonly PacedEpoch[] = PACES.flatMap((pace) => {
  const epoch = epochAt(EPOCH_START_MS, SCALES[pace]);
  return [
    { pace, epoch },
    { pace, epoch: epoch - 1 },
  ];
});

async function readOne(store: StatisticsStore, deployment: string, epochs = ASKED): Promise<StoredStatistics> {
  return (await store.read([deployment], epochs)).get(deployment) ?? assert.fail();
}

function plain(epochs: ReadonlyMap<number, Sums>): object {
  return Object.fromEntries([...epochs].map(([epoch, sums]) => [epoch, Object.fromEntries([...sums].sort())]));
}

async function itemsOf(
  db: DatabaseUnderTest,
  partitionKey: string,
): Promise<readonly Record<string, AttributeValue>[]> {
  const { Items = [] } = await db.client.send(
    new QueryCommand({
      TableName: db.statisticsTable,
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': { S: partitionKey } },
    }),
  );
  return Items;
}
