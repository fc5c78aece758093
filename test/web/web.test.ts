import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoopbackServer } from '../../infra/local/simulated/loopback-server.ts';
import { gate } from '../support/gate.ts';
import { type RunningWeb, runningWeb } from './running-web.ts';

describe('the Web Function bundle', () => {
  let web: RunningWeb;
  before(async () => {
    web = await runningWeb();
  });
  after(() => web.close());

  test('answers 200 calls at once, each with its own answer, and writes one line of metrics for each on raw standard output', async () => {
    web.vendor.byDefault((request) => ({ kind: 'answer', chunks: [echoOf(request.body)] }));
    const before = web.lines.length;
    const words = Array.from({ length: 200 }, () => randomBytes(8).toString('hex'));
    const answers = await Promise.all(
      words.map(async (word, index) => {
        const messages = [{ role: 'user', content: `word:${word}` }];
        const response = await web.chat({ messages, stream: index % 2 === 0 });
        return { status: response.status, text: await response.text() };
      }),
    );
    for (const [index, { status, text }] of answers.entries()) {
      assert.equal(status, 200, text);
      assert.deepEqual(
        words.filter((word) => text.includes(word)),
        [words[index]],
      );
    }
    await web.requestLines(201);
    const written = web.lines.slice(before).map((line) => JSON.parse(line));
    assert.ok(written.filter(({ line }) => line === 'request').every(({ _aws }) => _aws !== undefined));
  });

  for (const stream of [false, true]) {
    test(`stops the vendor when the caller of a ${stream ? 'streamed' : 'plain'} call hangs up`, async () => {
      const never = gate();
      web.vendor.byDefault({ kind: 'answer', chunks: ['One', ' two'], holdAfterChunks: { chunks: 1, until: never } });
      const index = web.vendor.requests.length;
      const controller = new AbortController();
      const call = web.chat({ stream }, { signal: controller.signal }).then((response) => response.text());
      const request = await web.vendor.arrival(index);
      await sleep(50);
      controller.abort();
      await assert.rejects(call);
      assert.equal(await request.ended, 'aborted-by-client');
    });
  }

  test('logs a request under the id that Lambda gave it', async () => {
    web.vendor.byDefault({ kind: 'answer', chunks: ['Hi'] });
    const id = 'NF5U6CMIUAWPER24GXDNDEZSVU';
    const response = await fetch(`${web.origin}/v1/models`, {
      headers: { authorization: `Bearer ${web.key}`, 'lambda-web-request-id': id },
    });
    await response.arrayBuffer();
    assert.equal(response.headers.get('x-request-id'), id);
    await web.line((line) => line.includes(`"requestId":"${id}"`));
  });

  for (const [name, head] of Object.entries({
    'says its length': ['content-length: 5000000'],
    'comes in chunks': ['transfer-encoding: chunked'],
  })) {
    test(`reads a body of 5 MB that ${name} to its end before it refuses it for want of a key`, async () => {
      const answer = await halfDuplex(web.origin, head, 5_000_000);
      assert.match(answer, /^HTTP\/1\.1 401 /);
    });

    test(`reads a body of 20 MB that ${name} to its end before it refuses it for its size`, async () => {
      const length = head[0]?.startsWith('content-length') ? ['content-length: 20000000'] : head;
      const answer = await halfDuplex(web.origin, [...length, `authorization: Bearer ${web.key}`], 20_000_000);
      assert.match(answer, /^HTTP\/1\.1 413 /);
    });
  }
});

describe('a Web Function that starts while AWS is away', () => {
  test('listens within the ten seconds that Lambda gives it, though DynamoDB and Secrets Manager never answer', async () => {
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => void silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const nowhere = `http://127.0.0.1:${port}`;
    const startedMs = performance.now();
    const web = await runningWeb({ AWS_ENDPOINT_URL_DYNAMODB: nowhere, AWS_ENDPOINT_URL_SECRETS_MANAGER: nowhere });
    try {
      assert.ok(performance.now() - startedMs < 9_000, `${performance.now() - startedMs} ms`);
      assert.equal((await web.chat()).status, 503);
    } finally {
      await web.close();
      silent.close();
      silent.closeAllConnections();
    }
  });
});

describe('a Web Function that Lambda ends', () => {
  test('ends the streams under way with an error event, blames nobody, writes its lines and exits within a second', async () => {
    const web = await runningWeb();
    try {
      const never = gate();
      const holdAfterChunks = { chunks: 1, until: never };
      web.vendor.byDefault({ kind: 'answer', chunks: ['One', ' two'], holdAfterChunks });
      const streams = await Promise.all(Array.from({ length: 5 }, () => web.chat({ stream: true })));
      const texts = streams.map((response) => response.text());
      const plain = web.chat().then(async (response) => ({ status: response.status, text: await response.text() }));
      await web.vendor.arrival(5);
      const sentMs = performance.now();
      web.process.kill('SIGTERM');
      for (const text of await Promise.all(texts)) {
        assert.match(text, /event: error\ndata: \{"error":\{.*"code":"gateway_restarting".*\}\}\n\n$/);
        assert.ok(!text.includes('[DONE]'));
        assert.ok(!text.includes('aborted by the caller'));
      }
      const { status, text } = await plain;
      assert.equal(status, 503);
      assert.equal(JSON.parse(text).error.code, 'gateway_restarting');
      assert.equal(await web.exited, 0);
      assert.ok(performance.now() - sentMs < 1_000, `${performance.now() - sentMs} ms`);
      const attempts = web.lines.map((line) => JSON.parse(line)).filter(({ line }) => line === 'attempt');
      assert.equal(attempts.length, 6);
      assert.deepEqual([...new Set(attempts.map(({ outcome }) => outcome))], ['aborted']);
      assert.ok(web.lines.some((line) => line.includes('"cutOff":6')));
    } finally {
      await web.close();
    }
  });

  test('lets a call that ends in time end whole', async () => {
    const web = await runningWeb();
    try {
      const until = gate();
      web.vendor.byDefault({ kind: 'answer', chunks: ['One', ' two'], holdAfterChunks: { chunks: 1, until } });
      const response = await web.chat({ stream: true });
      web.process.kill('SIGTERM');
      await sleep(50);
      until.open();
      assert.match(await response.text(), /data: \[DONE\]\n\n$/);
      assert.equal(await web.exited, 0);
    } finally {
      await web.close();
    }
  });
});

/** The word that the caller asked to hear again. */
function echoOf(body: unknown): string {
  return /word:\w+/.exec(JSON.stringify(body))?.[0] ?? 'none';
}

/** As a proxy that forwards a whole body before it reads any of the answer. */
async function halfDuplex(origin: string, headers: readonly string[], bytes: number): Promise<string> {
  const { port } = new URL(origin);
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  await once(socket, 'connect');
  const chunked = headers.some((line) => line.includes('chunked'));
  socket.write(`POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\n${headers.join('\r\n')}\r\n\r\n`);
  const piece = Buffer.alloc(100_000, 'x');
  for (let sent = 0; sent < bytes; sent += piece.length) {
    const part = chunked ? Buffer.concat([Buffer.from('186a0\r\n'), piece, Buffer.from('\r\n')]) : piece;
    await new Promise<void>((resolve, reject) => socket.write(part, (error) => (error ? reject(error) : resolve())));
  }
  if (chunked) {
    socket.write('0\r\n\r\n');
  }
  const [answer] = await once(socket, 'data');
  socket.destroy();
  return String(answer);
}

describe('the Web Function bundle with an OTLP collector', () => {
  test('sends what is not sent yet before it ends at SIGTERM', async () => {
    const paths: string[] = [];
    await using collector = await startLoopbackServer({
      onExchange: async ({ request, response }) => {
        paths.push(request.path);
        response.end('{}');
      },
    });
    const web = await runningWeb({}, { otlp: { endpoint: `${collector.origin}/` } });
    try {
      web.vendor.byDefault({ kind: 'answer', chunks: ['Hi'] });
      assert.equal((await web.chat()).status, 200);
      await web.requestLines(1);
      web.process.kill('SIGTERM');
      assert.equal(await web.exited, 0);
      assert.deepEqual(paths.toSorted(), ['/v1/metrics', '/v1/traces']);
    } finally {
      await web.close();
    }
  });
});
