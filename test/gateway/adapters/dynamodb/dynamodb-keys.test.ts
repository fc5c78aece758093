import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { type AttributeValue, type DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbKeys } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-keys.ts';
import { keyItem, type StoredKey } from '../../../../functions/gateway/adapters/dynamodb/key-item.ts';
import { sha256Hex } from '../../../../functions/gateway/adapters/key-form.ts';
import type { GatewayPorts } from '../../../../functions/gateway/core/serve/ports.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';

let dynamoDb: LocalDynamoDb;
before(async () => {
  dynamoDb = await startLocalDynamoDb();
});
after(() => dynamoDb.close());

function newKey(): string {
  return `nemo_${randomBytes(32).toString('base64url')}`;
}

async function store(
  key: string,
  more: Partial<StoredKey> = {},
  raw: Record<string, AttributeValue> = {},
): Promise<void> {
  const item = keyItem({ sha256: sha256Hex(key), name: 'ci', createdAt: '2026-01-01T00:00:00Z', limits: {}, ...more });
  await dynamoDb.client.send(new PutItemCommand({ TableName: dynamoDb.keysTable, Item: { ...item, ...raw } }));
}

interface Looking {
  readonly authenticate: GatewayPorts['authenticate'];
  readonly reads: () => number;
  readonly errors: readonly string[];
  readonly pass: (ms: number) => void;
  readonly setDown: (isDown: boolean) => void;
  /** From now on no key is found. */
  readonly setEmpty: () => void;
}

function looking(whenUnavailable: 'allow' | 'refuse' = 'allow'): Looking {
  let nowMs = 1_000_000;
  let reads = 0;
  let isDown = false;
  let isEmpty = false;
  const errors: string[] = [];
  const send: DynamoDBClient['send'] = (command: never, ...rest: never[]) => {
    reads += 1;
    if (isEmpty) {
      return Promise.resolve({});
    }
    return isDown ? Promise.reject(new Error('down')) : dynamoDb.client.send(command, ...rest);
  };
  // The reader uses `send` only.
  const client = { send } as unknown as DynamoDBClient;
  return {
    authenticate: dynamoDbKeys({
      client,
      tableName: dynamoDb.keysTable,
      nowMs: () => nowMs,
      whenUnavailable,
      onStoreError: (operation) => void errors.push(operation),
    }),
    reads: () => reads,
    errors,
    pass: (ms) => {
      nowMs += ms;
    },
    setDown: (down) => {
      isDown = down;
    },
    setEmpty: () => {
      isEmpty = true;
    },
  };
}

describe('the keys in DynamoDB', () => {
  test('are known with their limits and their account', async () => {
    const key = newKey();
    const limits = { models: ['a', 'b'], requestsPerMinute: 5, tokensPerMinute: 10, usdPerMonth: 0.5 };
    await store(key, { limits, expiresAt: '2030-01-01T00:00:00Z' });
    assert.deepEqual(await looking().authenticate(key), {
      name: 'ci',
      account: sha256Hex(key),
      limits,
      expiresAtMs: Date.parse('2030-01-01T00:00:00Z'),
    });
  });

  test('are forgotten within a minute of their revocation', async () => {
    const key = newKey();
    await store(key);
    const gate = looking();
    assert.notEqual(await gate.authenticate(key), undefined);
    await store(key, { revokedAt: '2026-01-02T00:00:00Z' });
    gate.pass(29_999);
    assert.notEqual(await gate.authenticate(key), undefined);
    gate.pass(1);
    assert.equal(await gate.authenticate(key), undefined);
  });

  test('are read once for all requests of thirty seconds, unknown ones too', async () => {
    const [known, unknown] = [newKey(), newKey()];
    await store(known);
    const gate = looking();
    await Promise.all(Array.from({ length: 20 }, () => gate.authenticate(known)));
    await Promise.all(Array.from({ length: 20 }, () => gate.authenticate(unknown)));
    await gate.authenticate(unknown);
    assert.equal(gate.reads(), 2);
  });

  test('are looked up by the whole key: one that differs in its last character is another', async () => {
    const key = newKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    const last = key.endsWith('A') ? 'E' : 'A';
    assert.equal(await gate.authenticate(key.slice(0, -1) + last), undefined);
  });

  test('that do not look like keys are unknown without a read', async () => {
    const gate = looking();
    const shown = [
      '',
      'x',
      'constructor',
      '__proto__',
      'nemo_',
      `${newKey()}x`,
      newKey().slice(0, -1),
      ' nemo_',
      'account#x',
    ];
    for (const key of shown) {
      assert.equal(await gate.authenticate(key), undefined, key);
    }
    assert.equal(gate.reads(), 0);
  });

  test('stay known when a flood of unknown ones comes', async () => {
    const key = newKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    gate.setEmpty();
    for (let index = 0; index < 10_050; index += 1) {
      assert.equal(await gate.authenticate(newKey()), undefined);
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
      const key = newKey();
      await store(key, {}, raw);
      assert.equal(await looking().authenticate(key), undefined);
    });
  }
});

describe('while DynamoDB is down', () => {
  test('a key that was good minutes ago stays so, and the log is told; one never seen cannot be checked', async () => {
    const key = newKey();
    await store(key);
    const gate = looking();
    await gate.authenticate(key);
    gate.setDown(true);
    gate.pass(60_000);
    assert.notEqual(await gate.authenticate(key), undefined);
    assert.equal(await gate.authenticate(newKey()), 'unavailable');
    assert.deepEqual(gate.errors, ['look up a key', 'look up a key']);
    gate.pass(600_000);
    assert.equal(await gate.authenticate(key), 'unavailable');
  });

  test('no key can be checked where the operator would rather refuse', async () => {
    const key = newKey();
    await store(key);
    const gate = looking('refuse');
    await gate.authenticate(key);
    gate.setDown(true);
    gate.pass(30_000);
    assert.equal(await gate.authenticate(key), 'unavailable');
  });
});
