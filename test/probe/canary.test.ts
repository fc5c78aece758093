import assert from 'node:assert/strict';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { CANARY_KEY, callFromOutside } from '../../functions/probe/canary.ts';
import { canaryLine } from '../../functions/probe/core/canary-line.ts';
import { embeddedMetricProblems } from '../support/embedded-metric-problems.ts';

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) {
    close();
  }
});

async function address(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
}

function answering(status: number, body: string): RequestListener {
  return (_request, response) => void response.writeHead(status).end(body);
}

const MODELS = JSON.stringify({ object: 'list', data: [{ id: 'nemo/fast' }] });

async function problemAt(baseUrl: string, key: string | undefined = 'nemo_canary'): Promise<string | undefined> {
  return (await callFromOutside({ baseUrl, credentials: async () => key, nowMs: () => 0 })).problem;
}

describe('the call from outside', () => {
  test('asks for the models with the key of the secret, and is good where there are some', async () => {
    const asked: unknown[] = [];
    const names: string[] = [];
    const baseUrl = await address((request, response) => {
      asked.push([request.method, request.url, request.headers.authorization]);
      response.end(MODELS);
    });
    const credentials = async (name: string): Promise<string> => {
      names.push(name);
      return 'nemo_canary';
    };
    const result = await callFromOutside({ baseUrl, credentials, nowMs: () => 5 });
    assert.deepEqual(asked, [['GET', '/v1/models', 'Bearer nemo_canary']]);
    assert.deepEqual(names, [CANARY_KEY]);
    assert.deepEqual(result, { status: 200, totalMs: 0 });
  });

  const bad: readonly [string, number, string, RegExp][] = [
    ['that lost its permission', 403, '{"Message":"Forbidden"}', /status 403/],
    ['without its table of keys', 503, '{"error":{}}', /status 503/],
    ['that answers what is no list', 200, '<html>', /0 models/],
  ];
  for (const [what, status, body, expected] of bad) {
    test(`fails at a gateway ${what}`, async () => {
      assert.match((await problemAt(await address(answering(status, body)))) ?? '', expected);
    });
  }

  test('asks whether the gateway answers at all until there is a key, and says what it does not look at', async () => {
    const paths: string[] = [];
    const withoutKey = async (status: number) => {
      const baseUrl = await address((request, response) => {
        paths.push(String(request.url));
        assert.equal(request.headers.authorization, undefined);
        response.writeHead(status).end('{"status":"ok"}');
      });
      return callFromOutside({ baseUrl, credentials: async () => undefined, nowMs: () => 0 });
    };
    const good = await withoutKey(200);
    assert.deepEqual([good.status, good.problem], [200, undefined]);
    assert.match(good.note ?? '', /NEMO_CANARY_KEY/);
    assert.equal((await withoutKey(502)).problem, 'status 502');
    assert.deepEqual(paths, ['/health', '/health']);
  });

  test('fails at an address where nobody is, with and without a key, and where the secret cannot be read', async () => {
    const nowhere = { baseUrl: 'http://127.0.0.1:1/v1', credentials: async () => undefined, nowMs: () => 0 };
    assert.match((await callFromOutside(nowhere)).problem ?? '', /ECONNREFUSED|bad port/);
    assert.match((await problemAt('http://127.0.0.1:1/v1')) ?? '', /ECONNREFUSED|bad port/);
    const credentials = () => Promise.reject(new Error('Secrets Manager did not answer'));
    const result = await callFromOutside({ baseUrl: 'http://127.0.0.1:1/v1', credentials, nowMs: () => 0 });
    assert.match(result.problem ?? '', /did not answer/);
  });

  test('leaves a line that CloudWatch counts, a success too, so that silence can be told from health', () => {
    for (const [problem, count] of [
      [undefined, 0],
      ['status 503', 1],
    ] as const) {
      const line = canaryLine({ totalMs: 3, ...(problem === undefined ? {} : { problem }) }, 'prod', Date.now());
      assert.deepEqual(embeddedMetricProblems(line, Date.now()), []);
      assert.equal(JSON.parse(line).CanaryFailures, count);
    }
  });
});
