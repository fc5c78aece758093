import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import type { Condition } from '../../../../infra/local/simulated/condition.ts';
import { seededRandom } from '../../../../infra/local/simulated/seeded-random.ts';
import {
  type SimulatedProviders,
  type SimulatedVendor,
  startSimulatedProviders,
  type VendorName,
} from '../../../../infra/local/simulated/simulated-providers.ts';
import { instantClock } from '../../../support/instant-clock.ts';

const WEATHER = {
  type: 'object',
  properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
  required: ['city'],
};

let providers: SimulatedProviders;
before(async () => {
  providers = await startSimulatedProviders({ clock: instantClock(), random: seededRandom(1) });
});
after(() => providers.close());
afterEach(() => {
  for (const { name } of providers.vendors) {
    providers.setCondition(name, { kind: 'healthy' });
  }
});

function vendor(name: VendorName): SimulatedVendor {
  return providers.vendors.find((one) => one.name === name)!;
}

describe('the simulated OpenAI, asked by the official SDK', () => {
  let openai: OpenAI;
  before(() => {
    const { baseUrl, apiKey } = vendor('openai');
    openai = new OpenAI({ baseURL: baseUrl, apiKey, maxRetries: 0 });
  });
  const ask = { model: 'simulated-gpt', messages: [{ role: 'user', content: 'How tall is K2?' }] } as const;

  it('says that it is simulated, which vendor it stands for, and what it was asked', async () => {
    const answer = await openai.chat.completions.create({ ...ask, messages: [...ask.messages] });
    assert.match(answer.choices[0]?.message.content ?? '', /simulated.*OpenAI.*"How tall is K2\?"/);
    assert.equal(answer.choices[0]?.finish_reason, 'stop');
    assert.equal(answer.usage?.total_tokens, answer.usage!.prompt_tokens + answer.usage!.completion_tokens);
  });

  it('streams the same words that it says in one body, then the usage that was asked for', async () => {
    const whole = await openai.chat.completions.create({ ...ask, messages: [...ask.messages] });
    const stream = openai.chat.completions.stream({
      ...ask,
      messages: [...ask.messages],
      stream_options: { include_usage: true },
    });
    const streamed = await stream.finalChatCompletion();
    assert.equal(streamed.choices[0]?.message.content, whole.choices[0]?.message.content);
    assert.deepEqual(streamed.usage, whole.usage);
  });

  it('calls a tool where one is required, with arguments that fit its schema', async () => {
    const stream = openai.chat.completions.stream({
      ...ask,
      messages: [...ask.messages],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: WEATHER } }],
      tool_choice: 'required',
    });
    const { choices } = await stream.finalChatCompletion();
    const call = choices[0]?.message.tool_calls?.[0];
    assert.equal(choices[0]?.finish_reason, 'tool_calls');
    assert.ok(call?.type === 'function');
    assert.equal(call.function.name, 'get_weather');
    assert.deepEqual(JSON.parse(call.function.arguments), { city: 'How tall is K2?', unit: 'celsius' });
  });

  it('goes on in words once the tool has answered', async () => {
    const called = { id: 'call_1', type: 'function', function: { name: 'get_weather', arguments: '{}' } } as const;
    const answer = await openai.chat.completions.create({
      model: ask.model,
      messages: [
        { role: 'user', content: 'Use the tool get_weather' },
        { role: 'assistant', tool_calls: [called] },
        { role: 'tool', tool_call_id: 'call_1', content: 'sunny' },
      ],
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: WEATHER } }],
    });
    assert.match(answer.choices[0]?.message.content ?? '', /The tool said: "sunny"/);
  });

  it('answers in JSON of the schema that was asked for', async () => {
    const answer = await openai.chat.completions.create({
      ...ask,
      messages: [...ask.messages],
      response_format: { type: 'json_schema', json_schema: { name: 'weather', schema: WEATHER } },
    });
    assert.deepEqual(JSON.parse(answer.choices[0]?.message.content ?? ''), {
      city: 'How tall is K2?',
      unit: 'celsius',
    });
  });

  it('stops at the limit of tokens', async () => {
    const answer = await openai.chat.completions.create({ ...ask, messages: [...ask.messages], max_tokens: 3 });
    assert.equal(answer.choices[0]?.finish_reason, 'length');
    assert.equal(answer.usage?.completion_tokens, 3);
  });

  it('embeds texts so that those which share words lie closer', async () => {
    const input = ['the cat sat on the mat', 'a cat sat on a mat', 'quarterly revenue grew'];
    const { data } = await openai.embeddings.create({ model: 'simulated-embedding', input, dimensions: 256 });
    const [cat, alike, other] = data.map((one) => one.embedding);
    const closeness = (a: number[], b: number[]): number => a.reduce((sum, value, index) => sum + value * b[index]!, 0);
    assert.equal(cat?.length, 256);
    assert.ok(closeness(cat!, alike!) > closeness(cat!, other!));
  });

  const refusals: {
    name: string;
    options: Partial<{ apiKey: string }>;
    model: string;
    code: string;
    status: number;
  }[] = [
    { name: 'a wrong key', options: { apiKey: 'wrong' }, model: 'simulated-gpt', code: 'invalid_api_key', status: 401 },
    { name: 'an unknown model', options: {}, model: 'gpt-nothing', code: 'model_not_found', status: 404 },
  ];
  for (const { name, options, model, code, status } of refusals) {
    it(`refuses ${name} as OpenAI does`, async () => {
      const client = openai.withOptions(options);
      const refused = client.chat.completions.create({ model, messages: [...ask.messages] });
      await assert.rejects(refused, (error) => {
        assert.ok(error instanceof OpenAI.APIError);
        assert.deepEqual([error.status, error.code], [status, code]);
        return true;
      });
    });
  }
});

/** A plain chat call in each vendor's own shape. */
const CALLS: Readonly<
  Record<VendorName, (streaming: boolean) => { path: string; headers: Record<string, string>; body: object }>
> = {
  openai: (stream) => ({
    path: '/chat/completions',
    headers: { authorization: `Bearer ${vendor('openai').apiKey}` },
    body: { model: 'simulated-gpt', stream, messages: [{ role: 'user', content: 'Hello' }] },
  }),
  anthropic: (stream) => ({
    path: '/messages',
    headers: { 'x-api-key': vendor('anthropic').apiKey, 'anthropic-version': '2023-06-01' },
    body: { model: 'simulated-claude', max_tokens: 999, stream, messages: [{ role: 'user', content: 'Hello' }] },
  }),
  google: (streaming) => ({
    path: `/models/simulated-gemini:${streaming ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    headers: { 'x-goog-api-key': vendor('google').apiKey },
    body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
  }),
};

function send(name: VendorName, streaming: boolean, change: { headers?: Record<string, string>; body?: object } = {}) {
  const { path, headers, body } = CALLS[name](streaming);
  return fetch(vendor(name).baseUrl + path, {
    method: 'POST',
    headers: change.headers ?? headers,
    body: JSON.stringify({ ...body, ...change.body }),
  });
}

describe('every simulated vendor', () => {
  const shapes: Record<VendorName, { body: RegExp; stream: RegExp }> = {
    openai: {
      body: /^\{"id":"chatcmpl-sim.*"content":"This is a simulated answer.*"finish_reason":"stop"/,
      stream: /^data: \{"id":"chatcmpl-sim.*"role":"assistant"[\s\S]*"finish_reason":"stop"[\s\S]*data: \[DONE\]\n\n$/,
    },
    anthropic: {
      body: /"id":"msg_sim.*"text":"This is a simulated answer.*"stop_reason":"end_turn"/,
      stream:
        /^event: message_start\ndata: \{[\s\S]*event: content_block_start\n[\s\S]*event: ping\n[\s\S]*"text_delta"[\s\S]*event: content_block_stop\n[\s\S]*event: message_delta\n[\s\S]*event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/,
    },
    google: {
      body: /"text":"This is a simulated answer.*"finishReason":"STOP".*"usageMetadata"/,
      stream:
        /^data: \{"candidates":\[\{"content":\{"parts":\[\{"text":"This"\}[\s\S]*"finishReason":"STOP"[\s\S]*\r\n\r\n$/,
    },
  };
  for (const name of ['openai', 'anthropic', 'google'] as const) {
    it(`answers in the wire format of ${name}, in one body and as a stream`, async () => {
      assert.match(await (await send(name, false)).text(), shapes[name].body);
      const streamed = await send(name, true);
      assert.match(streamed.headers.get('content-type') ?? '', /^text\/event-stream/);
      assert.match(await streamed.text(), shapes[name].stream);
    });
  }

  const conditions: { condition: Condition; expected: Record<VendorName, [number, RegExp]> }[] = [
    {
      condition: { kind: 'failing', status: 529 },
      expected: {
        openai: [529, /"code": "server_is_overloaded"/],
        anthropic: [529, /"type":"overloaded_error"/],
        google: [529, /"status": "UNAVAILABLE"/],
      },
    },
    {
      condition: { kind: 'failing', status: 500 },
      expected: {
        openai: [500, /"type": "server_error"/],
        anthropic: [500, /"type":"api_error"/],
        google: [500, /"status": "INTERNAL"/],
      },
    },
    {
      condition: { kind: 'rate-limited', retryAfterSeconds: 7 },
      expected: {
        openai: [429, /"code": "rate_limit_exceeded"/],
        anthropic: [429, /"type":"rate_limit_error"/],
        google: [429, /"retryDelay": "7s"/],
      },
    },
  ];
  for (const { condition, expected } of conditions) {
    it(`answers as its vendor would when it is ${JSON.stringify(condition)}`, async () => {
      for (const { name } of providers.vendors) {
        providers.setCondition(name, condition);
        const response = await send(name, true);
        const [status, body] = expected[name];
        assert.equal(response.status, status);
        assert.match(await response.text(), body);
      }
    });
  }

  it('says after how many seconds to come back when it limits the rate', async () => {
    for (const name of ['openai', 'anthropic'] as const) {
      providers.setCondition(name, { kind: 'rate-limited', retryAfterSeconds: 7 });
      assert.equal((await send(name, false)).headers.get('retry-after'), '7');
    }
  });

  it('refuses connections while it is down, and takes them again afterwards', async () => {
    providers.setCondition('google', { kind: 'down' });
    await assert.rejects(send('google', false));
    providers.setCondition('google', { kind: 'healthy' });
    assert.equal((await send('google', false)).status, 200);
  });

  it('breaks answers off in the middle when it is cutting', async () => {
    for (const { name } of providers.vendors) {
      providers.setCondition(name, { kind: 'cutting' });
      for (const streaming of [true, false]) {
        const response = await send(name, streaming);
        assert.equal(response.status, 200);
        await assert.rejects(response.text());
      }
    }
  });

  it('never answers when it is silent', async () => {
    providers.setCondition('anthropic', { kind: 'silent' });
    const { path, headers, body } = CALLS.anthropic(true);
    const client = new AbortController();
    const pending = fetch(vendor('anthropic').baseUrl + path, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      signal: client.signal,
    });
    let hasAnswered = false;
    void pending.then(
      () => {
        hasAnswered = true;
      },
      () => undefined,
    );
    // Other calls come and go meanwhile.
    assert.equal((await send('google', true)).status, 200);
    assert.equal(hasAnswered, false);
    client.abort();
    await assert.rejects(pending);
  });

  const refusals: {
    name: VendorName;
    change: { headers?: Record<string, string>; body?: object };
    status: number;
    body: RegExp;
  }[] = [
    {
      name: 'anthropic',
      change: { headers: { 'anthropic-version': '2023-06-01', 'x-api-key': 'wrong' } },
      status: 401,
      body: /authentication_error/,
    },
    { name: 'anthropic', change: { body: { max_tokens: null } }, status: 400, body: /max_tokens: Field required/ },
    { name: 'anthropic', change: { body: { seed: 1 } }, status: 400, body: /seed: Extra inputs are not permitted/ },
    { name: 'anthropic', change: { body: { temperature: 1.5 } }, status: 400, body: /temperature: range: 0..1/ },
    {
      name: 'anthropic',
      change: { body: { messages: [{ role: 'user', content: [{ type: 'text', text: ' ' }] }] } },
      status: 400,
      body: /text content blocks must be non-empty/,
    },
    { name: 'google', change: { headers: { 'x-goog-api-key': 'wrong' } }, status: 400, body: /API_KEY_INVALID/ },
    { name: 'google', change: { body: { seed: 1 } }, status: 400, body: /Unknown name \\"seed\\"/ },
    { name: 'openai', change: { body: { messages: [] } }, status: 400, body: /Missing required parameter: 'messages'/ },
  ];
  for (const { name, change, status, body } of refusals) {
    it(`refuses as ${name} does: ${JSON.stringify(change)}`, async () => {
      const response = await send(name, false, change);
      assert.equal(response.status, status);
      assert.match(await response.text(), body);
    });
  }
});
