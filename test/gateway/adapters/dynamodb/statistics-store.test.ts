import { dynamoDbOverHttp } from '../../../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';
import { startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';
import { type DatabaseUnderTest, statisticsStoreSuite } from './statistics-store-suite.ts';

statisticsStoreSuite('the embedded DynamoDB', startLocalDynamoDb);
statisticsStoreSuite('the embedded DynamoDB without the SDK', startOverHttp);

async function startOverHttp(): Promise<DatabaseUnderTest> {
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
