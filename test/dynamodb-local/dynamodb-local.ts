import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { dynamoDbOverHttp } from '../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';
import { WEIGHT_UNIT } from '../../functions/gateway/core/statistics/forward-decay.ts';
import { answersSuite } from '../gateway/adapters/dynamodb/answers-suite.ts';
import { type DatabaseUnderTest, statisticsStoreSuite } from '../gateway/adapters/dynamodb/statistics-store-suite.ts';
import { EPOCH_MS } from '../support/observation.ts';
import { fetchDynamoDbLocal, startDynamoDbLocal } from './start-dynamodb-local.ts';

/*
 * The stores' suites against AWS's own DynamoDB Local, which refuses what the real service refuses. Needs Java 17 and Maven, and on its
 * first run Maven Central; where it cannot be had it says why and succeeds. `npm run test:dynamodb-local`.
 */
const obstacle = await fetchDynamoDbLocal();
if (obstacle === undefined) {
  statisticsStoreSuite("AWS's DynamoDB Local", startDynamoDbLocal);
  statisticsStoreSuite("AWS's DynamoDB Local without the SDK", async () => {
    const database = await startDynamoDbLocal();
    return { ...database, calls: dynamoDbOverHttp(database.access) };
  });
  answersSuite("AWS's DynamoDB Local", startDynamoDbLocal);
  describe("a sum's digits", digitsTests);
} else {
  process.stdout.write(`DynamoDB Local was not tested against: ${obstacle}.\n`);
}

function digitsTests(): void {
  let db: DatabaseUnderTest;
  before(async () => {
    db = await startDynamoDbLocal();
  });
  after(() => db.close());

  async function sumAfterAdding(sk: number, ...values: readonly bigint[]): Promise<string | undefined> {
    let sum: string | undefined;
    for (const value of values) {
      const { Attributes } = await db.client.send(
        new UpdateItemCommand({
          TableName: db.statisticsTable,
          Key: { pk: { S: 'digits' }, sk: { N: String(sk) } },
          UpdateExpression: 'ADD x :x',
          ExpressionAttributeValues: { ':x': { N: value.toString() } },
          ReturnValues: 'UPDATED_NEW',
        }),
      );
      sum = Attributes?.x?.N;
    }
    return sum;
  }

  it('may be 38', async () => {
    assert.equal(await sumAfterAdding(1, 10n ** 37n, 1n), (10n ** 37n + 1n).toString());
  });

  it('may not be 39: the addition is refused, not rounded', async () => {
    await assert.rejects(sumAfterAdding(2, 10n ** 38n, 1n), { name: 'ValidationException' });
  });

  it('are far fewer in the largest sum of ours, added to exactly', async () => {
    // An epoch of a million calls a second, each as heavy as its last and as slow as a Lambda function can wait.
    const largest = 1_000_000n * BigInt(EPOCH_MS / 1000) * BigInt(WEIGHT_UNIT) * 2n ** 16n * 900_000n;
    assert.equal(await sumAfterAdding(3, largest, 1n), (largest + 1n).toString());
  });
}
