import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, before, beforeEach, describe, it } from 'node:test';
import { providerControls } from '../../../infra/local/provider-controls.ts';
import type { Condition } from '../../../infra/local/simulated/condition.ts';

describe('the controls of the simulated providers', () => {
  const told: Condition[] = [];
  const controls = providerControls({
    vendors: [{ name: 'openai', protocol: 'openai', baseUrl: 'http://127.0.0.1', apiKey: 'a', model: 'b' }],
    condition: () => told.at(-1) ?? { kind: 'healthy' },
    setCondition: (_, condition) => void told.push(condition),
    close: async () => undefined,
  });
  const server = createServer((request, response) => {
    if (!controls(request, response)) {
      response.writeHead(418).end();
    }
  });
  let origin = '';
  before(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    origin = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  after(() => server.close());
  beforeEach(() => void told.splice(0));

  const order = (path: string): Promise<Response> =>
    fetch(`${origin}/local/providers/openai/${path}`, { method: 'POST' });

  const orders: readonly (readonly [path: string, condition: Condition])[] = [
    ['healthy', { kind: 'healthy' }],
    ['slow', { kind: 'slow', factor: 10 }],
    ['slow/20', { kind: 'slow', factor: 20 }],
    ['down', { kind: 'down' }],
    ['failing', { kind: 'failing', status: 503 }],
    ['failing/401', { kind: 'failing', status: 401 }],
    ['rate-limited', { kind: 'rate-limited', retryAfterSeconds: 10 }],
    ['rate-limited/0', { kind: 'rate-limited', retryAfterSeconds: 0 }],
    ['silent', { kind: 'silent' }],
    ['cutting', { kind: 'cutting' }],
  ];
  for (const [path, condition] of orders) {
    it(`takes ${path}`, async () => {
      const response = await order(path);
      assert.deepEqual(await response.json(), { openai: condition });
      assert.deepEqual(told, [condition]);
    });
  }

  // Node cannot send the status 99: the whole system went down with it.
  const mistakes: readonly (readonly [path: string, says: RegExp])[] = [
    ['failing/99', /^Behind failing\/ stands the HTTP status, a whole number from 400 to 599; it is "99"\.$/],
    ['failing/200', /from 400 to 599/],
    ['failing/abc', /it is "abc"/],
    ['failing/', /it is ""/],
    ['slow/0', /how many times slower, a whole number from 1 to 1000/],
    ['slow/-1', /it is "-1"/],
    ['rate-limited/1e9', /Retry-After in seconds, a whole number from 0 to 3600/],
    ['down/5', /^Nothing may follow down; "5" does\.$/],
    ['slow/5/6', /^Nothing may follow slow\/5; "6" does\.$/],
  ];
  for (const [path, says] of mistakes) {
    it(`refuses ${path}, says what may stand there, and changes nothing`, async () => {
      const response = await order(path);
      assert.equal(response.status, 400);
      assert.match(((await response.json()) as { error: string }).error, says);
      assert.deepEqual(told, []);
    });
  }
});
