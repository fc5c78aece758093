import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { DynamoDB } from '@aws-sdk/client-dynamodb';
import { arrayMember, type JsonObject, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { type LocalDynamoDb, startLocalDynamoDb } from '../../infra/local/local-dynamodb.ts';

/** The embedded DynamoDB behind a loopback port that answers batches in part, as DynamoDB does when it throttles. */
export interface PartialDynamoDb {
  readonly client: DynamoDB;
  readonly statisticsTable: string;
  readonly answersTable: string;
  /** How many keys or items each batch has named, in the order of their arrival. */
  readonly asked: readonly number[];
  /** The next batches process so many keys each and leave out the others; those after them process all. A read of none fails. */
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
    answersTable: state.db.answersTable,
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
  const batch = String(target).split('.Batch')[1];
  const { sent, leftOut } = isBatch(batch) ? split(state, body, batch) : { sent: body, leftOut: undefined };
  const answer = await fetch(state.db.endpoint, { method: 'POST', headers, body: sent });
  const json = (await answer.json()) as JsonObject;
  response.writeHead(answer.status, { 'content-type': 'application/x-amz-json-1.0' });
  response.end(JSON.stringify({ ...json, ...leftOut }));
}

/** Where a batch names what it is about, and its answer what it has left out. */
const FORMS = {
  GetItem: { member: 'Keys', leftOut: 'UnprocessedKeys' },
  WriteItem: { member: undefined, leftOut: 'UnprocessedItems' },
} as const;

type Batch = keyof typeof FORMS;

function isBatch(name: string | undefined): name is Batch {
  return name !== undefined && Object.hasOwn(FORMS, name);
}

interface Split {
  readonly sent: string;
  readonly leftOut: JsonObject | undefined;
}

function split(state: PartialState, body: string, batch: Batch): Split {
  const { member, leftOut } = FORMS[batch];
  const asked = objectMember(JSON.parse(body), 'RequestItems') ?? {};
  const [table = ''] = Object.keys(asked);
  const entries = member === undefined ? arrayMember(asked, table) : arrayMember(asked[table], member);
  const formOf = (part: readonly unknown[]): JsonObject => ({
    [table]: member === undefined ? part : { ...objectMember(asked, table), [member]: part },
  });
  state.asked.push(entries.length);
  const limit = state.limits.shift() ?? entries.length;
  const sent = JSON.stringify({ RequestItems: formOf(entries.slice(0, limit)) });
  return { sent, leftOut: limit < entries.length ? { [leftOut]: formOf(entries.slice(limit)) } : undefined };
}
