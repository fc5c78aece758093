import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { dynamoDbRollups } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-rollups.ts';
import type { Rollup } from '../../../../functions/gateway/core/status/rollup.ts';
import type { RollupStore } from '../../../../functions/gateway/core/status/rollup-store.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';

function rollup(change: Partial<Rollup> = {}): Rollup {
  return { kind: 'deployment', name: 'a', step: 'minute', slot: 100, sums: new Map([['q', 1]]), ...change };
}

describe('the past in DynamoDB', () => {
  let db: LocalDynamoDb;
  let store: RollupStore;
  before(async () => {
    db = await startLocalDynamoDb();
    store = dynamoDbRollups({ client: db.client, tableName: db.statisticsTable });
  });
  after(() => db.close());

  const read = (wanted: Partial<Parameters<RollupStore['read']>[0]> = {}) =>
    store.read({ kind: 'deployment', names: ['a', 'b'], step: 'minute', fromSlot: 100, ...wanted });

  it('adds up what several instances write, by slot, and gives what is not older than asked', async () => {
    const more = new Map([
      ['q', 2],
      ['t1a', 1],
    ]);
    await Promise.all([
      store.add([rollup(), rollup({ slot: 99 }), rollup({ step: 'quarter', slot: 100 })]),
      store.add([rollup({ sums: more }), rollup({ name: 'b', slot: 101 })]),
    ]);
    const found = await read();
    assert.deepEqual(
      found.map(({ name, slot, sums }) => [name, slot, Object.fromEntries([...sums].toSorted())]),
      [
        ['a', 100, { q: 3, t1a: 1 }],
        ['b', 101, { q: 1 }],
      ],
    );
    assert.equal((await read({ fromSlot: 99 })).length, 3);
    assert.equal((await read({ kind: 'route' })).length, 0);
    assert.equal((await read({ step: 'quarter' })).length, 1);
  });

  it('knows the keys that have had calls since a slot', async () => {
    const key = (name: string, slot: number) => rollup({ kind: 'key', name, slot });
    await store.add([key('shop', 200), key('search', 200), key('gone', 150)]);
    await store.add([key('mail', 200)]);
    assert.deepEqual((await store.keyNames('minute', 200)).toSorted(), ['mail', 'search', 'shop']);
    assert.equal((await store.keyNames('quarter', 0)).length, 0);
  });

  it('believes the first that tells of an ejection, and the first that tells of its end', async () => {
    const mark = { deployment: 'a', untilMs: 5000, reason: 'failures', atMs: 1000 } as const;
    await store.mark(mark);
    await store.mark({ ...mark, atMs: 1400 });
    assert.deepEqual(await store.marks(['a', 'b'], 4000), [mark]);
    await store.mark({ ...mark, atMs: 1400, recoveredAtMs: 6000 });
    await store.mark({ ...mark, atMs: 1400, recoveredAtMs: 6500 });
    assert.deepEqual(await store.marks(['a'], 4000), [{ ...mark, recoveredAtMs: 6000 }]);
    assert.deepEqual(await store.marks(['a'], 5001), []);
  });
});
