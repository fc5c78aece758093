import { startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { reports } from './reporting-process.ts';

// The embedded DynamoDB, in a process of its own: what it takes is not the gateway's.
const { endpoint, accessKeyId, statisticsTable, keysTable } = await startLocalDynamoDb();
reports({ endpoint, accessKeyId, statisticsTable, keysTable });
