import { once } from 'node:events';
import { Server } from 'node:http';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import {
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';

/** DynamoDB inside this process, in memory, with the stack's tables. */
export interface LocalDynamoDb {
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  readonly statisticsTable: string;
  readonly keysTable: string;
  readonly close: () => Promise<void>;
}

const TABLES = { statisticsTable: 'nemo-statistics', keysTable: 'nemo-keys' } as const;

export async function startLocalDynamoDb(): Promise<LocalDynamoDb> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const endpoint = `http://127.0.0.1:${port}`;
  // dynalite checks no signature, but the client insists on signing.
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new DynamoDBClient({ endpoint, region: 'local', credentials });
  await client.send(new CreateTableCommand(createTableInput(statisticsTable, TABLES.statisticsTable)));
  await client.send(new CreateTableCommand(createTableInput(keysTable, TABLES.keysTable)));
  return {
    client,
    endpoint,
    ...TABLES,
    close: async () => {
      client.destroy();
      server.closeAllConnections();
      // Not dynalite's own `close`: it also closes the database under what it still works on, and throws there.
      Server.prototype.close.call(server);
    },
  };
}
