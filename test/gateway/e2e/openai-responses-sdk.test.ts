import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import OpenAI from 'openai';
import type { FunctionTool, ResponseInputItem, ResponseStreamEvent } from 'openai/resources/responses/responses';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { startFakeProvider } from '../../support/fake-provider.ts';
import { deploymentId, FAKE_MODEL, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const WEATHER: FunctionTool = {
  type: 'function',
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  strict: false,
};

const HELLO = { model: 'all', input: 'Hello' };

for (const protocol of PROTOCOLS) {
  describe(`client.responses of the official OpenAI client over a provider of the ${protocol} protocol`, () => {
    let gateway: RunningGateway<'only'>;
    let openai: OpenAI;

    before(async () => {
      gateway = await runningGateway({ fakes: { only: protocol } });
      openai = gateway.openai();
    });
    after(() => gateway.close());

    it('gets a plain answer with its usage and the deployment as the model', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: 'Four.', usage: { inputTokens: 7, outputTokens: 3 } });
      const answer = await openai.responses.create({ ...HELLO, instructions: 'Be brief.' });
      assert.equal(answer.output_text, 'Four.');
      assert.equal(answer.model, deploymentId('only'));
      assert.equal(answer.status, 'completed');
      assert.equal(answer.usage?.input_tokens, 7);
      assert.equal(answer.usage.total_tokens, 10);
    });

    it('streams the text event by event, and the same response at the end', async () => {
      gateway.fakes.only.script({ kind: 'answer', chunks: ['One', ' – two', ' 三'] });
      const stream = await openai.responses.create({ ...HELLO, stream: true });
      const events: ResponseStreamEvent[] = [];
      for await (const event of stream) {
        events.push(event);
      }
      const deltas = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []));
      assert.deepEqual(deltas, ['One', ' – two', ' 三']);
      const last = events.at(-1);
      assert.ok(last?.type === 'response.completed');
      assert.equal(last.response.output[0]?.type, 'message');
      assert.ok((last.response.usage?.output_tokens ?? 0) > 0);
    });

    it('assembles a stream with its helper', async () => {
      gateway.fakes.only.script({ kind: 'answer', chunks: ['Once', ' upon', ' a time.'], reasoning: ['Hm.'] });
      const response = await openai.responses.stream(HELLO).finalResponse();
      assert.equal(response.output_text, 'Once upon a time.');
      const [reasoning] = response.output;
      assert.ok(reasoning?.type === 'reasoning');
      assert.equal(reasoning.summary[0]?.text, 'Hm.');
    });

    it('goes through a loop of tool calls with the whole output sent back, streamed and plain', async () => {
      for (const stream of [true, false]) {
        const calls = [
          { name: 'weather', arguments: '{"city":"Oslo"}' },
          { name: 'weather', arguments: '{"city":"Rome"}' },
        ];
        gateway.fakes.only.script({ kind: 'tool-call', calls }, { kind: 'answer', text: 'Rain and sun.' });
        const ask = async (input: ResponseInputItem[]): Promise<OpenAI.Responses.Response> => {
          const body = { model: 'all', input, tools: [WEATHER] };
          return stream ? openai.responses.stream(body).finalResponse() : openai.responses.create(body);
        };
        const input: ResponseInputItem[] = [{ role: 'user', content: 'Weather?' }];
        const first = await ask(input);
        const made = first.output.flatMap((item) => (item.type === 'function_call' ? [item] : []));
        assert.deepEqual(
          made.map(({ name, arguments: text }) => [name, JSON.parse(text)]),
          [
            ['weather', { city: 'Oslo' }],
            ['weather', { city: 'Rome' }],
          ],
        );
        const results = made.map(({ call_id }) => ({ type: 'function_call_output' as const, call_id, output: 'rain' }));
        const second = await ask([...input, ...(first.output as ResponseInputItem[]), ...results]);
        assert.equal(second.output_text, 'Rain and sun.');
        assert.match(JSON.stringify(gateway.fakes.only.requests.at(-1)?.body), /rain/);
      }
    });

    it('gets an answer of its JSON Schema, parsed', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: '{"n":4}' });
      const schema = {
        type: 'object',
        properties: { n: { type: 'number' } },
        required: ['n'],
        additionalProperties: false,
      };
      const format = { type: 'json_schema' as const, name: 'number', schema, strict: true };
      const parsed = await openai.responses.parse({ ...HELLO, text: { format } });
      assert.deepEqual(parsed.output_parsed, { n: 4 });
      assert.match(JSON.stringify(gateway.fakes.only.requests.at(-1)?.body), /"number"/);
    });

    it('gets the error class of a failure before the first token', async () => {
      for (const stream of [true, false]) {
        gateway.fakes.only.script({ kind: 'status', meaning: 'quota-spent' });
        await assert.rejects(openai.responses.create({ ...HELLO, stream }), OpenAI.RateLimitError);
        gateway.fakes.only.script({ kind: 'status', status: 400, message: 'No.' });
        await assert.rejects(openai.responses.create({ ...HELLO, stream }), OpenAI.BadRequestError);
      }
    });

    it('is told of a failure after the first token by response.failed, with what was said', async () => {
      gateway.fakes.only.script({ kind: 'cut', afterChunks: 2, chunks: ['One', ' two', ' three'] });
      const stream = await openai.responses.create({ ...HELLO, stream: true });
      const events: ResponseStreamEvent[] = [];
      for await (const event of stream) {
        events.push(event);
      }
      const last = events.at(-1);
      assert.ok(last?.type === 'response.failed');
      assert.equal(last.response.error?.code, 'server_error');
      assert.equal(last.response.status, 'failed');
      const deltas = events.flatMap((event) => (event.type === 'response.output_text.delta' ? [event.delta] : []));
      assert.equal(deltas.join(''), 'One two');
      const [item] = last.response.output;
      assert.ok(item?.type === 'message');
      assert.equal(item.status, 'incomplete');
      assert.deepEqual(item.content, [{ type: 'output_text', text: 'One two', annotations: [], logprobs: [] }]);
    });
  });
}

describe('/v1/responses', () => {
  it('is served by the next deployment where the first fails', async () => {
    await using gateway = await runningGateway({ fakes: { first: 'anthropic', second: 'gemini' } });
    gateway.fakes.first.script({ kind: 'status', status: 500 });
    gateway.fakes.second.script({ kind: 'answer', text: 'Here.' });
    const { data, response } = await gateway.openai().responses.create(HELLO).withResponse();
    assert.equal(data.output_text, 'Here.');
    assert.equal(response.headers.get('x-nemo-routed-model'), deploymentId('second'));
    assert.equal(response.headers.get('x-nemo-routing'), 'fallback');
  });

  it('is gone on with by another deployment where the route says so', async () => {
    await using gateway = await runningGateway({
      fakes: { first: 'openai', second: 'anthropic' },
      deployments: { second: { prefill: true } },
      config: { onStreamCut: 'continue' },
    });
    gateway.fakes.first.script({ kind: 'cut', afterChunks: 1, chunks: ['One', ' two'] });
    gateway.fakes.second.script({ kind: 'answer', chunks: [' two', ' three'] });
    const response = await gateway.openai().responses.stream(HELLO).finalResponse();
    assert.equal(response.output_text, 'One two three');
  });

  it('names the path of what is wrong with an item', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const input = [
      { role: 'user', content: 'Hi' },
      { type: 'function_call_output', output: 'x' },
    ];
    const response = await gateway.fetch('/v1/responses', {
      method: 'POST',
      body: JSON.stringify({ model: 'all', input }),
    });
    assert.equal(response.status, 400);
    const { error } = (await response.json()) as { error: { param: string; type: string } };
    assert.deepEqual([error.param, error.type], ['input[1].call_id', 'invalid_request_error']);
  });

  it('names what was dropped of what only OpenAI has, and gives namespaces back', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'anthropic' } });
    gateway.fakes.only.script({ kind: 'tool-call', calls: [{ name: 'agents__wait', arguments: '{}' }] });
    const body = {
      model: 'all',
      input: 'Go',
      tools: [
        { type: 'namespace', name: 'agents', tools: [{ type: 'function', name: 'wait', parameters: {} }] },
        { type: 'web_search' },
      ],
      text: { verbosity: 'low' },
    };
    const response = await gateway.fetch('/v1/responses', { method: 'POST', body: JSON.stringify(body) });
    assert.equal(response.headers.get('x-nemo-dropped-params'), 'text.verbosity, web_search');
    const { output } = (await response.json()) as { output: { name: string; namespace: string }[] };
    assert.deepEqual([output[0]?.namespace, output[0]?.name], ['agents', 'wait']);
  });

  it('answers a GET, which asks for a WebSocket, with 426', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const response = await gateway.fetch('/v1/responses');
    assert.equal(response.status, 426);
    assert.match(JSON.stringify(await response.json()), /POST \/v1\/responses/);
  });

  it('gives Codex, which repeats a 5xx whatever it is told, a 400 once everything has been tried', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    gateway.fakes.only.byDefault({ kind: 'status', status: 500 });
    const ask = (headers: Record<string, string>): Promise<Response> =>
      gateway.fetch('/v1/responses', { method: 'POST', headers, body: JSON.stringify({ ...HELLO, stream: true }) });
    assert.equal((await ask({ originator: 'codex_exec' })).status, 400);
    assert.equal((await ask({ 'user-agent': 'codex_cli_rs/0.171' })).status, 400);
    assert.equal((await ask({})).status, 502);
  });

  it(`asks the vendor for its model ${FAKE_MODEL}, whatever the caller calls it`, async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    await gateway.openai().responses.create(HELLO);
    assert.equal((gateway.fakes.only.requests[0]!.body as { model: string }).model, FAKE_MODEL);
  });
});

describe('reasoning that one account has encrypted', () => {
  const INPUT: ResponseInputItem[] = [{ role: 'user', content: 'Weather?' }];
  const RESULT = { type: 'function_call_output', call_id: 'call_1', output: 'rain' } as const;

  /** The input of the last request that a fake got, as items. */
  function inputOf(gateway: RunningGateway<'one' | 'two'>, name: 'one' | 'two'): readonly { type?: string }[] {
    const body = gateway.fakes[name].requests.at(-1)?.body as { input: { type?: string }[] } | undefined;
    return body?.input ?? [];
  }

  async function askedTwice(second: ProtocolName): Promise<RunningGateway<'one' | 'two'>> {
    const gateway = await runningGateway({
      fakes: { one: 'openai-responses', two: second },
      deployments: { one: { model: 'gpt-5.5' } },
    });
    gateway.fakes.one.script({
      kind: 'tool-call',
      reasoning: ['Hm.'],
      calls: [{ name: 'weather', id: 'call_1', arguments: '{"city":"Oslo"}' }],
    });
    return gateway;
  }

  for (const second of PROTOCOLS) {
    it(`stays behind, and is named, where a provider dies within a loop and one of ${second} goes on`, async () => {
      await using gateway = await askedTwice(second);
      const openai = gateway.openai();
      const body = { model: 'all', tools: [WEATHER] };
      const first = await openai.responses.create({ ...body, input: INPUT });
      gateway.fakes.one.script({ kind: 'status', status: 503 });
      gateway.fakes.two.script({ kind: 'answer', text: 'It rains.' });
      const input = [...INPUT, ...(first.output as ResponseInputItem[]), RESULT];
      const { data, response } = await openai.responses.create({ ...body, input }).withResponse();
      assert.equal(data.output_text, 'It rains.');
      assert.match(response.headers.get('x-nemo-dropped-params') ?? '', /reasoning\.encrypted_content/);
      assert.doesNotMatch(JSON.stringify(gateway.fakes.two.requests.at(-1)?.body), /gAAAA|rs_/);
    });
  }

  it('is what the vendor gave, and its id is so where there is one account alone, and marked where there are several', async () => {
    for (const [second, id] of [
      ['anthropic', /^rs_[^_]+$/],
      ['openai-responses', /^rs_[^_]+_n[0-9a-f]{6}$/],
    ] as const) {
      await using gateway = await askedTwice(second);
      const { output } = await gateway.openai().responses.create({ model: 'all', tools: [WEATHER], input: INPUT });
      const [reasoning] = output;
      assert.ok(reasoning?.type === 'reasoning');
      assert.match(reasoning.encrypted_content ?? '', /^gAAAA/);
      assert.match(reasoning.id, id);
    }
  });

  it('comes back as it was to its own account', async () => {
    await using gateway = await askedTwice('openai-responses');
    const openai = gateway.openai();
    const body = { model: 'all', tools: [WEATHER] };
    const first = await openai.responses.create({ ...body, input: INPUT });
    const input = [...INPUT, ...(first.output as ResponseInputItem[]), RESULT];
    const { response } = await openai.responses.create({ ...body, input }).withResponse();
    assert.equal(response.headers.get('x-nemo-dropped-params'), null);
    const reasoning = inputOf(gateway, 'one').find(({ type }) => type === 'reasoning');
    assert.match(JSON.stringify(reasoning), /"encrypted_content":"gAAAA/);
  });
});

describe('a model that OpenAI serves over the Responses API alone', () => {
  it('is asked there for a caller of chat, by the rules of its deployment', async () => {
    const fake = await startFakeProvider('openai-responses');
    after(() => fake.close());
    await using gateway = await runningGateway({
      fakes: { only: { protocol: 'openai', fake } },
      deployments: { only: { rules: { responses: 'always' } } },
    });
    fake.byDefault({ kind: 'answer', text: 'Four.', reasoning: ['Hm.'] });
    const answer = await gateway.openai().chat.completions.create({
      model: 'all',
      messages: [{ role: 'user', content: '2 + 2?' }],
      reasoning_effort: 'low',
    });
    assert.equal(answer.choices[0]?.message.content, 'Four.');
    const response = await gateway.openai().responses.create({ ...HELLO, include: ['reasoning.encrypted_content'] });
    const [reasoning] = response.output;
    assert.ok(reasoning?.type === 'reasoning');
    assert.match(reasoning.encrypted_content ?? '', /^gAAAA/);
    assert.deepEqual(
      fake.requests.map(({ path }) => path),
      ['/v1/responses', '/v1/responses'],
    );
  });
});
