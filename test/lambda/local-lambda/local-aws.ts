import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import {
  createTableInput,
  keysTable,
  statisticsTable,
} from '../../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../../infra/local/local-dynamodb.ts';
import { type Gate, gate } from '../../support/gate.ts';

/** The services of AWS that a function calls, on one loopback port. */
export interface LocalAws {
  readonly origin: string;
  readonly dynamoDb: LocalDynamoDb;
  /** The names of the operations that were asked for, in order, as `BatchGetItem`. */
  readonly calls: readonly string[];
  /** When the next of them arrives, of `performance.now()`. */
  readonly nextArrival: () => Promise<number>;
  /** From now on calls of `operation` wait until the gate is opened. */
  readonly hold: (operation: string) => Gate;
  /** The value of the secret; `undefined`: there is no such secret. At first `{}`. */
  readonly setSecret: (value: string | undefined) => void;
  /** Ends every connection, as AWS does with those that a frozen instance keeps. */
  readonly endConnections: () => void;
  readonly close: () => Promise<void>;
}

interface AwsState {
  readonly dynamoDb: LocalDynamoDb;
  readonly calls: string[];
  nextArrival: PromiseWithResolvers<number>;
  readonly held: Map<string, Gate>;
  secret: string | undefined;
}

/** Starts DynamoDB with the stack's tables, and Secrets Manager with one secret. */
export async function startLocalAws(tables: { statistics: string; keys: string }): Promise<LocalAws> {
  const dynamoDb = await startLocalDynamoDb('AKIDEXAMPLE');
  await dynamoDb.client.send(new CreateTableCommand(createTableInput(statisticsTable, tables.statistics)));
  await dynamoDb.client.send(new CreateTableCommand(createTableInput(keysTable, tables.keys)));
  const nextArrival = Promise.withResolvers<number>();
  const state: AwsState = { dynamoDb, calls: [], nextArrival, held: new Map(), secret: '{}' };
  // A caller who is gone is no failure here.
  const server = createServer((request, response) => serve(state, request, response).catch(() => response.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    dynamoDb,
    calls: state.calls,
    nextArrival: () => state.nextArrival.promise,
    hold: (operation) => {
      const held = gate();
      state.held.set(operation, held);
      void held.opened.then(() => state.held.delete(operation));
      return held;
    },
    setSecret: (value) => {
      state.secret = value;
    },
    endConnections: () => server.closeAllConnections(),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await dynamoDb.close();
    },
  };
}

async function serve(state: AwsState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const atMs = performance.now();
  const body = await buffer(request);
  const target = String(request.headers['x-amz-target']);
  const [service = '', operation = ''] = target.split('.');
  state.calls.push(operation);
  state.nextArrival.resolve(atMs);
  state.nextArrival = Promise.withResolvers();
  await state.held.get(operation)?.opened;
  if (service === 'secretsmanager') {
    answerSecret(state, response);
    return;
  }
  const answer = await fetch(state.dynamoDb.endpoint, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': target,
      authorization: String(request.headers.authorization),
      'x-amz-date': String(request.headers['x-amz-date']),
    },
    body,
  });
  const type = answer.headers.get('content-type') ?? 'application/x-amz-json-1.0';
  response.writeHead(answer.status, { 'content-type': type }).end(Buffer.from(await answer.arrayBuffer()));
}

function answerSecret({ secret }: AwsState, response: ServerResponse): void {
  const [status, answer] =
    secret === undefined
      ? [400, { __type: 'ResourceNotFoundException', Message: "Secrets Manager can't find the specified secret." }]
      : [200, { Name: 'credentials', SecretString: secret, VersionStages: ['AWSCURRENT'] }];
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(answer));
}
