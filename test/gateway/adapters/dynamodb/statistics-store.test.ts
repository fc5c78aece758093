import { lambdaDynamoDbClient } from '../../../../functions/gateway/adapters/dynamodb/lambda-dynamodb-client.ts';
import { startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';
import { type DatabaseUnderTest, statisticsStoreSuite } from './statistics-store-suite.ts';

statisticsStoreSuite('the embedded DynamoDB', startLocalDynamoDb);
statisticsStoreSuite("the embedded DynamoDB by Lambda's client", startForLambda);

async function startForLambda(): Promise<DatabaseUnderTest> {
  const { endpoint, statisticsTable, close } = await startLocalDynamoDb('local');
  const credentials = async () => ({ accessKeyId: 'local', secretAccessKey: 'local' });
  const client = lambdaDynamoDbClient({ endpoint, region: 'local', credentials });
  return {
    client,
    statisticsTable,
    close: async () => {
      client.destroy();
      await close();
    },
  };
}
