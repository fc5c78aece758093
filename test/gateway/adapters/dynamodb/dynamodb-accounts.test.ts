import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { dynamoDbAccounts } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-accounts.ts';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import type { AccountChange } from '../../../../functions/gateway/core/limits/account-change.ts';
import type { AccountStore } from '../../../../functions/gateway/core/limits/account-store.ts';
import { keyLimiter } from '../../../../functions/gateway/core/limits/key-limiter.ts';
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

/** The change was made, and what was given back is how the account now is. */
async function assertTaken(store: AccountStore, account: string, change: AccountChange): Promise<void> {
  assert.deepEqual(await store.take(account, change), await store.read(account, change.month));
}

for (const [name, open] of stores) {
  describe(`accounts in ${name}`, () => {
    test('begin empty', async () => {
      assert.deepEqual(await open().read('new', MONTH), FULL);
    });

    test('restart a meter that is full or was never used, and no other', async () => {
      const store = open();
      const requests = { kind: 'restart', ifBeforeUs: NOW, toUs: NOW + 5 } as const;
      await assertTaken(store, 'restart', { month: MONTH, requests });
      assert.equal(await store.take('restart', { month: MONTH, requests }), 'conflict');
      const later = { kind: 'restart', ifBeforeUs: NOW + 6, toUs: NOW + 10 } as const;
      await assertTaken(store, 'restart', { month: MONTH, requests: later });
      assert.deepEqual(await store.read('restart', MONTH), { ...FULL, requests: NOW + 10 });
    });

    test('extend a meter between its bounds, both included, and no other', async () => {
      const store = open();
      const extend = { kind: 'extend', byUs: 7, ifFromUs: NOW, ifUntilUs: NOW + MINUTE - 7 } as const;
      assert.equal(await store.take('extend', { month: MONTH, tokens: extend }), 'conflict');
      await store.take('extend', { month: MONTH, tokens: { kind: 'restart', ifBeforeUs: NOW, toUs: NOW } });
      await assertTaken(store, 'extend', { month: MONTH, tokens: extend });
      const filled = { ...extend, byUs: MINUTE - 14 };
      await assertTaken(store, 'extend', { month: MONTH, tokens: filled });
      await assertTaken(store, 'extend', { month: MONTH, tokens: extend });
      assert.equal(await store.take('extend', { month: MONTH, tokens: extend }), 'conflict');
      assert.deepEqual(await store.read('extend', MONTH), { ...FULL, tokens: NOW + MINUTE });
    });

    test('take all or nothing', async () => {
      const store = open();
      const requests = { kind: 'restart', ifBeforeUs: NOW, toUs: NOW + 1 } as const;
      const money = { byNanoUsd: 5, ifAtMostNanoUsd: 4 };
      await assertTaken(store, 'all', { month: MONTH, requests, money });
      const again = { month: MONTH, requests: { ...requests, ifBeforeUs: NOW + 2 }, money };
      assert.equal(await store.take('all', again), 'conflict');
      assert.deepEqual(await store.read('all', MONTH), { ...FULL, requests: NOW + 1, committedNanoUsd: 5 });
    });

    test('add whatever is settled, each month by itself', async () => {
      const store = open();
      await store.add('add', { month: MONTH, requestsUs: 4, tokensUs: -3, committedNanoUsd: 10, spentNanoUsd: 12 });
      await store.add('add', { month: '2026-11', requestsUs: 0, tokensUs: 5, committedNanoUsd: 0, spentNanoUsd: 1 });
      assert.deepEqual(await store.read('add', MONTH), { ...FULL, requests: 4, tokens: 2, committedNanoUsd: 10 });
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
    callsAtOnce: 500,
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
  await Promise.all(
    passed.map(({ settle }, index) => settle({ requests: 1, tokens: 0, usd: (index + 1) / 1_000_000_000 })),
  );
  assert.deepEqual(errors, []);
  // One more may pass with every two seconds that this takes.
  const earned = Math.floor((systemClock.nowMs() - startedMs) / 2_000);
  assert.ok(passed.length >= 30 && passed.length <= 30 + earned, String(passed.length));
  const month = new Date(startedMs).toISOString().slice(0, 7);
  const account = await store.read('fleet', month);
  assert.equal(account.committedNanoUsd, (passed.length * (passed.length + 1)) / 2);
});
