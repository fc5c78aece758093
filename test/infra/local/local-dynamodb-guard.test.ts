import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { rawHttp } from '../../support/raw-http.ts';

let dynamoDb: LocalDynamoDb;
before(async () => {
  dynamoDb = await startLocalDynamoDb();
});
after(() => dynamoDb.close());

const BODY = '{}';

/** A `ListTables` with these headers beside those that make it one. */
function head(headers: readonly string[], length = BODY.length): string {
  const fixed = [
    'x-amz-target: DynamoDB_20120810.ListTables',
    'content-type: application/x-amz-json-1.0',
    'x-amz-date: 20260101T000000Z',
    `content-length: ${length}`,
  ];
  return `${['POST / HTTP/1.1', ...headers, ...fixed].join('\r\n')}\r\n\r\n`;
}

function signed(accessKeyId: string): string {
  return `authorization: AWS4-HMAC-SHA256 Credential=${accessKeyId}/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=00`;
}

describe('the local database', () => {
  it('serves the process that started it', async () => {
    const { TableNames } = await dynamoDb.client.send(new ListTablesCommand({}));
    assert.deepEqual(TableNames, ['nemo-answers', dynamoDb.keysTable, dynamoDb.statisticsTable]);
  });

  it('has another access key id in each process', async () => {
    const other = await startLocalDynamoDb();
    assert.notEqual(other.accessKeyId, dynamoDb.accessKeyId);
    await other.close();
  });

  const strangers: readonly (readonly [who: string, headers: () => readonly string[], status: number])[] = [
    ['a program without credentials', () => ['host: 127.0.0.1'], 401],
    ['a program with credentials of its own', () => ['host: 127.0.0.1', signed('local')], 401],
    [
      'a program with the beginning of the right ones',
      () => ['host: 127.0.0.1', signed(dynamoDb.accessKeyId.slice(0, -1))],
      401,
    ],
    [
      'a page of another site that has got them',
      () => ['host: 127.0.0.1', 'origin: https://evil.example', signed(dynamoDb.accessKeyId)],
      403,
    ],
    ['a page without an origin', () => ['host: 127.0.0.1', 'origin: null', signed(dynamoDb.accessKeyId)], 403],
    ['a name pointed at this machine', () => ['host: evil.example', signed(dynamoDb.accessKeyId)], 403],
    ['a name that begins like this machine', () => ['host: localhost.evil.example', signed(dynamoDb.accessKeyId)], 403],
  ];
  for (const [who, headers, status] of strangers) {
    it(`does not serve ${who}`, async () => {
      const answer = await rawHttp(dynamoDb.endpoint, [head(headers()) + BODY]);
      assert.equal(answer.status, status);
      assert.ok(!answer.body.includes(dynamoDb.keysTable));
    });
  }

  it("allows no page's preflight", async () => {
    const response = await fetch(dynamoDb.endpoint, { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    assert.equal(response.headers.get('access-control-allow-origin'), null);
    await response.body?.cancel();
  });

  for (const who of ['who knows the access key id', 'who does not']) {
    it(`survives a request that breaks off, of one ${who}`, async () => {
      const { port } = new URL(dynamoDb.endpoint);
      const credentials = who.includes('not') ? [] : [signed(dynamoDb.accessKeyId)];
      for (let call = 0; call < 5; call += 1) {
        const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
        await once(socket, 'connect');
        socket.write(`${head(['host: 127.0.0.1', ...credentials], 1000)}{"a`, () => socket.resetAndDestroy());
        await once(socket, 'close');
      }
      await dynamoDb.client.send(new ListTablesCommand({}));
    });
  }
});
