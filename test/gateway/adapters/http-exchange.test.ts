import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { bodyText, HttpPool, poolRequest } from '../../../functions/gateway/adapters/http-pool.ts';
import { takeWhile } from '../../../functions/gateway/core/model/arrivals.ts';

interface Talk {
  readonly pool: HttpPool;
  readonly server: Server;
}

let talk: Talk | undefined;
afterEach(async () => {
  await talk?.pool.destroy();
  talk?.server.close();
  talk?.server.closeAllConnections();
});

/** A server that answers so, and a pool to it. */
async function talking(answer: (response: ServerResponse) => void): Promise<HttpPool> {
  const server = createServer((_, response) => answer(response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const pool = new HttpPool(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 1000);
  talk = { pool, server };
  return pool;
}

const GET = { method: 'GET', path: '/' } as const;

describe('an exchange over a pool', () => {
  it('gives the head with names in lower case, and joins what came several times', async () => {
    const pool = await talking((response) => {
      response.writeHead(404, { 'X-Single': 'a', 'X-Many': ['b', 'c'] }).end('gone');
    });
    const { statusCode, headers, body } = await poolRequest(pool, GET);
    assert.deepEqual([statusCode, headers['x-single'], headers['x-many']], [404, 'a', 'b, c']);
    assert.equal(await bodyText(body), 'gone');
  });

  it('gives each piece when it comes, and what has come meanwhile at once', async () => {
    let response: ServerResponse | undefined;
    const pool = await talking((begun) => {
      response = begun;
      begun.write('one');
    });
    const { body } = await poolRequest(pool, GET);
    const pieces = body[Symbol.asyncIterator]();
    const first = pieces.next();
    assert.equal(String((await first).value), 'one');
    response?.write('two');
    response?.write('three');
    response?.end();
    let rest = '';
    for (let step = await pieces.next(); step.done !== true; step = await pieces.next()) {
      rest += String(step.value);
    }
    assert.equal(rest, 'twothree');
  });

  it('tells in one piece what has come in one reading, in the turn in which it comes', async () => {
    let response: ServerResponse | undefined;
    const pool = await talking((begun) => {
      response = begun;
      begun.flushHeaders();
    });
    const { body } = await poolRequest(pool, GET);
    const { arrivals } = body;
    assert.ok(arrivals !== undefined);
    const pieces: string[] = [];
    const end = takeWhile(arrivals, (bytes) => pieces.push(String(bytes)) > 0);
    response?.cork();
    response?.write('one');
    response?.write('two');
    response?.uncork();
    while (pieces.length === 0) {
      await new Promise(setImmediate);
    }
    assert.deepEqual(pieces, ['onetwo']);
    response?.end('three');
    await end;
    assert.deepEqual(pieces, ['onetwo', 'three']);
  });

  it('gives what has come at once in one piece, so that a failure behind content is seen with it', async () => {
    const whole = Buffer.alloc(9000, 'abcdefghij');
    const pool = await talking(({ socket }) => {
      const parts = ['HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n'];
      for (let at = 0; at < whole.length; at += 180) {
        parts.push(`b4\r\n${whole.subarray(at, at + 180)}\r\n`);
      }
      socket?.write(`${parts.join('')}0\r\n\r\n`);
    });
    const { body } = await poolRequest(pool, GET);
    const { arrivals } = body;
    assert.ok(arrivals !== undefined);
    const pieces: string[] = [];
    await takeWhile(arrivals, (bytes) => pieces.push(String(bytes)) > 0);
    assert.deepEqual(pieces, [String(whole)]);
  });

  it('passes on every byte of a body that is larger than what it holds for a slow reader', async () => {
    const whole = Buffer.alloc(3 * 1024 * 1024, 'abcdefghij');
    const pool = await talking((response) => response.end(whole));
    const { body } = await poolRequest(pool, GET);
    let bytes = 0;
    for await (const piece of body) {
      bytes += piece.byteLength;
      await new Promise(setImmediate);
    }
    assert.equal(bytes, whole.byteLength);
  });

  it('rejects at once, for its signal’s reason, before the head, within the body, and while it waits for a connection', async () => {
    const reason = { kind: 'aborted', by: 'caller' };
    const pool = await talking((response) => {
      if (response.req.url === '/begun') {
        response.write('begun');
      }
    });
    const silent = new AbortController();
    const waiting = poolRequest(pool, { ...GET, signal: silent.signal });
    silent.abort(reason);
    await assert.rejects(waiting, reason);

    const begun = new AbortController();
    const { body } = await poolRequest(pool, { method: 'GET', path: '/begun', signal: begun.signal });
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    const next = pieces.next();
    begun.abort(reason);
    await assert.rejects(next, reason);
    await assert.rejects(poolRequest(pool, { ...GET, signal: begun.signal }), reason);
  });

  it('closes the connection of a body that nobody reads to its end, and keeps that of one that has ended', async () => {
    let closed = 0;
    const pool = await talking((response) => {
      response.req.socket.once('close', () => {
        closed += 1;
      });
      response.write('begun');
      if (response.req.url === '/ends') {
        response.end();
      }
    });
    const whole = await poolRequest(pool, { method: 'GET', path: '/ends' });
    assert.equal(await bodyText(whole.body), 'begun');
    whole.body.destroy();
    assert.equal(closed, 0);
    const { body } = await poolRequest(pool, GET);
    for await (const _ of body) {
      break;
    }
    await assert.rejects(async () => bodyText(body));
    while (closed === 0) {
      await new Promise(setImmediate);
    }
  });

  it('knows whether a connection is kept that no request uses', async () => {
    const pool = await talking((response) => {
      const { url } = response.req;
      response.write('begun', () => (url === '/breaks' ? response.destroy() : undefined));
      if (url === '/ends') {
        response.end();
      }
    });
    assert.equal(pool.hasKept(), false);
    const first = await poolRequest(pool, { method: 'GET', path: '/ends' });
    await bodyText(first.body);
    // In the turn in which an answer ends its connection is not free yet, and another one would be made.
    await new Promise(setImmediate);
    assert.equal(pool.hasKept(), true);
    const open = await poolRequest(pool, GET);
    assert.equal(pool.hasKept(), false);
    const second = await poolRequest(pool, { method: 'GET', path: '/ends' });
    await bodyText(second.body);
    assert.equal(pool.hasKept(), true);
    const broken = await poolRequest(pool, { method: 'GET', path: '/breaks' });
    await assert.rejects(bodyText(broken.body));
    open.body.destroy();
    while (pool.hasKept()) {
      await new Promise(setImmediate);
    }
    await bodyText((await poolRequest(pool, { method: 'GET', path: '/ends' })).body);
    assert.equal(pool.hasKept(), true);
  });

  it('has a head also where the connection breaks in the turn in which it comes', async () => {
    const sockets = createTcpServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 429 Too Many Requests\r\ncontent-length: 100\r\n\r\nbegun'));
    });
    sockets.listen(0, '127.0.0.1');
    await once(sockets, 'listening');
    const pool = new HttpPool(`http://127.0.0.1:${(sockets.address() as AddressInfo).port}`, 1000);
    const { statusCode, body } = await poolRequest(pool, GET);
    assert.equal(statusCode, 429);
    await assert.rejects(bodyText(body));
    await pool.destroy();
    sockets.close();
  });

  it('rejects where the connection breaks within the body', async () => {
    const pool = await talking((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('begun', () => response.destroy());
    });
    const { body } = await poolRequest(pool, GET);
    await assert.rejects(bodyText(body), { code: 'UND_ERR_SOCKET' });
  });
});
