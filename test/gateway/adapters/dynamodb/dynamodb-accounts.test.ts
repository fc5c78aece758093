import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dynamoDbAccounts } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-accounts.ts';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import type { AccountStore } from '../../../../functions/gateway/core/keys/account-store.ts';
import { keyLimiter } from '../../../../functions/gateway/core/keys/key-limiter.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';
import { memoryAccounts } from '../../../support/memory-accounts.ts';

const MONTH = '2026-10';
const FULL = { requests: 0, tokens: 0, month: MONTH, committedNanoUsd: 0 };
const NOW = 1_760_000_000_000_000;
const MINUTE = 60_000_000;

let dynamoDb: LocalDynamoDb;
before(async () => {
  dynamoDb = await startLocalDynamoDb();
});
after(() => dynamoDb.close());

const stores: readonly [string, () => AccountStore][] = [
  ['DynamoDB', () => dynamoDbAccounts({ client: dynamoDb.client, tableName: dynamoDb.keysTable })],
  ['the memory of the tests', () => memoryAccounts({ clock: systemClock }).store],
];

for (const [name, open] of stores) {
  describe(`accounts in ${name}`, () => {
    test('begin empty', async () => {
      assert.deepEqual(await open().read('new', MONTH), FULL);
    });

    test('restart a meter that is full or was never used, and no other', async () => {
      const store = open();
      const requests = { kind: 'restart', ifBeforeUs: NOW, toUs: NOW + 5 } as const;
      assert.equal(await store.take('restart', { requests }), 'taken');
      assert.equal(await store.take('restart', { requests }), 'conflict');
      const later = { kind: 'restart', ifBeforeUs: NOW + 6, toUs: NOW + 10 } as const;
      assert.equal(await store.take('restart', { requests: later }), 'taken');
      assert.deepEqual(await store.read('restart', MONTH), { ...FULL, requests: NOW + 10 });
    });

    test('extend a meter between its bounds, both included, and no other', async () => {
      const store = open();
      const extend = { kind: 'extend', byUs: 7, ifFromUs: NOW, ifUntilUs: NOW + MINUTE - 7 } as const;
      assert.equal(await store.take('extend', { tokens: extend }), 'conflict');
      await store.take('extend', { tokens: { kind: 'restart', ifBeforeUs: NOW, toUs: NOW } });
      assert.equal(await store.take('extend', { tokens: extend }), 'taken');
      const filled = { ...extend, byUs: MINUTE - 14 };
      assert.equal(await store.take('extend', { tokens: filled }), 'taken');
      assert.equal(await store.take('extend', { tokens: extend }), 'taken');
      assert.equal(await store.take('extend', { tokens: extend }), 'conflict');
      assert.deepEqual(await store.read('extend', MONTH), { ...FULL, tokens: NOW + MINUTE });
    });

    test('take all or nothing', async () => {
      const store = open();
      const requests = { kind: 'restart', ifBeforeUs: NOW, toUs: NOW + 1 } as const;
      const money = { month: MONTH, byNanoUsd: 5, ifAtMostNanoUsd: 4 };
      assert.equal(await store.take('all', { requests, money }), 'taken');
      const again = { requests: { ...requests, ifBeforeUs: NOW + 2 }, money };
      assert.equal(await store.take('all', again), 'conflict');
      assert.deepEqual(await store.read('all', MONTH), { ...FULL, requests: NOW + 1, committedNanoUsd: 5 });
    });

    test('add whatever is settled, each month by itself', async () => {
      const store = open();
      await store.add('add', { month: MONTH, tokensUs: -3, committedNanoUsd: 10, spentNanoUsd: 12 });
      await store.add('add', { month: '2026-11', tokensUs: 5, committedNanoUsd: 0, spentNanoUsd: 1 });
      assert.deepEqual(await store.read('add', MONTH), { ...FULL, tokens: 2, committedNanoUsd: 10 });
      assert.deepEqual((await store.read('add', '2026-11')).committedNanoUsd, 0);
    });
  });
}

test('twenty instances over one DynamoDB let exactly the limit pass, and account for every billionth', async () => {
  const errors: unknown[] = [];
  const settings = {
    storeTimeoutMs: 5_000,
    whenUnavailable: 'allow',
    localShare: 0.1,
    assumedOutputTokens: 0,
  } as const;
  const store = dynamoDbAccounts({ client: dynamoDb.client, tableName: dynamoDb.keysTable });
  const instances = Array.from({ length: 20 }, () =>
    keyLimiter({ settings, store, clock: systemClock, onStoreError: (...said) => void errors.push(said) }),
  );
  const startedMs = systemClock.nowMs();
  const key = { name: 'ci', account: 'fleet', limits: { requestsPerMinute: 30, usdPerMonth: 100 } };
  const demand = { requests: 1, tokens: 0, usd: 0.01 };
  const admissions = await Promise.all(
    instances.flatMap((instance) => Array.from({ length: 5 }, () => instance.admit(key, demand))),
  );
  const passed = admissions.flatMap((admission) => (admission.kind === 'admitted' ? [admission] : []));
  await Promise.all(passed.map(({ settle }, index) => settle({ tokens: 0, usd: (index + 1) / 1_000_000_000 })));
  assert.deepEqual(errors, []);
  // One more may pass with every two seconds that this takes.
  const earned = Math.floor((systemClock.nowMs() - startedMs) / 2_000);
  assert.ok(passed.length >= 30 && passed.length <= 30 + earned, String(passed.length));
  const month = new Date(startedMs).toISOString().slice(0, 7);
  const account = await store.read('fleet', month);
  assert.equal(account.committedNanoUsd, (passed.length * (passed.length + 1)) / 2);
});
