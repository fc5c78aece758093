import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type OpenAI from 'openai';
import type { ChatCompletionChunk, ChatCompletionTool } from 'openai/resources/chat/completions';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { gate } from '../../support/gate.ts';
import { deploymentId, FAKE_MODEL, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const WEATHER: ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

const HELLO = { messages: [{ role: 'user' as const, content: 'Hello' }] };

for (const protocol of PROTOCOLS) {
  describe(`the official OpenAI client with a provider of the ${protocol} protocol behind the gateway`, () => {
    let gateway: RunningGateway<'only'>;
    let openai: OpenAI;
    const model = deploymentId('only');

    before(async () => {
      gateway = await runningGateway({
        fakes: { only: protocol },
        deployments: { only: { inputPrice: 1, outputPrice: 4 } },
      });
      openai = gateway.openai();
    });
    after(() => gateway.close());

    it('gets a plain answer with its usage and the deployment as the model', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: 'Four.', usage: { inputTokens: 7, outputTokens: 3 } });
      const answer = await openai.chat.completions.create({ ...HELLO, model: 'all' });
      assert.equal(answer.object, 'chat.completion');
      assert.equal(answer.model, model);
      assert.equal(answer.choices[0]?.message.role, 'assistant');
      assert.equal(answer.choices[0].message.content, 'Four.');
      assert.equal(answer.choices[0].finish_reason, 'stop');
      assert.equal(answer.usage?.prompt_tokens, 7);
      assert.equal(answer.usage.completion_tokens, 3);
      assert.equal(answer.usage.total_tokens, 10);
    });

    it('streams the text chunk by chunk, each with the same id and the deployment as the model', async () => {
      gateway.fakes.only.script({ kind: 'answer', chunks: ['One', ' – two', ' 三'] });
      const stream = await openai.chat.completions.create({ ...HELLO, model: 'all', stream: true });
      const chunks = await allOf(stream);
      const texts = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').filter((text) => text !== '');
      assert.deepEqual(texts, ['One', ' – two', ' 三']);
      assert.equal(new Set(chunks.map(({ id }) => id)).size, 1);
      assert.deepEqual([...new Set(chunks.map((chunk) => chunk.model))], [model]);
      assert.equal(chunks.at(-1)?.choices[0]?.finish_reason, 'stop');
    });

    it('gets the usage of a stream in a last chunk without choices, and only where it asked for it', async () => {
      const usage = { inputTokens: 9, outputTokens: 5 };
      gateway.fakes.only.script({ kind: 'answer', usage }, { kind: 'answer', usage });
      const silent = await allOf(await openai.chat.completions.create({ ...HELLO, model: 'all', stream: true }));
      assert.ok(silent.every((chunk) => (chunk.usage ?? null) === null && chunk.choices.length === 1));
      const asked = await allOf(
        await openai.chat.completions.create({
          ...HELLO,
          model: 'all',
          stream: true,
          stream_options: { include_usage: true },
        }),
      );
      assert.deepEqual(asked.at(-1)?.choices, []);
      assert.equal(asked.at(-1)?.usage?.prompt_tokens, 9);
      assert.equal(asked.at(-1)?.usage?.completion_tokens, 5);
      assert.ok(asked.slice(0, -1).every((chunk) => (chunk.usage ?? null) === null));
    });

    it('assembles a stream with its helper', async () => {
      gateway.fakes.only.script({ kind: 'answer', chunks: ['Once', ' upon', ' a time.'] });
      const stream = openai.chat.completions.stream({ ...HELLO, model: 'all' });
      const pieces: string[] = [];
      stream.on('content', (piece) => void pieces.push(piece));
      assert.equal(await stream.finalContent(), 'Once upon a time.');
      assert.deepEqual(pieces, ['Once', ' upon', ' a time.']);
    });

    it('gets tool calls, plain and streamed, with arguments that parse', async () => {
      const step = {
        kind: 'tool-call',
        calls: [
          { name: 'weather', id: 'call_oslo', fragments: ['{"ci', 'ty":"Oslo"}'] },
          { name: 'weather', id: 'call_rome', fragments: ['{"city":"Rome"}'] },
        ],
      } as const;
      gateway.fakes.only.script(step, step);
      const plain = await openai.chat.completions.create({ ...HELLO, model: 'all', tools: [WEATHER] });
      const streamed = await openai.chat.completions
        .stream({ ...HELLO, model: 'all', tools: [WEATHER] })
        .finalChatCompletion();
      for (const [choice] of [plain.choices, streamed.choices]) {
        assert.equal(choice?.finish_reason, 'tool_calls');
        const calls = choice.message.tool_calls ?? [];
        const read = calls.flatMap((call) => (call.type === 'function' ? [call.function] : []));
        assert.deepEqual(
          read.map(({ name }) => name),
          ['weather', 'weather'],
        );
        assert.deepEqual(
          read.map((call) => JSON.parse(call.arguments)),
          [{ city: 'Oslo' }, { city: 'Rome' }],
        );
        assert.equal(new Set(calls.map(({ id }) => id)).size, 2);
      }
    });

    it('is told which result of a tool answers no call, and no provider is asked', async () => {
      const before = gateway.fakes.only.requests.length;
      const messages = [{ role: 'tool' as const, tool_call_id: 'c1', content: 'rain' }];
      for (const stream of [true, false]) {
        const asking = openai.chat.completions.create({ model: 'all', messages, stream });
        await assert.rejects(asking, { status: 400, param: 'messages[0].tool_call_id' });
      }
      assert.equal(gateway.fakes.only.requests.length, before);
    });

    it('sends the result of a tool back and gets the answer to it', async () => {
      gateway.fakes.only.script({ kind: 'tool-call', calls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] });
      const first = await openai.chat.completions.create({ ...HELLO, model: 'all', tools: [WEATHER] });
      const asked = first.choices[0]?.message;
      assert.ok(asked?.tool_calls?.[0]);
      gateway.fakes.only.script({ kind: 'answer', text: 'It rains.' });
      const second = await openai.chat.completions.create({
        model: 'all',
        tools: [WEATHER],
        messages: [...HELLO.messages, asked, { role: 'tool', tool_call_id: asked.tool_calls[0].id, content: 'rain' }],
      });
      assert.equal(second.choices[0]?.message.content, 'It rains.');
    });

    it('reads how a plain call was routed from the headers', async () => {
      const { response, request_id } = await openai.chat.completions.create({ ...HELLO, model: 'all' }).withResponse();
      assertHeaders(response.headers, model);
      assert.equal(request_id, response.headers.get('x-nemo-request-id'));
    });

    it('reads the request id from the answer, as in the log of the gateway', async () => {
      const past = gateway.records.length;
      const answer = await openai.chat.completions.create({ ...HELLO, model: 'all' });
      assert.equal(answer._request_id, (await gateway.record(past)).requestId);
    });

    it('reads how a stream was routed from the headers, which come before its end', async () => {
      const ending = gate();
      gateway.fakes.only.script({ kind: 'answer', holdBeforeEnding: ending });
      const { data, response } = await openai.chat.completions
        .create({ ...HELLO, model: 'all', stream: true })
        .withResponse();
      assertHeaders(response.headers, model);
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/);
      ending.open();
      assert.equal((await allOf(data)).at(-1)?.choices[0]?.finish_reason, 'stop');
    });

    it('may ask for a deployment or for the vendor’s model id', async () => {
      for (const asked of [model, FAKE_MODEL]) {
        const answer = await openai.chat.completions.create({ ...HELLO, model: asked });
        assert.equal(answer.model, model);
      }
    });

    it('finds the whole trail as a comment just before the end of a stream', async () => {
      gateway.fakes.only.script({ kind: 'answer', usage: { inputTokens: 1000, outputTokens: 500 } });
      const response = await gateway.fetch('/v1/chat/completions', {
        method: 'POST',
        body: JSON.stringify({ ...HELLO, model: 'all', stream: true }),
      });
      const events = (await response.text()).split('\n\n');
      assert.equal(events.at(-1), '');
      assert.equal(events.at(-2), 'data: [DONE]');
      assert.match(events.at(-3) ?? '', /^: nemo \{.*\}$/);
      const trail = JSON.parse((events.at(-3) ?? '').slice(': nemo '.length));
      assert.equal(trail.request_id, response.headers.get('x-request-id'));
      assert.equal(trail.served_by, model);
      assert.equal(trail.routing, 'direct');
      assert.deepEqual(
        trail.attempts.map(({ deployment, outcome }: { deployment: string; outcome: string }) => [deployment, outcome]),
        [[model, 'served']],
      );
      assert.equal(trail.prompt_tokens, 1000);
      assert.equal(trail.completion_tokens, 500);
      assert.ok(Math.abs(trail.cost_usd - 0.003) < 1e-9, `cost ${trail.cost_usd}`);
      assert.ok(trail.ttft_ms > 0 && trail.ttft_ms <= trail.total_ms);
      assert.ok(trail.overhead_ms >= 0 && trail.overhead_ms <= trail.total_ms);
    });

    it('sends the key of the operator to the provider and nothing of the caller’s headers', async () => {
      const before = gateway.fakes.only.requests.length;
      await openai.chat.completions.create(
        { ...HELLO, model: 'all' },
        { headers: { 'x-secret': 'of-the-caller', cookie: 'session=1' } },
      );
      const headers = JSON.stringify(gateway.fakes.only.requests[before]?.headers);
      assert.match(headers, /key-of-the-vendor/);
      assert.ok(!headers.includes(gateway.key) && !headers.includes('of-the-caller') && !headers.includes('session=1'));
    });
  });
}

describe('the list of models', () => {
  let gateway: RunningGateway<'one' | 'two'>;
  before(async () => {
    gateway = await runningGateway({ fakes: { one: 'openai', two: 'anthropic' } });
  });
  after(() => gateway.close());

  it('names routes, deployments and the vendors’ model ids, and any of them can be asked for', async () => {
    const { data } = await gateway.openai().models.list();
    assert.deepEqual(
      data.map(({ id }) => id),
      ['all', 'one/fake-model', 'two/fake-model', 'fake-model'],
    );
    for (const { id } of data) {
      const answer = await gateway.openai().chat.completions.create({ ...HELLO, model: id });
      assert.equal(answer.choices[0]?.finish_reason, 'stop');
    }
  });

  it('gives each by its name, also one with a slash', async () => {
    for (const name of ['all', 'one/fake-model', 'fake-model']) {
      const model = await gateway.openai().models.retrieve(name);
      assert.equal(model.id, name);
      assert.equal(model.object, 'model');
    }
  });
});

async function allOf(stream: AsyncIterable<ChatCompletionChunk>): Promise<ChatCompletionChunk[]> {
  const chunks: ChatCompletionChunk[] = [];
  for await (const chunk of stream) {
    chunks.push(chunk);
  }
  return chunks;
}

function assertHeaders(headers: Headers, servedBy: string): void {
  const number = (name: string): number => Number(headers.get(name) ?? 'absent');
  assert.equal(headers.get('x-nemo-routed-model'), servedBy);
  assert.equal(headers.get('x-nemo-routing'), 'direct');
  assert.equal(headers.get('x-nemo-attempts'), '1');
  assert.ok(headers.get('x-request-id'));
  assert.equal(headers.get('x-nemo-request-id'), headers.get('x-request-id'));
  assert.ok(number('x-nemo-ttft-ms') > 0);
  assert.ok(number('x-nemo-latency-ms') >= number('x-nemo-ttft-ms'));
  assert.ok(number('x-nemo-overhead-ms') >= 0 && number('x-nemo-overhead-ms') <= number('x-nemo-latency-ms'));
  const timing = headers.get('server-timing') ?? '';
  for (const stage of ['auth', 'body', 'prepare', 'plan']) {
    assert.match(timing, new RegExp(`\\b${stage};dur=[\\d.]+`));
  }
  assert.ok(timing.includes(`desc="${servedBy} `), timing);
}
