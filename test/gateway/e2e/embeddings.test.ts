import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { APIError } from 'openai';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const MODELS = {
  openai: 'text-embedding-3-small',
  gemini: 'gemini-embedding-001',
  titan: 'amazon.titan-embed-text-v2:0',
  cohere: 'cohere.embed-english-v3',
} as const;

type Vendor = keyof typeof MODELS;

describe('POST /v1/embeddings', () => {
  let gateway: RunningGateway<Vendor | 'chat' | 'second'>;
  before(async () => {
    gateway = await runningGateway({
      fakes: {
        openai: 'openai',
        second: 'openai',
        gemini: 'gemini',
        titan: 'bedrock',
        cohere: 'bedrock',
        chat: 'anthropic',
      },
      deployments: {
        openai: { kind: 'embeddings', model: MODELS.openai, inputPrice: 0.02 },
        second: { kind: 'embeddings', model: MODELS.openai, tags: ['second'] },
        gemini: { kind: 'embeddings', model: MODELS.gemini },
        titan: { kind: 'embeddings', model: MODELS.titan },
        cohere: { kind: 'embeddings', model: MODELS.cohere },
      },
      config: {
        routes: {
          embed: { strategy: 'ordered', deployments: [deploymentId('openai'), deploymentId('second')] },
          talk: { strategy: 'ordered', deployments: [deploymentId('chat')] },
        },
      },
    });
  });
  after(() => gateway.close());

  for (const vendor of ['openai', 'gemini', 'titan', 'cohere'] as const) {
    const model = deploymentId(vendor);

    it(`gives the official client the same numbers from ${vendor} as floats and as base64`, async () => {
      const client = gateway.openai();
      const input = ['red apple', 'green pear', 'red apple'];
      const asDefault = await client.embeddings.create({ model, input });
      const asFloats = await client.embeddings.create({ model, input, encoding_format: 'float' });
      assert.equal(asDefault.data.length, 3);
      assert.deepEqual(
        asDefault.data.map(({ index }) => index),
        [0, 1, 2],
      );
      for (const [index, { embedding }] of asDefault.data.entries()) {
        const floats = asFloats.data[index]?.embedding ?? [];
        assert.deepEqual(embedding.map(Math.fround), floats.map(Math.fround));
      }
      assert.deepEqual(asFloats.data[0]?.embedding, asFloats.data[2]?.embedding);
      assert.notDeepEqual(asFloats.data[0]?.embedding, asFloats.data[1]?.embedding);
      assert.equal(asDefault.model, model);
      assert.equal(asDefault.object, 'list');
    });

    it(`keeps the order of a batch that is larger than ${vendor} takes at once`, async () => {
      const input = Array.from({ length: 230 }, (_, index) => `text ${index % 7} of ${index % 11}`);
      const { data } = await gateway.openai().embeddings.create({ model, input, encoding_format: 'float' });
      assert.equal(data.length, 230);
      const single = await gateway
        .openai()
        .embeddings.create({ model, input: String(input[101]), encoding_format: 'float' });
      assert.deepEqual(data[101]?.embedding, single.data[0]?.embedding);
    });

    it(`sends text as base64 when base64 is asked for, whatever ${vendor} gives`, async () => {
      const response = await post({ model, input: 'one', encoding_format: 'base64' });
      const body: { data: { embedding: unknown }[] } = JSON.parse(await response.text());
      assert.equal(typeof body.data[0]?.embedding, 'string');
    });
  }

  it('counts the tokens, prices them and says so in the record', async () => {
    const already = gateway.records.length;
    const { data, response } = await gateway
      .openai()
      .embeddings.create({ model: 'embed', input: 'How many tokens are these?' })
      .withResponse();
    assert.ok(data.usage.prompt_tokens > 0);
    assert.equal(data.usage.total_tokens, data.usage.prompt_tokens);
    const record = await gateway.record(already);
    assert.equal(record.operation, 'embeddings');
    assert.equal(record.ending, 'complete');
    assert.equal(record.usage?.input, data.usage.prompt_tokens);
    assert.ok((record.costUsd ?? 0) > 0);
    assert.equal(response.headers.get('x-nemo-routed-model'), deploymentId('openai'));
    assert.equal(response.headers.get('x-nemo-attempts'), '1');
    assert.ok(Number(response.headers.get('x-nemo-ttft-ms')) > 0);
  });

  it('passes dimensions on, and refuses them where the model has only one size', async () => {
    for (const vendor of ['openai', 'gemini', 'titan'] as const) {
      const { data } = await gateway
        .openai()
        .embeddings.create({ model: deploymentId(vendor), input: 'one', dimensions: 16 });
      assert.equal(data[0]?.embedding.length, 16, vendor);
    }
    await refused({ model: deploymentId('cohere'), input: 'one', dimensions: 16 }, { param: 'dimensions' });
  });

  it('takes token ids for those vendors that do, and names the field for the others', async () => {
    const { data } = await gateway.openai().embeddings.create({ model: 'embed', input: [[1, 2], [3]] });
    assert.equal(data.length, 2);
    for (const vendor of ['gemini', 'titan', 'cohere'] as const) {
      await refused({ model: deploymentId(vendor), input: [1, 2, 3] }, { param: 'input' });
    }
  });

  it('refuses what cannot be embedded, naming the field', async () => {
    await refused({ model: 'embed' }, { param: 'input' });
    await refused({ model: 'embed', input: '' }, { param: 'input' });
    await refused({ model: 'embed', input: [] }, { param: 'input' });
    await refused({ model: 'embed', input: ['a', 1] }, { param: 'input[1]' });
    await refused({ model: 'embed', input: 'a', dimensions: 0 }, { param: 'dimensions' });
    await refused({ model: 'embed', input: 'a', encoding_format: 'hex' }, { param: 'encoding_format' });
    await refused({ model: 'nobody', input: 'a' }, { param: 'model', status: 404, code: 'model_not_found' });
  });

  it('sends a chat model to the right endpoint, and an embeddings model too', async () => {
    const forEmbeddings = await refused({ model: 'talk', input: 'a' }, { param: 'model' });
    assert.match(forEmbeddings, /\/v1\/chat\/completions/);
    const forChat = await refused(
      { model: 'embed', messages: [{ role: 'user', content: 'a' }] },
      {
        param: 'model',
        path: '/v1/chat/completions',
      },
    );
    assert.match(forChat, /\/v1\/embeddings/);
  });

  it('honours tags', async () => {
    const response = await post({ model: 'embed', input: 'a' }, { 'x-nemo-tags': 'second' });
    assert.equal(response.headers.get('x-nemo-routed-model'), deploymentId('second'));
  });

  it('is POST only', async () => {
    assert.equal((await gateway.fetch('/v1/embeddings')).status, 405);
  });

  function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
    return gateway.fetch('/v1/embeddings', { method: 'POST', body: JSON.stringify(body), headers });
  }

  async function refused(
    body: object,
    expected: { param: string; status?: number; code?: string; path?: string },
  ): Promise<string> {
    const response = await gateway.fetch(expected.path ?? '/v1/embeddings', {
      method: 'POST',
      body: JSON.stringify(body),
    });
    const { error } = JSON.parse(await response.text());
    assert.equal(response.status, expected.status ?? 400, error.message);
    assert.equal(error.param, expected.param, error.message);
    assert.equal(error.type, 'invalid_request_error');
    assert.equal(error.code, expected.code ?? null);
    return error.message;
  }
});

describe('embeddings whose provider fails', () => {
  let gateway: RunningGateway<'first' | 'second'>;
  beforeEach(async () => {
    gateway = await runningGateway({
      fakes: { first: 'openai', second: 'openai' },
      deployments: { first: { kind: 'embeddings' }, second: { kind: 'embeddings' } },
      config: { maxAttempts: 2 },
    });
  });
  afterEach(() => gateway.close());

  const faults = {
    'a 503': { kind: 'status', status: 503 },
    'a reset connection': { kind: 'reset', when: 'before-headers' },
    'a web page': { kind: 'html' },
    'an empty body': { kind: 'empty' },
    'half a body': { kind: 'cut', afterBytes: 40 },
  } as const;
  for (const [what, step] of Object.entries(faults)) {
    it(`come from the next deployment after ${what}`, async () => {
      gateway.fakes.first.byDefault(step);
      const { data, response } = await gateway.openai().embeddings.create({ model: 'all', input: 'a' }).withResponse();
      assert.equal(data.data.length, 1);
      assert.equal(response.headers.get('x-nemo-routing'), 'fallback');
      assert.equal(response.headers.get('x-nemo-routed-model'), deploymentId('second'));
    });
  }

  it('come from the next deployment when an answer lacks a vector', async () => {
    const short = { object: 'list', data: [{ index: 0, embedding: [1, 2] }], usage: { prompt_tokens: 1 } };
    const headers = { 'content-type': 'application/json' };
    gateway.fakes.first.byDefault({ kind: 'raw', headers, pieces: [JSON.stringify(short)] });
    const { data } = await gateway.openai().embeddings.create({ model: 'all', input: ['a', 'b'] });
    assert.equal(data.length, 2);
  });

  it("are refused in the first vendor's words where two refuse the request in words that nobody knows", async () => {
    gateway.fakes.first.byDefault({ kind: 'status', meaning: 'invalid-request', message: 'no such thing' });
    gateway.fakes.second.byDefault({ kind: 'status', meaning: 'invalid-request', message: 'not this' });
    const error = await failureOf(gateway.openai().embeddings.create({ model: 'all', input: 'a' }));
    assert.equal(error.status, 400);
    assert.match(error.message, /no such thing/);
    assert.equal(gateway.fakes.first.requests.length, 1);
    assert.equal(gateway.fakes.second.requests.length, 1);
  });

  it('end in 429 with the wait where every deployment is rate-limited', async () => {
    for (const fake of Object.values(gateway.fakes)) {
      fake.byDefault({ kind: 'status', status: 429, retryAfterSeconds: 7 });
    }
    const error = await failureOf(gateway.openai().embeddings.create({ model: 'all', input: 'a' }));
    assert.equal(error.status, 429);
    assert.equal(error.headers?.get('retry-after'), '7');
    const record = await gateway.record(0);
    assert.equal(record.operation, 'embeddings');
    assert.equal(record.attempts.length, 2);
    assert.equal(record.ending, 'failed');
  });
});

describe('embeddings of many upstream requests', () => {
  it('are all given up when the caller hangs up, and no more than eight are in flight', async () => {
    await using gateway = await runningGateway({
      fakes: { titan: 'bedrock' },
      deployments: { titan: { kind: 'embeddings', model: MODELS.titan } },
    });
    const { titan } = gateway.fakes;
    titan.hold();
    const hangUp = new AbortController();
    const input = Array.from({ length: 100 }, (_, index) => `text ${index}`);
    const call = gateway.openai().embeddings.create({ model: deploymentId('titan'), input }, { signal: hangUp.signal });
    await titan.arrival(7);
    hangUp.abort();
    await assert.rejects(call);
    const ends = await Promise.all(titan.requests.map(({ ended }) => ended));
    assert.deepEqual(new Set(ends), new Set(['aborted-by-client']));
    assert.equal(titan.requests.length, 8);
    assert.equal((await gateway.record(0)).ending, 'hung-up');
  });

  it('fail as one when a single one fails, without asking for the rest', async () => {
    await using gateway = await runningGateway({
      fakes: { titan: 'bedrock' },
      deployments: { titan: { kind: 'embeddings', model: MODELS.titan } },
    });
    const { titan } = gateway.fakes;
    titan.script({ kind: 'answer' }, { kind: 'answer' }, { kind: 'status', status: 503 });
    const input = Array.from({ length: 400 }, (_, index) => `text ${index}`);
    const error = await failureOf(gateway.openai().embeddings.create({ model: deploymentId('titan'), input }));
    assert.equal(error.status, 502);
    assert.ok(titan.requests.length < 400);
    assert.equal((await gateway.record(0)).attempts.length, 1);
  });
});

async function failureOf(call: Promise<unknown>): Promise<APIError> {
  const error = await call.then(
    () => assert.fail('The call succeeded.'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof APIError, String(error));
  return error;
}
