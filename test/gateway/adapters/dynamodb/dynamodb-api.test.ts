import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, it } from 'node:test';
import {
  type DynamoDbApi,
  type DynamoDbApiOptions,
  DynamoDbError,
  dynamoDbApi,
  isConditionFailed,
} from '../../../../functions/gateway/adapters/dynamodb/dynamodb-api.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

function apiAt(endpoint: string): DynamoDbApi {
  const credentials: DynamoDbApiOptions['credentials'] = async () => ({
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'not-a-secret',
    sessionToken: 'not-a-token',
  });
  return dynamoDbApi({ endpoint, region: 'eu-north-1', credentials, nowMs: () => NOW, random: () => 0 });
}

describe('calls to DynamoDB', () => {
  let db: LocalDynamoDb;
  let api: DynamoDbApi;
  before(async () => {
    db = await startLocalDynamoDb();
    api = apiAt(db.endpoint);
  });
  after(async () => {
    await api.close();
    await db.close();
  });

  const key = (name: string) => ({ pk: { S: name }, sk: { N: '1' } });

  it('add, give back, find in a batch and delete', async () => {
    const TableName = db.statisticsTable;
    const add = { UpdateExpression: 'ADD x :x', ExpressionAttributeValues: { ':x': { N: '3' } } };
    const { Attributes } = await api.call('UpdateItem', {
      TableName,
      Key: key('a'),
      ...add,
      ReturnValues: 'UPDATED_NEW',
    });
    assert.deepEqual(Attributes, { x: { N: '3' } });
    assert.deepEqual(await api.call('GetItem', { TableName, Key: key('a') }), {
      Item: { ...key('a'), x: { N: '3' } },
    });
    assert.deepEqual(await api.call('GetItem', { TableName, Key: key('never') }), {});
    const batch = { RequestItems: { [TableName]: { Keys: [key('a'), key('never')] } } };
    const { Responses, UnprocessedKeys } = await api.call('BatchGetItem', batch);
    assert.deepEqual(Responses, { [TableName]: [{ ...key('a'), x: { N: '3' } }] });
    assert.deepEqual(UnprocessedKeys, {});
    await api.call('DeleteItem', { TableName, Key: key('a') });
    assert.deepEqual(await api.call('GetItem', { TableName, Key: key('a') }), {});
  });

  it('keep characters outside of ASCII', async () => {
    const Key = key('grüße 😀');
    const SET = { UpdateExpression: 'SET t = :t', ExpressionAttributeValues: { ':t': { S: '日本 "\\\u0000' } } };
    await api.call('UpdateItem', { TableName: db.statisticsTable, Key, ...SET });
    const { Item } = await api.call('GetItem', { TableName: db.statisticsTable, Key });
    assert.deepEqual(Item?.t, { S: '日本 "\\\u0000' });
  });

  it('tell a condition that does not hold from every other refusal', async () => {
    const refused = (TableName: string): Promise<unknown> =>
      api.call('DeleteItem', { TableName, Key: key('b'), ConditionExpression: 'attribute_exists(pk)' }).then(
        () => assert.fail('was not refused'),
        (error: unknown) => error,
      );
    assert.equal(isConditionFailed(await refused(db.statisticsTable)), true);
    const missing = await refused('no-such-table');
    assert.ok(missing instanceof DynamoDbError);
    assert.equal(missing.code, 'ResourceNotFoundException');
    assert.equal(isConditionFailed(missing), false);
    assert.match(String(missing), /^DynamoDbError: DeleteItem: 400 ResourceNotFoundException ./);
  });
});

/** What a server does with one request: answer, or break the connection. */
type Move = { readonly status: number; readonly body: string } | 'reset';

interface ScriptedServer {
  readonly api: DynamoDbApi;
  readonly requests: readonly { readonly headers: IncomingMessage['headers']; readonly body: string }[];
  readonly close: () => Promise<void>;
}

async function scripted(...moves: readonly Move[]): Promise<ScriptedServer> {
  const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const move = moves[requests.length] ?? { status: 200, body: '{}' };
    requests.push({ headers: request.headers, body: await text(request) });
    if (move === 'reset') {
      request.socket.resetAndDestroy();
    } else {
      response.writeHead(move.status, { 'content-type': 'application/x-amz-json-1.0' }).end(move.body);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const api = apiAt(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const close = async (): Promise<void> => {
    await api.close();
    server.close();
  };
  return { api, requests, close };
}

function refusal(status: number, type: string): Move {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'because' }) };
}

const GET = { TableName: 'table', Key: { pk: { S: 'a' } } };

describe('a call to DynamoDB', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  it('names its operation and is signed for the service, the region and the moment', async () => {
    server = await scripted();
    await server.api.call('GetItem', GET);
    const [request] = server.requests;
    assert.equal(request?.headers['x-amz-target'], 'DynamoDB_20120810.GetItem');
    assert.equal(request?.headers['content-type'], 'application/x-amz-json-1.0');
    assert.equal(request?.headers['x-amz-date'], '20260102T030405Z');
    assert.equal(request?.headers['x-amz-security-token'], 'not-a-token');
    assert.match(
      request?.headers.authorization ?? '',
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/20260102\/eu-north-1\/dynamodb\/aws4_request, SignedHeaders=.*x-amz-target.*, Signature=[0-9a-f]{64}$/,
    );
    assert.deepEqual(JSON.parse(request?.body ?? ''), GET);
  });

  const passing: readonly [string, Move][] = [
    ['the connection breaks', 'reset'],
    ['AWS has a fault inside', refusal(500, 'InternalServerError')],
    ['AWS is away behind a proxy', { status: 503, body: '<html>' }],
    ['writes are throttled', refusal(400, 'ProvisionedThroughputExceededException')],
    ['the table is at its limit', refusal(400, 'ThrottlingException')],
    ['the account is at its limit', refusal(400, 'RequestLimitExceeded')],
  ];
  for (const [what, move] of passing) {
    it(`is made up to three times where ${what}`, async () => {
      server = await scripted(move, move, { status: 200, body: '{"Item":{"x":{"N":"1"}}}' });
      assert.deepEqual(await server.api.call('GetItem', GET), { Item: { x: { N: '1' } } });
      await server.close();
      server = await scripted(move, move, move);
      await assert.rejects(server.api.call('GetItem', GET));
      assert.equal(server.requests.length, 3);
    });
  }

  for (const type of ['ValidationException', 'AccessDeniedException', 'ConditionalCheckFailedException']) {
    it(`is made once where a repetition would not help: ${type}`, async () => {
      server = await scripted(refusal(400, type));
      await assert.rejects(server.api.call('GetItem', GET), { code: type, status: 400 });
      assert.equal(server.requests.length, 1);
    });
  }

  it('is refused with what there is to say where the answer is no JSON', async () => {
    server = await scripted({ status: 400, body: 'nonsense' });
    await assert.rejects(server.api.call('GetItem', GET), { message: 'GetItem: 400 Unknown ' });
  });

  it('ends with its signal, and is not made again', async () => {
    server = await scripted();
    await assert.rejects(server.api.call('GetItem', GET, AbortSignal.abort(new Error('enough'))), /enough/);
    assert.equal(server.requests.length, 0);
  });
});
