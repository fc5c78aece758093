import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { keyItem } from '../../functions/gateway/adapters/dynamodb/key-item.ts';
import { sha256Hex } from '../../functions/gateway/adapters/key-form.ts';
import type { StatusBody } from '../../functions/gateway/core/serve/status-call.ts';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import { question } from '../forms/form-over-fakes.ts';
import { type LambdaOverFakes, lambdaOverFakes } from './local-lambda/lambda-over-fakes.ts';
import { synthesisedFunction } from './local-lambda/synthesised-function.ts';

describe("the live page under Lambda's runtime, where the configuration turns it on,", () => {
  const operatorKey = `nemo_${randomBytes(32).toString('base64url')}`;
  let lambda: LambdaOverFakes;
  before(async () => {
    lambda = await lambdaOverFakes({ config: { statusPage: true } });
    const { NEMO_KEYS_TABLE: TableName = '' } = synthesisedFunction('nemorouter-dev-gateway').variables;
    const key = {
      sha256: sha256Hex(operatorKey),
      name: 'operator',
      createdAt: '',
      operator: true,
      limits: {},
    } as const;
    await lambda.aws.dynamoDb.client.send(new PutItemCommand({ TableName, Item: keyItem(key) }));
  });
  after(() => lambda.close());

  const withKey = (key: string): RequestInit => ({ headers: { authorization: `Bearer ${key}` } });

  it('comes whole out of the bundle, to anybody, with its policy', async () => {
    const response = await fetch(`${lambda.origin}/`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
    assert.match(response.headers.get('content-security-policy') ?? '', /default-src 'none'; script-src 'sha256-/);
    assert.equal(await response.text(), assemblePage());
  });

  it("gives its data to an operator's key of the table, and to no other", async () => {
    await (await lambda.chat(question())).text();
    await lambda.settled();
    const response = await fetch(`${lambda.origin}/status`, withKey(operatorKey));
    assert.equal(response.status, 200);
    const { deployments, decisions } = (await response.json()) as StatusBody;
    assert.deepEqual(
      deployments.map(({ id }) => id),
      ['first/model', 'second/model'],
    );
    assert.deepEqual(
      decisions.items.map(({ servedBy }) => servedBy),
      ['first/model'],
    );
    assert.equal((await fetch(`${lambda.origin}/status`, withKey(lambda.key))).status, 403);
    assert.equal((await fetch(`${lambda.origin}/status`)).status, 401);
  });

  it('goes on from the cursor in the query', async () => {
    await lambda.settled();
    const first = (await (await fetch(`${lambda.origin}/status`, withKey(operatorKey))).json()) as StatusBody;
    const { cursor } = first.decisions;
    await lambda.settled();
    const next = await fetch(`${lambda.origin}/status?after=${cursor}`, withKey(operatorKey));
    assert.deepEqual(((await next.json()) as StatusBody).decisions.items, []);
  });

  it('answers a HEAD with no body', async () => {
    for (const path of ['/', '/health']) {
      const response = await fetch(lambda.origin + path, { method: 'HEAD' });
      assert.equal(response.status, 200);
      assert.equal(await response.text(), '');
    }
  });
});

describe("the live page under Lambda's runtime, where nothing is said of it,", () => {
  let lambda: LambdaOverFakes;
  before(async () => {
    lambda = await lambdaOverFakes();
  });
  after(() => lambda.close());

  it('is not there, like any unknown path', async () => {
    for (const path of ['/', '/status']) {
      assert.equal((await lambda.fetch(path)).status, 404);
      assert.equal((await fetch(lambda.origin + path)).status, 401);
    }
  });
});
