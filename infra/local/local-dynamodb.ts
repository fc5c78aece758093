import { once } from 'node:events';
import { Server } from 'node:http';
import { CreateTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { type DynamoDbApi, dynamoDbApi } from '../../functions/gateway/adapters/dynamodb/dynamodb-api.ts';
import {
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { systemClock } from '../../functions/gateway/adapters/system-clock.ts';

/** DynamoDB inside this process, in memory, with the stack's tables. */
export interface LocalDynamoDb {
  /** What the gateway uses. */
  readonly api: DynamoDbApi;
  /** AWS's own client, for everything else. */
  readonly client: DynamoDBClient;
  readonly endpoint: string;
  readonly statisticsTable: string;
  readonly keysTable: string;
  readonly close: () => Promise<void>;
}

const TABLES = { statisticsTable: 'nemo-statistics', keysTable: 'nemo-keys' } as const;

/** Clients of an emulator, which checks no signature but wants one. Whoever asks for them closes both. */
export function localClients(endpoint: string): Pick<LocalDynamoDb, 'api' | 'client'> {
  const region = 'local';
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const { nowMs } = systemClock;
  return {
    api: dynamoDbApi({ endpoint, region, credentials: async () => credentials, nowMs, random: Math.random }),
    client: new DynamoDBClient({ endpoint, region, credentials }),
  };
}

export async function startLocalDynamoDb(): Promise<LocalDynamoDb> {
  const server = dynalite({ createTableMs: 0 });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const endpoint = `http://127.0.0.1:${port}`;
  const { api, client } = localClients(endpoint);
  await client.send(new CreateTableCommand(createTableInput(statisticsTable, TABLES.statisticsTable)));
  await client.send(new CreateTableCommand(createTableInput(keysTable, TABLES.keysTable)));
  return {
    api,
    client,
    endpoint,
    ...TABLES,
    close: async () => {
      client.destroy();
      await api.close();
      server.closeAllConnections();
      // Not dynalite's own `close`: it also closes the database under what it still works on, and throws there.
      Server.prototype.close.call(server);
    },
  };
}
