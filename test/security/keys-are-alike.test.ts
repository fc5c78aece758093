import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { keyItem, type StoredKey } from '../../functions/gateway/adapters/dynamodb/key-item.ts';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';
import { type CaseAnswer, sendCase } from './send-case.ts';

let gateway: RunningGateway<'only'>;
before(async () => {
  gateway = await runningGateway({ fakes: { only: 'openai' } });
});
after(() => gateway.close());

function newKey(): string {
  return `nemo_${randomBytes(32).toString('base64url')}`;
}

async function stored(more: Partial<StoredKey>): Promise<string> {
  const key = newKey();
  const item = keyItem({ sha256: sha256Hex(key), name: 'ci', createdAt: '2026-01-01T00:00:00Z', limits: {}, ...more });
  await gateway.dynamoDb.client.send(new PutItemCommand({ TableName: gateway.dynamoDb.keysTable, Item: item }));
  return key;
}

function show(key: string, path = '/v1/models'): Promise<CaseAnswer> {
  return sendCase(gateway.origin, { method: 'GET', path, headers: { authorization: `Bearer ${key}` } });
}

describe('a key that is not good', () => {
  const kinds: readonly [string, () => Promise<string>][] = [
    ['malformed', async () => 'sk-something'],
    ['unknown', async () => newKey()],
    ['revoked', () => stored({ revokedAt: '2026-01-02T00:00:00Z' })],
    ['expired', () => stored({ expiresAt: '2026-01-02T00:00:00Z' })],
  ];
  for (const [kind, key] of kinds) {
    test(`gets the same answer when it is ${kind} as any other, whatever it asks for`, async () => {
      const shown = await key();
      const [first, models, nothing] = [await show(newKey()), await show(shown), await show(shown, '/v1/nothing')];
      for (const answer of [models, nothing]) {
        assert.equal(answer.status, 401);
        assert.equal(answer.body, first.body);
        assert.deepEqual(Object.keys(answer.headers).sort(), Object.keys(first.headers).sort());
      }
      assert.ok(!models.body.includes(shown));
    });
  }

  test('is told from a good one: that one is let in', async () => {
    assert.equal((await show(await stored({}))).status, 200);
    assert.equal((await show(await stored({ expiresAt: '2099-01-01T00:00:00Z' }))).status, 200);
  });
});

describe('a key for some models only', () => {
  const MESSAGES = [{ role: 'user', content: 'Hello' }];

  function ask(key: string, model: string): Promise<CaseAnswer> {
    return sendCase(gateway.origin, {
      method: 'POST',
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model, messages: MESSAGES }),
    });
  }

  test('may ask for these, and others are to it as ones that do not exist', async () => {
    const key = await stored({ limits: { models: ['all'] } });
    assert.equal((await ask(key, 'all')).status, 200);
    const [forbidden, unknown] = [await ask(key, 'fake-model'), await ask(key, 'fake-modem')];
    assert.equal(forbidden.status, 404);
    assert.equal(forbidden.body, unknown.body.replace('fake-modem', 'fake-model'));
    assert.ok(!forbidden.body.replace('"fake-model\\" does', '').includes('only/'));
  });

  test('is no other key where it comes in x-api-key: the same models and the same limits', async () => {
    const key = await stored({ limits: { models: ['all'], requestsPerMinute: 1 } });
    const headers = { 'x-api-key': key };
    const asked = (model: string, path = '/v1/messages'): Promise<CaseAnswer> =>
      sendCase(gateway.origin, {
        method: 'POST',
        path,
        headers,
        body: JSON.stringify({ model, max_tokens: 9, messages: MESSAGES }),
      });
    assert.equal((await asked('fake-model')).status, 404);
    assert.equal((await asked('all')).status, 200);
    assert.equal((await asked('all', '/v1/chat/completions')).status, 429);
    const listed = await sendCase(gateway.origin, { method: 'GET', path: '/v1/models', headers });
    assert.ok(!listed.body.includes('only/fake-model'));
  });

  test('is shown these only', async () => {
    const key = await stored({ limits: { models: ['all'] } });
    const { data } = JSON.parse((await show(key)).body);
    assert.deepEqual(
      data.map(({ id }: { id: string }) => id),
      ['all'],
    );
    assert.equal((await show(key, '/v1/models/only%2Ffake-model')).status, 404);
    assert.equal((await show(key, '/v1/models/all')).status, 200);
  });

  test('may ask for nothing that an object inherits', async () => {
    const key = await stored({ limits: { models: ['constructor', '__proto__'] } });
    for (const model of ['constructor', '__proto__', 'all']) {
      assert.equal((await ask(key, model)).status, 404);
    }
  });
});
