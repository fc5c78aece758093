import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { CreateTableCommand, DynamoDB } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import {
  answersTable,
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { removeAccessKeyFile, writeAccessKeyFile } from './access-key-file.ts';
import { guardedDynalite } from './local-dynamodb-guard.ts';

/** DynamoDB inside this process, in memory, with the stack's tables. */
export interface LocalDynamoDb {
  /** The SDK's, for what the gateway does not do. */
  readonly client: DynamoDB;
  readonly endpoint: string;
  /** Who does not name it is not served. */
  readonly accessKeyId: string;
  /** Where this user's other programs read it, an absolute path. */
  readonly accessKeyFile: string;
  readonly statisticsTable: string;
  readonly keysTable: string;
  readonly answersTable: string;
  readonly close: () => Promise<void>;
}

const TABLES = { statisticsTable: 'nemo-statistics', keysTable: 'nemo-keys', answersTable: 'nemo-answers' } as const;

/** `accessKeyId`: for tests that must know it. @default a random one, which this process knows and no program of another user's */
export async function startLocalDynamoDb(
  accessKeyId = `local${randomBytes(16).toString('hex')}`,
): Promise<LocalDynamoDb> {
  const accessKeyFile = await writeAccessKeyFile(accessKeyId);
  const server = createServer(guardedDynalite(requestListener(), accessKeyId));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const endpoint = `http://127.0.0.1:${port}`;
  // Nothing checks the signature, but the client insists on signing.
  const credentials = { accessKeyId, secretAccessKey: 'local' };
  const client = new DynamoDB({ endpoint, region: 'local', credentials });
  await client.send(new CreateTableCommand(createTableInput(statisticsTable, TABLES.statisticsTable)));
  await client.send(new CreateTableCommand(createTableInput(keysTable, TABLES.keysTable)));
  await client.send(new CreateTableCommand(createTableInput(answersTable, TABLES.answersTable)));
  return {
    client,
    endpoint,
    accessKeyId,
    accessKeyFile,
    ...TABLES,
    close: async () => {
      client.destroy();
      server.close();
      server.closeAllConnections();
      await removeAccessKeyFile(accessKeyFile);
    },
  };
}

/** dynalite's own server never listens: its `close` would also close the database under what it still works on, and throw there. */
function requestListener(): RequestListener {
  const [listener] = dynalite({ createTableMs: 0 }).listeners('request');
  // The one that dynalite makes its server with.
  return listener as RequestListener;
}
