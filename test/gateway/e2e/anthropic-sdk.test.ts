import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import Anthropic, { APIError } from '@anthropic-ai/sdk';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { at } from '../../conformance/request-cells.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const HELLO = { model: 'all', max_tokens: 500, messages: [{ role: 'user' as const, content: 'Hello' }] };
const READ: Anthropic.Tool = {
  name: 'read',
  description: 'Reads a file.',
  input_schema: { type: 'object', properties: { file: { type: 'string' } }, required: ['file'] },
};
const BUSY = { 'content-type': 'application/json', 'retry-after': '7' };
const CALL = { name: 'read', fragments: ['{"fi', 'le":"a.txt"}'] };

function clientOf({ origin, key }: Pick<RunningGateway<string>, 'origin' | 'key'>): Anthropic {
  return new Anthropic({ baseURL: origin, apiKey: key, maxRetries: 0 });
}

async function apiErrorOf(call: Promise<unknown>): Promise<APIError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof APIError, String(error));
  return error;
}

for (const protocol of PROTOCOLS) {
  describe(`the official Anthropic client with a provider of the ${protocol} protocol behind the gateway`, () => {
    let gateway: RunningGateway<'only'>;
    let client: Anthropic;

    before(async () => {
      gateway = await runningGateway({ fakes: { only: protocol }, config: { maxAttempts: 1 } });
      client = clientOf(gateway);
    });
    after(() => gateway.close());

    it('gets a whole message with its usage, and the deployment as the model', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: 'Four.', usage: { inputTokens: 7, outputTokens: 3 } });
      const message = await client.messages.create(HELLO);
      assert.equal(message.type, 'message');
      assert.equal(message.model, deploymentId('only'));
      assert.deepEqual(message.content, [{ type: 'text', text: 'Four.' }]);
      assert.equal(message.stop_reason, 'end_turn');
      assert.equal(message.usage.input_tokens, 7);
      assert.equal(message.usage.output_tokens, 3);
    });

    it('finds the id of its request where it looks for it', async () => {
      gateway.fakes.only.script({ kind: 'answer' });
      const { request_id, response } = await client.messages.create(HELLO).withResponse();
      assert.equal(request_id, response.headers.get('x-nemo-request-id'));
    });

    it('is told which result of a tool answers no call, and no provider is asked', async () => {
      const before = gateway.fakes.only.requests.length;
      const messages: Anthropic.MessageParam[] = [
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'x' }] },
      ];
      for (const stream of [true, false]) {
        const error = await apiErrorOf(client.messages.create({ ...HELLO, messages, stream }));
        assert.deepEqual([error.status, error.type], [400, 'invalid_request_error']);
        assert.match(error.message, /messages\[0\]\.content\[0\]\.tool_use_id answers no call/);
      }
      assert.equal(gateway.fakes.only.requests.length, before);
    });

    it('streams the text piece by piece, and its helper puts the message together', async () => {
      const usage = { inputTokens: 9, outputTokens: 5 };
      gateway.fakes.only.script({ kind: 'answer', chunks: ['One', ' – two', ' 三'], usage });
      const pieces: string[] = [];
      const stream = client.messages.stream(HELLO).on('text', (text) => pieces.push(text));
      const message = await stream.finalMessage();
      assert.deepEqual(pieces, ['One', ' – two', ' 三']);
      assert.deepEqual(message.content, [{ type: 'text', text: 'One – two 三' }]);
      assert.equal(message.stop_reason, 'end_turn');
      assert.equal(message.usage.output_tokens, 5);
    });

    it('gets calls of tools, sends their results, and gets the answer', async () => {
      gateway.fakes.only.script(
        { kind: 'tool-call', calls: [CALL, { ...CALL, fragments: ['{"file":"b.txt"}'] }] },
        { kind: 'answer', text: 'Both are empty.' },
      );
      const asked = await client.messages.stream({ ...HELLO, tools: [READ] }).finalMessage();
      assert.equal(asked.stop_reason, 'tool_use');
      const calls = asked.content.filter((block) => block.type === 'tool_use');
      assert.deepEqual(
        calls.map(({ name, input }) => [name, input]),
        [
          ['read', { file: 'a.txt' }],
          ['read', { file: 'b.txt' }],
        ],
      );
      const results = calls.map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: '(empty)' }));
      const answer = await client.messages.create({
        ...HELLO,
        tools: [READ],
        messages: [
          ...HELLO.messages,
          { role: 'assistant', content: asked.content },
          { role: 'user', content: results },
        ],
      });
      assert.deepEqual(answer.content, [{ type: 'text', text: 'Both are empty.' }]);
    });

    it('gets on with a message thread, which is not held, by sending all of it once more', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: 'Four.' }, { kind: 'answer', text: 'Nine.' });
      const thread = client.beta.messages.thread({ model: 'all', max_tokens: 500, system: 'Be brief.' });
      await thread.send({ role: 'user', content: 'Two times two?' });
      const { content } = await thread.send({ role: 'user', content: 'And three times three?' });
      assert.deepEqual(content, [{ type: 'text', text: 'Nine.' }]);
      const told = JSON.stringify(gateway.fakes.only.requests.at(-1));
      assert.match(told, /Be brief\..*Two times two\?.*Four\..*three times three|Two times two/);
      assert.doesNotMatch(told, /"thread"|message-threads/);
    });

    it('gets thoughts as blocks of their own', async () => {
      gateway.fakes.only.script({ kind: 'answer', reasoning: ['Let me ', 'think.'], text: 'So.' });
      const { content } = await client.messages.stream(HELLO).finalMessage();
      assert.deepEqual(
        content.map((block) => (block.type === 'thinking' ? block.thinking : block.type)),
        ['Let me think.', 'text'],
      );
    });

    it('is told of a refused request in the shape of its own API', async () => {
      gateway.fakes.only.script({ kind: 'status', meaning: 'invalid-request', message: 'No such thing.' });
      const error = await apiErrorOf(client.messages.create(HELLO));
      assert.ok(error instanceof Anthropic.BadRequestError);
      assert.equal(error.type, 'invalid_request_error');
      assert.match(error.message, /No such thing\./);
      assert.equal(at(error.error, 'request_id'), error.requestID);
    });

    it('is told of a rate limit, and when to try again', async () => {
      gateway.fakes.only.script({ kind: 'raw', status: 429, headers: BUSY, pieces: ['{}'] });
      const error = await apiErrorOf(client.messages.create(HELLO));
      assert.ok(error instanceof Anthropic.RateLimitError);
      assert.equal(error.type, 'rate_limit_error');
      assert.equal(error.headers?.get('retry-after'), '7');
    });

    it('is told of an overloaded provider with the status 529', async () => {
      gateway.fakes.only.script({ kind: 'status', meaning: 'overloaded' });
      const error = await apiErrorOf(client.messages.create(HELLO));
      assert.equal(error.status, 529);
      assert.equal(error.type, 'overloaded_error');
    });

    it('sees a stream that breaks after its first words fail, and not end', async () => {
      gateway.fakes.only.script({ kind: 'cut', afterChunks: 1, chunks: ['One', ' two'], chunkDelayMs: 20 });
      const error = await apiErrorOf(client.messages.stream(HELLO).finalMessage());
      assert.equal(error.status, undefined);
      assert.equal(error.type, 'api_error');
    });
  });

  describe(`the official Anthropic client, whose first provider of the ${protocol} protocol dies`, () => {
    it('is answered by the next one where it dies before the first token', async () => {
      await using gateway = await runningGateway({ fakes: { first: protocol, second: 'anthropic' } });
      gateway.fakes.first.script({ kind: 'reset', when: 'after-headers' });
      gateway.fakes.second.script({ kind: 'answer', text: 'I am here.' });
      const message = await clientOf(gateway).messages.stream(HELLO).finalMessage();
      assert.equal(message.model, deploymentId('second'));
      assert.deepEqual(message.content, [{ type: 'text', text: 'I am here.' }]);
    });

    it('gets one whole message where another goes on after it has died in the midst of its words', async () => {
      for (const second of PROTOCOLS) {
        await using gateway = await runningGateway({
          fakes: { first: protocol, second },
          deployments: { second: { prefill: true } },
          config: { onStreamCut: 'continue' },
        });
        gateway.fakes.first.script({ kind: 'cut', chunks: ['The', ' quick', ' brown ', 'bear'], afterChunks: 3 });
        gateway.fakes.second.script({ kind: 'answer', chunks: [' fox', ' jumps.'] });
        const message = await clientOf(gateway).messages.stream(HELLO).finalMessage();
        assert.deepEqual(message.content, [{ type: 'text', text: 'The quick brown fox jumps.' }]);
        assert.equal(message.stop_reason, 'end_turn');
      }
    });
  });
}

describe('the official Anthropic client', () => {
  it('goes on with a conversation that another vendor began, thoughts and calls included', async () => {
    await using gateway = await runningGateway({ fakes: { gpt: 'openai', claude: 'anthropic' } });
    const client = clientOf(gateway);
    gateway.fakes.gpt.script({ kind: 'tool-call', reasoning: ['Let me see.'], calls: [CALL] });
    const asked = await client.messages.create({ ...HELLO, model: deploymentId('gpt'), tools: [READ] });
    const [call] = asked.content.filter((block) => block.type === 'tool_use');
    gateway.fakes.claude.script({ kind: 'answer', text: 'Empty.' });
    await client.messages.create({
      ...HELLO,
      model: deploymentId('claude'),
      tools: [READ],
      messages: [
        ...HELLO.messages,
        { role: 'assistant', content: asked.content },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: call?.id ?? '', content: '(empty)' }] },
      ],
    });
    const sent = gateway.fakes.claude.requests.at(-1)?.body;
    assert.deepEqual(at(sent, 'messages.1.content'), [call]);
  });

  it('sees the models in its own shape', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const models = await clientOf(gateway).models.list();
    const names = ['all', deploymentId('only'), 'fake-model'];
    const aliases = names.map((name) => `claude/${name}`);
    assert.deepEqual(
      models.data.map(({ id, type, display_name }) => [id, type, display_name]),
      [...names, ...aliases].map((id) => [id, 'model', id]),
    );
    const model = await clientOf(gateway).models.retrieve('all');
    assert.equal(model.id, 'all');
    const error = await apiErrorOf(clientOf(gateway).models.retrieve('none'));
    assert.equal(error.type, 'not_found_error');
  });

  it('may ask for a route by the name under which clients of Claude show it', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const client = clientOf(gateway);
    assert.equal((await client.models.retrieve('claude/all')).id, 'claude/all');
    const { model } = await client.messages.create({
      model: 'claude/all',
      max_tokens: 10,
      messages: [{ role: 'user', content: 'Hello' }],
    });
    assert.equal(model, deploymentId('only'));
    const list = await gateway.fetch('/v1/models', { headers: { 'anthropic-version': '2023-06-01' } });
    const { data } = (await list.json()) as { data: { id: string }[] };
    assert.ok(data.some(({ id }) => id.startsWith('claude')));
  });

  it('is told of a wrong key and of an unknown model in its own shape', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const stranger = new Anthropic({ baseURL: gateway.origin, apiKey: 'wrong', maxRetries: 0 });
    assert.equal((await apiErrorOf(stranger.messages.create(HELLO))).type, 'authentication_error');
    const unknown = await apiErrorOf(clientOf(gateway).messages.create({ ...HELLO, model: 'none' }));
    assert.equal(unknown.type, 'not_found_error');
  });

  it('gets an estimate of tokens that says so where no vendor of the route counts', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const { max_tokens: _, ...counted } = HELLO;
    const count = await clientOf(gateway).messages.countTokens(counted);
    assert.ok(count.input_tokens > 0);
    assert.equal(at(count, 'estimated'), true);
    assert.equal(gateway.fakes.only.requests.length, 0);
  });
});
