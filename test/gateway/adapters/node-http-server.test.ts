import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest, type Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { describe, it } from 'node:test';
import { type GatewayServerOptions, gatewayServer } from '../../../functions/gateway/adapters/node-http-server.ts';
import { atTurnEnd } from '../../../functions/gateway/adapters/turn-end.ts';
import type { StoppableArrivals } from '../../../functions/gateway/core/model/arrivals.ts';
import type { Gateway } from '../../../functions/gateway/core/serve/gateway.ts';
import type { GatewayResponse, StreamedBody } from '../../../functions/gateway/core/serve/ports.ts';

const MB = 1024 * 1024;

interface Listening extends AsyncDisposable {
  readonly port: number;
  readonly server: Server;
  readonly drain: (graceMs: number) => Promise<number>;
}

async function listening(gateway: Gateway, options: GatewayServerOptions = {}): Promise<Listening> {
  const { server, close, drain } = gatewayServer(gateway, options);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    server,
    drain,
    [Symbol.asyncDispose]: close,
  };
}

function answer(
  body: GatewayResponse['body'],
  status = 200,
  afterEnd = async (): Promise<void> => undefined,
): GatewayResponse {
  return { status, headers: { 'content-type': 'text/plain' }, body, afterEnd };
}

/** Answers 413 where the body is larger than 6 MB, as the gateway does. */
const BODY_SIZE: Gateway = async (request) => {
  const body = await request.readBody(6 * MB);
  return typeof body === 'string' ? answer(body, body === 'too-large' ? 413 : 499) : answer(String(body.length));
};

async function socketTo(port: number): Promise<{ readonly socket: Socket; readonly received: () => string }> {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  const parts: Buffer[] = [];
  socket.on('data', (part) => parts.push(part));
  await once(socket, 'connect');
  return { socket, received: () => Buffer.concat(parts).toString() };
}

describe('a caller who does not read', () => {
  it('ends its call after a while, which is then recorded', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    async function* endless(): AsyncGenerator<string> {
      for (;;) {
        yield 'x'.repeat(MB);
      }
    }
    await using server = await listening(async () => answer(endless(), 200, async () => resolve()), {
      readStallMs: 20,
    });
    const { socket } = await socketTo(server.port);
    socket.pause();
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await ended;
    socket.destroy();
  });
});

describe('a stream of several pieces', () => {
  it('leaves in two where all is there at once: its first words before the next are taken, the rest together with its end', async () => {
    const words = ['one', 'two', 'three'];
    const leftBefore: string[] = [];
    const arrivals: StoppableArrivals<string> = {
      isReady: () => true,
      take: () => {
        leftBefore.push(sent.join('|'));
        return words.shift();
      },
      stop: () => undefined,
    };
    await using server = await listening(async () => answer(streamOf(arrivals)));
    const sent = bodiesSent(server.server);
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body: '{}' });
    assert.equal(await response.text(), 'onetwothree');
    assert.deepEqual(leftBefore, ['', '3\r\none', '3\r\none', '3\r\none']);
    assert.deepEqual(sent, ['3\r\none', '8\r\ntwothree\r\n0']);
  });

  for (const [others, name] of [
    [0, 'alone'],
    [3, 'among others'],
  ] as const) {
    it(`leaves in one piece with its end where both come in one turn, ${name}`, async () => {
      const words = ['one'];
      let hasEnded = false;
      const arrivals: StoppableArrivals<string> = {
        isReady: (wake) => {
          if (words.length > 0 || hasEnded) {
            return true;
          }
          setImmediate(() => {
            words.push('two', 'three');
            hasEnded = true;
            atTurnEnd(wake);
            for (let other = 0; other < others; other += 1) {
              atTurnEnd(() => undefined);
            }
          });
          return false;
        },
        take: () => words.shift(),
        stop: () => undefined,
      };
      await using server = await listening(async () => answer(streamOf(arrivals)));
      const sent = bodiesSent(server.server);
      const response = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body: '{}' });
      assert.equal(await response.text(), 'onetwothree');
      assert.deepEqual(sent, ['3\r\none', '8\r\ntwothree\r\n0']);
    });
  }
});

describe('a stream of much more than the system takes at once', () => {
  for (const [name, comesAtOnce] of [
    ['all at once', true],
    ['turn by turn', false],
  ] as const) {
    for (const size of [1_000, 20_000, 70_000, 300_000]) {
      it(`comes whole to who reads it: pieces of ${size} characters, ${name}`, async () => {
        const all = Array.from({ length: Math.ceil(3_000_000 / size) }, (_, index) => String(index % 10).repeat(size));
        const left = [...all];
        let isThere = comesAtOnce;
        const arrivals: StoppableArrivals<string> = {
          isReady: (wake) => {
            if (!isThere) {
              setImmediate(() => {
                isThere = true;
                atTurnEnd(wake);
              });
            }
            return isThere;
          },
          take: () => {
            isThere = comesAtOnce;
            return left.shift();
          },
          stop: () => undefined,
        };
        await using server = await listening(async () => answer(streamOf(arrivals)), { readStallMs: 2_000 });
        const response = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body: '{}' });
        assert.ok((await response.text()) === all.join(''));
      });
    }
  }
});

function streamOf(arrivals: StoppableArrivals<string>): StreamedBody {
  return { arrivals, [Symbol.asyncIterator]: () => assert.fail('It is taken as it arrives.') };
}

/** What a server has handed to the system of its answers' bodies, each piece from its first to its last visible character. */
function bodiesSent(server: Server): readonly string[] {
  const sent: string[] = [];
  const note = (text: string): void => {
    const body = text.startsWith('HTTP/') ? text.slice(text.indexOf('\r\n\r\n')).trim() : text.trim();
    if (body !== '') {
      sent.push(body);
    }
  };
  server.on('connection', (socket) => {
    // Behind all that Node still holds back.
    const write = socket._write.bind(socket);
    const writev = socket._writev?.bind(socket);
    socket._write = (chunk: Buffer | string, encoding, callback) => {
      note(chunk.toString());
      write(chunk, encoding, callback);
    };
    socket._writev = (chunks, callback) => {
      note(chunks.map(({ chunk }: { readonly chunk: Buffer | string }) => chunk.toString()).join(''));
      writev?.(chunks, callback);
    };
  });
  return sent;
}

async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) {
    await new Promise(setImmediate);
  }
}

describe('a caller who has left at once', () => {
  for (const afterTurns of [0, 20]) {
    it(`is known to have, and his body is not waited for, when it is read ${afterTurns} turns later`, async () => {
      const { promise: ended, resolve } = Promise.withResolvers<unknown>();
      await using server = await listening(async ({ readBody, signal }) => {
        await turns(afterTurns);
        const body = await readBody(MB);
        await (signal.aborted || once(signal, 'abort'));
        resolve(body);
        return answer('too late', 499);
      });
      const { socket } = await socketTo(server.port);
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n${'x'.repeat(50)}`, () =>
        socket.destroy(),
      );
      assert.equal(await ended, 'hung-up');
    });
  }
});

describe('an upload that is too large', () => {
  for (const form of ['content-length', 'chunks']) {
    it(`is taken to its end, so that its sender reads why it was refused: by ${form}`, async () => {
      await using server = await listening(BODY_SIZE);
      const answers = Array.from({ length: 10 }, () => upload(server.port, 7 * MB, form === 'content-length'));
      assert.deepEqual(new Set(await Promise.all(answers)), new Set(['413 too-large']));
    });
  }

  it('is refused on a connection that closes then', async () => {
    await using server = await listening(BODY_SIZE);
    const { socket, received } = await socketTo(server.port);
    socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${7 * MB}\r\n\r\n`);
    socket.write(new Uint8Array(7 * MB));
    await once(socket, 'close');
    assert.match(received(), /^HTTP\/1\.1 413 [\s\S]*connection: close[\s\S]*too-large$/i);
  });
});

function upload(port: number, bytes: number, hasLength: boolean): Promise<string> {
  return new Promise((resolve) => {
    const headers = hasLength ? { 'content-length': bytes } : {};
    const sent = httpRequest({ port, host: '127.0.0.1', method: 'POST', headers }, async (response) => {
      const parts: Buffer[] = [];
      for await (const part of response) {
        parts.push(part);
      }
      resolve(`${response.statusCode} ${Buffer.concat(parts)}`);
    });
    sent.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? String(error)));
    for (let at = 0; at < bytes; at += MB) {
      sent.write(new Uint8Array(Math.min(MB, bytes - at)));
    }
    sent.end();
  });
}

describe('a caller whose body never comes', () => {
  for (const [form, head] of [
    ['its length', 'content-length: 1000\r\n\r\nabc'],
    ['chunks', 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n'],
  ] as const) {
    it(`does not keep the server from ending: by ${form}`, async () => {
      await using server = await listening(BODY_SIZE);
      const { socket } = await socketTo(server.port);
      const asked = once(server.server, 'request');
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\n${head}`);
      await asked;
      const closed = once(socket, 'close');
      assert.equal(await server.drain(1), 1);
      await closed;
    });
  }
});

describe('a malformed request behind another one', () => {
  const NONSENSE = 'NONSENSE\r\n\r\n';
  const HEAD = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

  const GARBLED_BODY = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nNONSENSE\r\n';
  for (const nonsense of [NONSENSE, GARBLED_BODY]) {
    it(`leaves the stream that is under way whole, and closes the connection after it: ${JSON.stringify(nonsense)}`, async () => {
      const { promise: mayGoOn, resolve: goOn } = Promise.withResolvers<void>();
      async function* stream(): AsyncGenerator<string> {
        yield 'first';
        await mayGoOn;
        yield 'second';
      }
      await using server = await listening(async (request) =>
        request.method === 'POST' ? BODY_SIZE(request) : answer(stream()),
      );
      const { socket, received } = await socketTo(server.port);
      socket.write(HEAD);
      while (!received().includes('first')) {
        await once(socket, 'data');
      }
      const isRead = once(server.server, 'clientError');
      socket.write(nonsense);
      await isRead;
      goOn();
      await once(socket, 'close');
      assert.match(received(), /^HTTP\/1\.1 200 [\s\S]*\r\n5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n$/);
    });
  }

  it('is not taken for the answer that is still to come', async () => {
    const { promise: mayAnswer, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: asked, resolve: hasAsked } = Promise.withResolvers<void>();
    await using server = await listening(async () => {
      hasAsked();
      await mayAnswer;
      return answer('the answer');
    });
    const { socket, received } = await socketTo(server.port);
    const isRead = once(server.server, 'clientError');
    socket.write(HEAD + NONSENSE);
    await Promise.all([asked, isRead]);
    goOn();
    await once(socket, 'close');
    assert.match(received(), /^HTTP\/1\.1 200 [\s\S]*the answer$/);
    assert.equal(received().split('HTTP/1.1 ').length, 2);
  });

  it('gets a 400 where nothing is under way', async () => {
    await using server = await listening(async () => answer('ok'));
    const { socket, received } = await socketTo(server.port);
    socket.write(HEAD);
    await once(socket, 'data');
    socket.write(NONSENSE);
    await once(socket, 'close');
    assert.match(received(), /ok[\s\S]*HTTP\/1\.1 400 [\s\S]*malformed_http/);
  });
});

describe('a caller who closes his half of the connection with his request', () => {
  it('has his answer where it is there at once', async () => {
    await using server = await listening(async () => answer('ok'));
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    const parts: Buffer[] = [];
    socket.on('data', (part) => parts.push(part));
    socket.end('GET /health HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'close');
    assert.match(Buffer.concat(parts).toString(), /^HTTP\/1\.1 200 [\s\S]*ok$/);
  });
});

describe('bodies that never end', () => {
  it('are broken off, the silent ones first, where all of them hold too much; who sends on is served', async () => {
    await using server = await listening(BODY_SIZE, { maxHeldBytes: 10 * MB });
    const silent = await Promise.all(Array.from({ length: 6 }, () => socketTo(server.port)));
    let gone = 0;
    for (const { socket } of silent) {
      socket.on('close', () => {
        gone += 1;
      });
      socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${6 * MB}\r\n\r\n`);
      socket.write(new Uint8Array(3 * MB));
    }
    assert.equal(await upload(server.port, 5 * MB, true), `200 ${5 * MB}`);
    // Those that are left hold 10 MB at the most: three of 3 MB.
    assert.ok(gone >= 3, String(gone));
    for (const { socket } of silent) {
      socket.destroy();
    }
  });
});
