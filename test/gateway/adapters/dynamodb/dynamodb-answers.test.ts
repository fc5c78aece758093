import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { dynamoDbAnswers } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-answers.ts';
import { dynamoDbOverHttp } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';
import { systemClock } from '../../../../functions/gateway/adapters/system-clock.ts';
import type { AnswerStore } from '../../../../functions/gateway/core/serve/answer-store.ts';
import { startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';
import { type PartialDynamoDb, startPartialDynamoDb } from '../../../support/partial-dynamodb.ts';
import { type AnswersUnderTest, answersSuite } from './answers-suite.ts';

const SETTINGS = { keepDays: 1, megabytesPerKeyAndDay: 1_000 };

answersSuite('the embedded DynamoDB', startLocalDynamoDb);
answersSuite('the embedded DynamoDB without the SDK', startOverHttp);

async function startOverHttp(): Promise<AnswersUnderTest> {
  const database = await startLocalDynamoDb('local');
  const credentials = async () => ({ accessKeyId: 'local', secretAccessKey: 'local' });
  const calls = dynamoDbOverHttp({ endpoint: database.endpoint, region: 'local', credentials });
  return {
    ...database,
    calls,
    close: async () => {
      calls.destroy();
      await database.close();
    },
  };
}

const onStoreError = (operation: string): void => void operations.push(operation);
const operations: string[] = [];

describe('the store of answers over a DynamoDB that throttles', () => {
  let db: PartialDynamoDb;
  let store: AnswerStore;
  before(async () => {
    db = await startPartialDynamoDb();
    store = dynamoDbAnswers({
      ...db,
      tableName: db.answersTable,
      clock: systemClock,
      settings: SETTINGS,
      onStoreError,
    });
  });
  after(() => db.close());

  const answer = { id: 'resp_a', ancestors: [], input: [], body: {}, itemIds: ['m1', 'm2'], earlierBytes: 0 };

  it('writes again what was left out of a write, until all is there', async () => {
    db.processNext(1, 1);
    assert.equal(await store.keep('owner', answer), 'kept');
    assert.deepEqual(db.asked.slice(0, 3), [3, 2, 1]);
    assert.equal((await store.findItems('owner', ['m1', 'm2'])).size, 2);
  });

  it('asks again for what was left out of a read', async () => {
    await store.keep('owner', { ...answer, id: 'resp_b' });
    db.processNext(1);
    const read = await store.read('owner', ['resp_a', 'resp_b']);
    assert.deepEqual(read === 'too-large' ? read : [...read.keys()], ['resp_a', 'resp_b']);
  });
});

describe('the store of answers over a DynamoDB that is away', () => {
  it('rejects, and never says that there is nothing', async () => {
    const refusing = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    const address = refusing.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const client = new DynamoDB({
      endpoint: `http://127.0.0.1:${port}`,
      region: 'local',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
      maxAttempts: 1,
    });
    const store = dynamoDbAnswers({
      client,
      tableName: 'answers',
      clock: systemClock,
      settings: SETTINGS,
      onStoreError,
    });
    const answer = { id: 'resp_a', ancestors: [], input: [], body: {}, itemIds: [], earlierBytes: 0 };
    await assert.rejects(store.keep('owner', answer));
    await assert.rejects(store.read('owner', ['resp_a']));
    await assert.rejects(store.findItems('owner', ['msg_a']));
    await assert.rejects(store.remove('owner', 'resp_a'));
    assert.deepEqual(operations, ['keep an answer', 'read an answer', 'find an item of an answer', 'remove an answer']);
    client.destroy();
    refusing.close();
  });
});
