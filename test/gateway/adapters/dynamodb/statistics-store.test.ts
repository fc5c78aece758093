import { startLocalDynamoDb } from '../../../../infra/local/local-dynamodb.ts';
import { statisticsStoreSuite } from './statistics-store-suite.ts';

statisticsStoreSuite('the embedded DynamoDB', startLocalDynamoDb);
