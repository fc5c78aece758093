import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import type { StatusBody } from '../../../functions/gateway/core/serve/status-call.ts';
import { openAiErrorOf } from '../../support/openai-error.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROMPT = 'a-prompt-that-nobody-else-may-see';
const CALLERS_KEY = 'nemo_key-of-a-caller';
const KEYS = [{ name: 'caller', sha256: sha256Hex(CALLERS_KEY) }];

async function ask(gateway: RunningGateway<string>, model = 'all'): Promise<void> {
  await gateway.openai().chat.completions.create({ model, messages: [{ role: 'user', content: PROMPT }] });
}

describe('GET /status, where the configuration turns it on,', () => {
  let gateway: RunningGateway<'first' | 'second'>;
  before(async () => {
    const fakes = { first: 'openai', second: 'anthropic' } as const;
    gateway = await runningGateway({ fakes, config: { statusPage: true, keys: KEYS } });
    gateway.fakes.first.script({ kind: 'status', status: 503 }, { kind: 'answer', text: 'b' });
    gateway.fakes.second.script({ kind: 'answer', text: 'an-answer-that-nobody-else-may-see' });
    await ask(gateway);
    await ask(gateway);
    await gateway.record(1);
  });
  after(() => gateway.close());

  async function status(path = '/status'): Promise<StatusBody> {
    const response = await gateway.fetch(path);
    assert.equal(response.status, 200);
    return (await response.json()) as StatusBody;
  }

  it('tells an operator how routes and deployments stand', async () => {
    const { routes, deployments } = await status();
    assert.deepEqual(
      routes.map(({ name, strategy }) => [name, strategy]),
      [['all', 'ordered']],
    );
    assert.deepEqual(
      deployments.map(({ id, state, ejection }) => [id, state, ejection]),
      [
        ['first/fake-model', 'healthy', null],
        ['second/fake-model', 'healthy', null],
      ],
    );
    const [first] = deployments;
    assert.ok(Math.abs((first?.failureRate ?? 0) - 0.5) < 0.01);
    assert.ok(Math.abs((first?.share ?? 0) - 2 / 3) < 0.01);
    assert.ok((first?.ttftMs.p50 ?? 0) > 0);
    assert.ok((first?.evidence ?? 0) > 0.9);
  });

  it('tells the last decisions, with the reason of each failover, and then only new ones', async () => {
    const { decisions } = await status();
    assert.deepEqual(
      decisions.items.map(({ asked, servedBy, routing, attempts }) => [
        asked,
        servedBy,
        routing,
        attempts.map(({ deployment, reason }) => [deployment, reason]),
      ]),
      [
        [
          'all',
          'second/fake-model',
          'fallback',
          [
            ['first/fake-model', 'overloaded (503)'],
            ['second/fake-model', undefined],
          ],
        ],
        ['all', 'first/fake-model', 'direct', [['first/fake-model', undefined]]],
      ],
    );
    const later = await status(`/status?after=elsewhere.4,${decisions.cursor}`);
    assert.deepEqual(later.decisions.items, []);
  });

  for (const range of ['5m', '1h', '24h']) {
    it(`tells the whole fleet's past of ${range} where it is asked for, by deployment, route and key`, async () => {
      const { past } = await status(`/status?range=${range}`);
      assert.equal(past?.range, range);
      assert.deepEqual([past?.routed.calls, past?.routed.rescued, past?.routed.failed], [2, 1, 0]);
      assert.deepEqual(
        past?.deployments.map(({ name, calls, failed }) => [name, calls, failed]),
        [
          ['first/fake-model', 2, 1],
          ['second/fake-model', 1, 0],
        ],
      );
      assert.deepEqual(
        past?.keys.map(({ calls, inputTokens }) => [calls, inputTokens > 0]),
        [[2, true]],
      );
    });
  }

  it('tells no past of a range that there is not, and none where none is asked for', async () => {
    assert.equal('past' in (await status('/status?range=__proto__')), false);
    assert.equal('past' in (await status()), false);
  });

  it('has no prompt, no answer, no key and no name or hash of one', async () => {
    const text = JSON.stringify(await status());
    for (const secret of ['nobody-else-may-see', gateway.key, sha256Hex(gateway.key), 'caller', 'KEY_OF_THE_VENDOR']) {
      assert.ok(!text.includes(secret), secret);
    }
  });

  it('is kept by no cache, guessed at by no browser and counted as no request', async () => {
    const before = gateway.records.length;
    const { headers } = await gateway.fetch('/status');
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.match(headers.get('x-nemo-request-id') ?? '', /^\w+$/);
    assert.equal(gateway.records.length, before);
  });

  it('answers a HEAD with the same status and no body', async () => {
    const response = await gateway.fetch('/status', { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '');
  });

  const refusals: readonly (readonly [string, string, RequestInit, number, string])[] = [
    ['no key', '/status', { headers: { authorization: '' } }, 401, 'missing_api_key'],
    ['an unknown key', '/status', { headers: { authorization: 'Bearer nemo_x' } }, 401, 'invalid_api_key'],
    [
      "a caller's key",
      '/status',
      { headers: { authorization: `Bearer ${CALLERS_KEY}` } },
      403,
      'operator_key_required',
    ],
    ['a POST', '/status', { method: 'POST', body: '{}' }, 405, 'method_not_allowed'],
    ['a path below it', '/status/', {}, 404, 'unknown_url'],
  ];
  for (const [what, path, init, status_, code] of refusals) {
    it(`refuses ${what} with ${status_} in OpenAI's shape`, async () => {
      const response = await gateway.fetch(path, init);
      assert.equal(response.status, status_);
      assert.equal((await openAiErrorOf(response)).code, code);
    });
  }

  it('accepts no key in the query', async () => {
    const response = await fetch(`${gateway.origin}/status?key=${gateway.key}&api_key=${gateway.key}`);
    assert.equal(response.status, 401);
  });
});

describe('a gateway whose configuration does not turn the status page on', () => {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: 'openai' } });
  });
  after(() => gateway.close());

  for (const path of ['/status', '/']) {
    it(`knows no ${path}, not even for an operator`, async () => {
      const known = await gateway.fetch(path);
      assert.equal(known.status, 404);
      assert.equal((await openAiErrorOf(known)).code, 'unknown_url');
      assert.equal((await fetch(gateway.origin + path)).status, 401);
    });
  }
});

describe('/health', () => {
  let gateway: RunningGateway<'only'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: 'openai' } });
  });
  after(() => gateway.close());

  it('answers a HEAD without a key and without a body', async () => {
    const response = await fetch(`${gateway.origin}/health`, { method: 'HEAD' });
    assert.equal(response.status, 200);
    assert.equal(await response.text(), '');
  });

  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
    it(`refuses ${method} with 405 and says what it takes`, async () => {
      const response = await fetch(`${gateway.origin}/health`, { method });
      assert.equal(response.status, 405);
      assert.equal(response.headers.get('allow'), 'GET, HEAD');
      assert.equal((await openAiErrorOf(response)).code, 'method_not_allowed');
    });
  }
});
