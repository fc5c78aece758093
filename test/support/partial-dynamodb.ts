import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { arrayMember, type JsonObject, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';

/** The embedded DynamoDB behind a loopback port that answers batch reads in part, as DynamoDB does when it throttles. */
export interface PartialDynamoDb {
  readonly client: DynamoDB;
  readonly statisticsTable: string;
  /** How many keys each batch read has asked for, in the order of their arrival. */
  readonly asked: readonly number[];
  /** The next batch reads process so many keys each (one at least) and leave out the others; those after them process all. */
  readonly processNext: (...counts: readonly number[]) => void;
  readonly close: () => Promise<void>;
}

interface PartialState {
  readonly db: LocalDynamoDb;
  readonly asked: number[];
  readonly limits: number[];
}

export async function startPartialDynamoDb(): Promise<PartialDynamoDb> {
  const state: PartialState = { db: await startLocalDynamoDb('local'), asked: [], limits: [] };
  const server = createServer((request, response) => {
    serve(state, request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client = new DynamoDB({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  return {
    client,
    statisticsTable: state.db.statisticsTable,
    asked: state.asked,
    processNext: (...counts) => void state.limits.push(...counts),
    close: async () => {
      client.destroy();
      server.close();
      server.closeAllConnections();
      await state.db.close();
    },
  };
}

async function serve(state: PartialState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = (await buffer(request)).toString();
  const { 'x-amz-target': target, authorization, 'x-amz-date': date } = request.headers;
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': String(target),
    authorization: String(authorization),
    'x-amz-date': String(date),
  };
  const { sent, leftOut } = String(target).endsWith('.BatchGetItem') ? split(state, body) : { sent: body, leftOut: [] };
  const answer = await fetch(state.db.endpoint, { method: 'POST', headers, body: sent });
  const json = (await answer.json()) as JsonObject;
  const whole =
    leftOut.length === 0 ? json : { ...json, UnprocessedKeys: { [state.db.statisticsTable]: { Keys: leftOut } } };
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(whole));
}

function split(state: PartialState, body: string): { readonly sent: string; readonly leftOut: readonly unknown[] } {
  const table = state.db.statisticsTable;
  const keys = arrayMember(objectMember(objectMember(JSON.parse(body), 'RequestItems'), table), 'Keys');
  state.asked.push(keys.length);
  const limit = state.limits.shift() ?? keys.length;
  const sent = JSON.stringify({ RequestItems: { [table]: { Keys: keys.slice(0, limit) } } });
  return { sent, leftOut: keys.slice(limit) };
}
