import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dial } from '../../../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../../../functions/gateway/core/model/request-record.ts';
import { openai } from '../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import type { GatewayResponse } from '../../../../functions/gateway/core/serve/ports.ts';
import type { StatisticsStore } from '../../../../functions/gateway/core/statistics/statistics-store.ts';
import { virtualGateway } from '../../../faults/support/virtual-fleet.ts';
import { FAILURES } from '../../../support/failures.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

/** In this order: Anthropic has one choice only, so that it cannot be asked for two. */
const ROUTE = ['claude', 'first', 'claude-too', 'second'];

/** Deployments of one route, each of which can be asked. */
const MANY = Array.from({ length: 200 }, (_, place) => `many-${place}`);

const CONFIG = {
  providers: {
    openai: { protocol: 'openai', baseUrl: 'http://openai.test/v1' },
    anthropic: { protocol: 'anthropic', baseUrl: 'http://anthropic.test' },
  },
  deployments: {
    claude: { provider: 'anthropic', model: 'claude' },
    first: { provider: 'openai', model: 'gpt' },
    'claude-too': { provider: 'anthropic', model: 'claude' },
    second: { provider: 'openai', model: 'gpt' },
    ...Object.fromEntries(MANY.map((id) => [id, { provider: 'openai', model: 'gpt' }])),
  },
  routes: {
    all: { strategy: 'ordered', deployments: ROUTE },
    many: { strategy: 'ordered', deployments: MANY, maxAttempts: 4 },
    claudes: { strategy: 'ordered', deployments: ['claude', 'claude-too'] },
  },
};

const ANSWER = new TextEncoder().encode(
  [0, 1]
    .map((index) => ({ index, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }))
    .map((choice) => `data: ${JSON.stringify({ choices: [choice] })}\n\n`)
    .join(''),
);

const EMPTY_STORE: StatisticsStore = {
  read: async () => new Map(),
  add: async () => undefined,
  eject: async () => undefined,
  ease: async () => undefined,
  lift: async () => undefined,
  claimProbe: async () => true,
  claimLook: async () => true,
};

interface Played {
  readonly response: GatewayResponse;
  readonly records: readonly RequestRecord[];
  readonly dialled: readonly string[];
  readonly signals: readonly AbortSignal[];
}

/** One streamed call for two choices, at providers of which those named in `down` cannot be reached. Its answer is not read. */
async function play(model: string, down: readonly string[] = []): Promise<Played> {
  const time = virtualClock();
  const records: RequestRecord[] = [];
  const dialled: string[] = [];
  const signals: AbortSignal[] = [];
  const dial: Dial = async ({ deployment, signal }) => {
    dialled.push(deployment.id);
    signals.push(signal);
    return down.includes(deployment.id)
      ? { kind: 'failed', failure: FAILURES.unreachable }
      : { kind: 'answered', status: 200, headers: {}, body: unendingBody() };
  };
  const gateway = virtualGateway({
    config: CONFIG,
    clock: time.clock,
    dial,
    store: EMPTY_STORE,
    seed: 1,
    onRecord: (record) => records.push(record),
  });
  const body = { model, n: 2, stream: true, messages: [{ role: 'user', content: 'Hello' }] };
  const response = await gateway({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: { authorization: 'Bearer key' },
    readBody: async () => new TextEncoder().encode(JSON.stringify(body)),
    signal: new AbortController().signal,
  });
  return { response, records, dialled, signals };
}

async function* unendingBody(): AsyncGenerator<Uint8Array> {
  yield ANSWER;
  await new Promise(() => {});
}

describe('a call whose route has deployments that cannot be asked for it', () => {
  it('goes to the first that can, as if the others were not in the route', async () => {
    const { response, records, dialled } = await play('all');
    assert.equal(response.status, 200);
    assert.equal(response.headers['x-nemo-attempts'], '1');
    await response.afterEnd();
    const [record] = records;
    assert.deepEqual(dialled, ['first']);
    assert.equal(record?.routing, 'direct');
    // Who comes after was not asked, and so nobody knows whether it could have been.
    assert.deepEqual(
      record?.candidates.map(({ deployment }) => deployment),
      ['first', 'claude-too', 'second'],
    );
  });

  it('passes over one that cannot be asked when it fails over, and does not name it a candidate', async () => {
    const { response, records, dialled } = await play('all', ['first']);
    await response.afterEnd();
    assert.deepEqual(dialled, ['first', 'second']);
    const [record] = records;
    assert.deepEqual(
      record?.candidates.map(({ deployment }) => deployment),
      ['first', 'second'],
    );
    assert.deepEqual(
      record?.attempts.map(({ deployment }) => deployment),
      ['first', 'second'],
    );
  });

  it('is refused with every reason, and nobody is asked, where none can be', async () => {
    const { response, records, dialled } = await play('claudes');
    await response.afterEnd();
    assert.equal(response.status, 400);
    const { error } = JSON.parse(String(response.body)) as { error: { message: string; param: string } };
    assert.match(error.message, /^No deployment of claudes can serve this request\. claude: .+ claude-too: .+/);
    assert.equal(error.param, 'n');
    assert.deepEqual(dialled, []);
    assert.deepEqual(
      records.map(({ ending, status, candidates, askedModel }) => ({ ending, status, candidates, askedModel })),
      [{ ending: 'refused', status: 400, candidates: [], askedModel: 'claudes' }],
    );
  });
});

describe('a caller who leaves before the first byte of a stream is read', () => {
  it('has the provider stopped at the end of the call, and is recorded as one who has hung up', async () => {
    const { response, records, signals } = await play('all');
    assert.equal(signals[0]?.aborted, false);
    await response.afterEnd();
    assert.equal(signals[0]?.aborted, true);
    assert.deepEqual(signals[0]?.reason, { kind: 'aborted', by: 'caller' });
    const [record] = records;
    assert.equal(record?.ending, 'hung-up');
    assert.deepEqual(
      record?.attempts.map(({ outcome }) => outcome),
      ['aborted'],
    );
  });

  it('is recorded once, however often the end is told', async () => {
    const { response, records } = await play('all');
    await Promise.all([response.afterEnd(), response.afterEnd()]);
    await response.afterEnd();
    assert.equal(records.length, 1);
  });
});

describe('a call whose route has 200 deployments', () => {
  for (const failing of [0, 1, 3]) {
    it(`is encoded once for each that is dialled, where ${failing} fail before one answers`, async ({ mock }) => {
      const encode = mock.method(openai, 'encode');
      const { response, dialled } = await play('many', MANY.slice(0, failing));
      await response.afterEnd();
      assert.deepEqual(dialled, MANY.slice(0, failing + 1));
      assert.equal(encode.mock.callCount(), failing + 1);
    });
  }
});
