import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../../../functions/gateway/adapters/dynamodb/table-definitions.ts';

test('the statistics table has a string partition and a numeric sort key', () => {
  assert.deepEqual(createTableInput(statisticsTable, 'statistics'), {
    TableName: 'statistics',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'N' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
});

test('the keys table is found by the hash alone', () => {
  assert.deepEqual(createTableInput(keysTable, 'keys').KeySchema, [{ AttributeName: 'sha256', KeyType: 'HASH' }]);
});
