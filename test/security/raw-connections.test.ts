import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gatewayServer } from '../../functions/gateway/adapters/node-http-server.ts';
import { rawHttp } from '../support/raw-http.ts';
import { type RunningGateway, runningGateway } from '../support/running-gateway.ts';

let gateway: RunningGateway<'only'>;
before(async () => {
  gateway = await runningGateway({ fakes: { only: 'openai' } });
});
after(() => gateway.close());

/** A second request that hides in the first. */
const HIDDEN = 'GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n';

const SMUGGLED: readonly [string, string][] = [
  ['a length and chunks', `Content-Length: ${HIDDEN.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['two lengths', `Content-Length: 0\r\nContent-Length: ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['a length with a sign', `Content-Length: +${HIDDEN.length}\r\n\r\n${HIDDEN}`],
  ['chunks by a name with a space', `Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['chunks of another kind', `Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['chunks twice', `Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a line that goes on', `X-A: b\r\n Transfer-Encoding: chunked\nX: y\r\n\r\n0\r\n\r\n${HIDDEN}`],
  ['a size of a chunk that is none', `Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n${HIDDEN}`],
];

describe('a request that two servers would read in two ways', () => {
  for (const [what, rest] of SMUGGLED) {
    test(`by ${what} is not answered twice`, async () => {
      const head = `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${gateway.key}\r\n`;
      const received = await exchange(head + rest);
      assert.match(received, /^HTTP\/1\.1 400 /);
      assert.equal(received.split('HTTP/1.1 ').length - 1, 1, received);
      assert.equal(gateway.fakes.only.requests.length, 0);
    });
  }

  test('for want of a Host header is refused', async () => {
    assert.equal((await rawHttp(gateway.origin, ['GET /health HTTP/1.1\r\n\r\n'])).status, 400);
  });
});

describe('a caller who is slow', () => {
  test('finds the times bounded in which headers, a body and the next request have to come', () => {
    const { server } = gatewayServer(() => Promise.reject(new Error('nobody calls')));
    assert.ok(server.headersTimeout > 0 && server.headersTimeout <= 15_000);
    assert.ok(server.requestTimeout > server.headersTimeout && server.requestTimeout <= 300_000);
    assert.ok(server.keepAliveTimeout > 0 && server.keepAliveTimeout <= 75_000);
  });

  test('is cut off with 408 when these are over', async () => {
    const { server, close } = gatewayServer(() => Promise.reject(new Error('nobody calls')), {
      limits: { headersTimeout: 50, connectionsCheckingInterval: 20 },
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const answer = await rawHttp(`http://127.0.0.1:${port}`, ['GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ']);
    assert.equal(answer.status, 408);
    assert.match(answer.body, /"code":"malformed_http"/);
    await close();
  });
});

/** Everything that comes back until the server closes, or falls silent after an answer. */
async function exchange(bytes: string): Promise<string> {
  const { hostname, port } = new URL(gateway.origin);
  const socket = connect(Number(port), hostname);
  const received: Buffer[] = [];
  socket.on('data', (data) => received.push(data));
  socket.on('error', () => socket.destroy());
  socket.end(bytes);
  await once(socket, 'close');
  return Buffer.concat(received).toString();
}
