import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type AttributeValue, type GetItemCommandInput, PutItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDbCalls } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-calls.ts';
import { dynamoDbKeys } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-keys.ts';
import { keyItem, type StoredKey } from '../../../../functions/gateway/adapters/dynamodb/key-item.ts';
import { newKey, sha256Hex } from '../../../../functions/gateway/adapters/key-form.ts';
import type { GatewayPorts } from '../../../../functions/gateway/core/serve/ports.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';
import { busyLoop } from '../../../support/busy-loop.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

let dynamoDb: LocalDynamoDb;
before(async () => {
  dynamoDb = await startLocalDynamoDb();
});
after(() => dynamoDb.close());

function someKey(): string {
  return newKey(randomBytes(32));
}

async function store(
  key: string,
  more: Partial<StoredKey> = {},
  raw: Record<string, AttributeValue> = {},
): Promise<void> {
  const item = keyItem({ sha256: sha256Hex(key), name: 'ci', createdAt: '2026-01-01T00:00:00Z', limits: {}, ...more });
  await dynamoDb.client.send(new PutItemCommand({ TableName: dynamoDb.keysTable, Item: { ...item, ...raw } }));
}

/** What DynamoDB does: answers, answers with an error, finds nothing, or does not answer. */
type Health = 'up' | 'down' | 'empty' | 'silent';

interface Looking {
  readonly authenticate: GatewayPorts['authenticate'];
  readonly reads: () => number;
  readonly errors: readonly string[];
  /** Lets time pass, and what was asked behind a request be answered. */
  readonly pass: (ms: number) => Promise<void>;
  readonly set: (health: Health) => void;
}

const STORE_MS = 100;

function looking(whenUnavailable: 'allow' | 'refuse' = 'allow'): Looking {
  const { clock, advance } = virtualClock();
  let health: Health = 'up';
  const [errors, underWay]: [string[], Set<unknown>] = [[], new Set()];
  let reads = 0;
  const answers: Readonly<Record<Health, (...args: never[]) => Promise<unknown>>> = {
    up: (input: GetItemCommandInput) => dynamoDb.client.getItem(input),
    down: () => Promise.reject(new Error('down')),
    empty: () => Promise.resolve({}),
    silent: () => new Promise((_, reject) => clock.after(2000, () => reject(new Error('aborted')))),
  };
  const getItem = (...args: never[]): Promise<unknown> => {
    reads += 1;
    const answer = answers[health](...args);
    const watched = health === 'silent' ? undefined : answer.catch(() => undefined);
    underWay.add(watched);
    return answer;
  };
  return {
    authenticate: dynamoDbKeys({
      // The reader uses `getItem` only.
      client: { getItem } as unknown as DynamoDbCalls,
      tableName: dynamoDb.keysTable,
      clock,
      settings: { whenUnavailable, storeTimeoutMs: STORE_MS },
      onStoreError: (operation) => void errors.push(operation),
    }),
    reads: () => reads,
    errors,
    pass: async (ms) => {
      await Promise.all(underWay);
      await advance(ms);
    },
    set: (to) => {
      health = to;
    },
  };
}

/** What a look-up gives, after how much of the clock's time at the most. */
async function within(gate: Looking, key: string, ms: number): Promise<unknown> {
  let found: unknown = 'waiting';
  void gate.authenticate(key).then((answer) => {
    found = answer;
  });
  await gate.pass(ms);
  return found;
}

describe('the keys in DynamoDB', () => {
  test('are known with their limits and their account', async () => {
    const key = someKey();
    const limits = { models: ['a', 'b'], requestsPerMinute: 5, tokensPerMinute: 10, usdPerMonth: 0.5 };
    await store(key, { limits, expiresAt: '2030-01-01T00:00:00Z' });
    assert.deepEqual(await looking().authenticate(key), {
      name: 'ci',
      account: sha256Hex(key),
      limits,
      expiresAtMs: Date.parse('2030-01-01T00:00:00Z'),
    });
  });

  test('are served at once for a minute and looked up behind the request, so that nobody waits and a revocation is seen', async () => {
    const key = someKey();
    await store(key);
    const gate = looking();
    assert.notEqual(await gate.authenticate(key), undefined);
    await store(key, { revokedAt: '2026-01-02T00:00:00Z' });
    await gate.pass(20_000);
    assert.equal(gate.reads(), 1);
    assert.notEqual(await within(gate, key, 0), undefined);
    await gate.pass(0);
    assert.equal(gate.reads(), 2);
    assert.equal(await gate.authenticate(key), undefined);
  });

  test('are forgotten within a minute of their revocation, also where nobody has used them meanwhile', async () => {
    const key = someKey();
    await store(key);
    const gate = looking();
    assert.notEqual(await gate.authenticate(key), undefined);
    await store(key, { revokedAt: '2026-01-02T00:00:00Z' });
    await gate.pass(55_000);
    assert.equal(await gate.authenticate(key), undefined);
  });

  test('are read once for all requests of twenty seconds, unknown ones too', async () => {
    const [known, unknown] = [someKey(), someKey()];
    await store(known);
    const gate = looking();
    await Promise.all(Array.from({ length: 20 }, () => gate.authenticate(known)));
    await Promise.all(Array.from({ length: 20 }, () => gate.authenticate(unknown)));
    await gate.authenticate(unknown);
    assert.equal(gate.reads(), 2);
  });

  test('are looked up by the whole key: one that lacks its end is another', async () => {
    const key = someKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    const old = key.slice(0, -6);
    assert.equal(await gate.authenticate(old), undefined);
  });

  test('that do not look like keys are unknown without a read', async () => {
    const gate = looking();
    const shown = [
      '',
      'x',
      'constructor',
      '__proto__',
      'nemo_',
      `${someKey()}x`,
      someKey().slice(0, -1),
      `${someKey().slice(0, -1)}!`,
      ' nemo_',
      'account#x',
    ];
    for (const key of shown) {
      assert.equal(await gate.authenticate(key), undefined, key);
    }
    assert.equal(gate.reads(), 0);
  });

  test('stay known when a flood of unknown ones comes', async () => {
    const key = someKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    gate.set('empty');
    for (let index = 0; index < 10_050; index += 1) {
      assert.equal(await gate.authenticate(someKey()), undefined);
    }
    const reads = gate.reads();
    assert.notEqual(await gate.authenticate(key), undefined);
    assert.equal(gate.reads(), reads);
  });

  const unreadable: readonly [string, Record<string, AttributeValue>][] = [
    ['is no number', { requestsPerMinute: { S: 'many' } }],
    ['is negative', { usdPerMonth: { N: '-1' } }],
    ['is no set of names', { models: { S: 'a' } }],
    ['is no instant', { expiresAt: { S: 'soon' } }],
  ];
  for (const [what, raw] of unreadable) {
    test(`do not pass without a limit that ${what}`, async () => {
      const key = someKey();
      await store(key, {}, raw);
      assert.equal(await looking().authenticate(key), undefined);
    });
  }
});

describe('while DynamoDB is away', () => {
  test('a key that was good minutes ago stays so for ten, and the log is told; one never seen cannot be checked', async () => {
    const key = someKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    gate.set('down');
    await gate.pass(60_000);
    assert.notEqual(await gate.authenticate(key), 'unavailable');
    assert.equal(await gate.authenticate(someKey()), 'unavailable');
    assert.deepEqual(gate.errors, ['look up a key', 'look up a key']);
    await gate.pass(600_000);
    assert.equal(await gate.authenticate(key), 'unavailable');
  });

  test('no key can be checked after a minute where the operator would rather refuse', async () => {
    const key = someKey();
    await store(key);
    const gate = looking('refuse');
    await gate.authenticate(key);
    gate.set('down');
    await gate.pass(60_000);
    assert.equal(await gate.authenticate(key), 'unavailable');
  });

  test('a known key waits once, for no longer than the store is given, and then not at all', async () => {
    const key = someKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    gate.set('silent');
    await gate.pass(60_000);
    assert.notEqual(await within(gate, key, STORE_MS), 'waiting');
    for (let second = 0; second < 300; second += 1) {
      const found = await within(gate, key, 0);
      assert.ok(typeof found === 'object', `${second}: ${String(found)}`);
      await gate.pass(1000);
    }
    assert.ok(gate.reads() <= 1 + 300 / 2, String(gate.reads()));
  });

  test('unknown keys wait once, and then are told at once that they cannot be checked', async () => {
    const gate = looking();
    gate.set('silent');
    assert.equal(await within(gate, someKey(), 1999), 'waiting');
    await gate.pass(1);
    assert.equal(await within(gate, someKey(), 0), 'unavailable');
    await gate.pass(2000);
    assert.equal(await within(gate, someKey(), STORE_MS), 'unavailable');
  });

  test('the first answer ends the outage for every key', async () => {
    const [key, other] = [someKey(), someKey()];
    await store(key);
    await store(other);
    const gate = looking();
    await gate.authenticate(key);
    gate.set('silent');
    await gate.pass(60_000);
    await within(gate, key, STORE_MS);
    gate.set('up');
    await gate.pass(4_000);
    await within(gate, key, 0);
    await gate.pass(0);
    assert.equal(typeof (await gate.authenticate(other)), 'object');
  });
});

describe('a key without a checksum', () => {
  test('as they were made before there was one stays valid', async () => {
    const old = `nemo_${randomBytes(32).toString('base64url')}`;
    await store(old);
    assert.equal(typeof (await looking().authenticate(old)), 'object');
  });
});

describe('a key that was not made here', () => {
  test('costs no read, whatever single character of a good one is another', async () => {
    const key = someKey();
    const gate = looking();
    for (let at = 'nemo_'.length; at < key.length; at += 1) {
      const other = key[at] === 'A' ? 'B' : 'A';
      assert.equal(await gate.authenticate(key.slice(0, at) + other + key.slice(at + 1)), undefined);
    }
    assert.equal(gate.reads(), 0);
  });
});

describe('a look-up in a process that is busy', () => {
  test('is waited for though every timer wakes late: the time was the process, not DynamoDB', async () => {
    const { clock, turn } = busyLoop();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const key = someKey();
    const item = keyItem({ sha256: sha256Hex(key), name: 'ci', createdAt: '2026-01-01T00:00:00Z', limits: {} });
    const authenticate = dynamoDbKeys({
      client: { getItem: () => promise } as unknown as DynamoDbCalls,
      tableName: 'keys',
      clock,
      settings: { whenUnavailable: 'refuse', storeTimeoutMs: STORE_MS },
      onStoreError: (operation) => assert.fail(operation),
    });
    const found = authenticate(key);
    for (let turns = 0; turns < 3; turns += 1) {
      await turn(1200);
    }
    resolve({ Item: item });
    await turn(10);
    assert.deepEqual(await found, { name: 'ci', account: sha256Hex(key), limits: {} });
  });
});
