import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, it } from 'node:test';
import {
  type DynamoDbOverHttp,
  dynamoDbOverHttp,
} from '../../../../functions/gateway/adapters/dynamodb/dynamodb-over-http.ts';

/** What a server does with one request. */
type Move = (response: ServerResponse) => void;

interface ScriptedServer {
  readonly client: DynamoDbOverHttp;
  /** The bodies that arrived, in order. */
  readonly bodies: readonly string[];
  readonly close: () => void;
}

/** A server that makes these moves, and the last of them for ever, with a client of it. */
async function scripted(...moves: readonly Move[]): Promise<ScriptedServer> {
  const bodies: string[] = [];
  const server = createServer(async (request, response) => {
    const move = moves[bodies.length] ?? moves.at(-1);
    bodies.push(await text(request));
    move?.(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = dynamoDbOverHttp({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-north-1',
    credentials: async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' }),
  });
  const close = (): void => {
    client.destroy();
    server.close();
    server.closeAllConnections();
  };
  return { client, bodies, close };
}

function says(status: number, body: string): Move {
  return (response) => response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(body);
}

const answers = says(200, '{"Item":{"x":{"N":"1"}}}');
const resets: Move = (response) => response.req.socket.resetAndDestroy();
const closes: Move = (response) => response.req.socket.end();
const breaksOff: Move = (response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"Item":', () => response.destroy());
};
const input = { TableName: 'table', Key: { pk: { S: 'a' } } };

describe('DynamoDB without the SDK', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  it('sends its request and reads its answer', async () => {
    server = await scripted(answers);
    assert.deepEqual((await server.client.getItem(input)).Item, { x: { N: '1' } });
    assert.deepEqual(
      server.bodies.map((body) => JSON.parse(body)),
      [input],
    );
  });

  const passing: readonly [string, Move][] = [
    ['is reset', resets],
    ['is closed without an answer', closes],
    ['breaks off within an answer', breaksOff],
    ['leads to a fault inside of AWS', says(500, '{"__type":"x#InternalServerError"}')],
  ];
  for (const [what, move] of passing) {
    it(`tries again where the connection ${what}`, async () => {
      server = await scripted(move, move, answers);
      assert.deepEqual((await server.client.getItem(input)).Item, { x: { N: '1' } });
      assert.equal(server.bodies.length, 3);
    });
  }

  it('gives up after three tries', async () => {
    server = await scripted(resets);
    await assert.rejects(server.client.getItem(input));
    assert.equal(server.bodies.length, 3);
  });

  it('does not try again what would be refused again', async () => {
    server = await scripted(says(400, '{"__type":"x#ConditionalCheckFailedException"}'));
    await assert.rejects(server.client.getItem(input), { name: 'ConditionalCheckFailedException' });
    assert.equal(server.bodies.length, 1);
  });

  it('ends with its signal, whatever ended that, and does not try again', async () => {
    const stop = new AbortController();
    server = await scripted(() => stop.abort(new DOMException('It took too long.', 'TimeoutError')));
    await assert.rejects(server.client.getItem(input, { abortSignal: stop.signal }), { name: 'AbortError' });
    assert.equal(server.bodies.length, 1);
  });

  it('waits for a call with a limit of its own until that, and sends it once: a write that is slow is not made twice', async () => {
    server = await scripted((response) => void setTimeout(() => answers(response), 2_300));
    const { Item } = await server.client.getItem(input, { abortSignal: AbortSignal.timeout(60_000) });
    assert.deepEqual([Item, server.bodies.length], [{ x: { N: '1' } }, 1]);
  });
});
