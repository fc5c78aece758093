import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { createOpenAI } from '@ai-sdk/openai';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { generateText, isStepCount, tool } from 'ai';
import OpenAI from 'openai';
import type { FunctionTool, Response as OpenAiResponse, ResponseInputItem } from 'openai/resources/responses/responses';
import * as z from 'zod';
import { sha256Hex } from '../../../functions/gateway/adapters/key-form.ts';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import { type RunningGateway, runningGateway } from '../../support/running-gateway.ts';

const PROTOCOLS: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

const OTHER_KEY = `nemo_${'b'.repeat(43)}`;
const KEEPING = { responses: { keepDays: 30 }, keys: [{ name: 'other', sha256: sha256Hex(OTHER_KEY) }] };

const WEATHER: FunctionTool = {
  type: 'function',
  name: 'weather',
  parameters: { type: 'object', properties: { city: { type: 'string' } } },
  strict: false,
};

interface Ask {
  readonly input: string | ResponseInputItem[];
  readonly previous_response_id?: string;
  readonly store?: boolean;
  readonly instructions?: string;
}

/** Both forms of an answer: the way it is kept must not depend on how it was sent. */
function ask(openai: OpenAI, stream: boolean, body: Ask): Promise<OpenAiResponse> {
  const whole = { model: 'all', tools: [WEATHER], ...body };
  return stream ? openai.responses.stream(whole).finalResponse() : openai.responses.create(whole);
}

function sent(gateway: RunningGateway<'only'>): string {
  return JSON.stringify(gateway.fakes.only.requests.at(-1)?.body);
}

for (const protocol of PROTOCOLS) {
  describe(`a kept answer of a provider of the ${protocol} protocol`, () => {
    let gateway: RunningGateway<'only'>;
    let openai: OpenAI;

    before(async () => {
      gateway = await runningGateway({ fakes: { only: protocol }, config: KEEPING });
      openai = gateway.openai();
    });
    after(() => gateway.close());

    for (const stream of [true, false]) {
      it(`is gone on from, tool calls and results included, ${stream ? 'streamed' : 'plain'}`, async () => {
        gateway.fakes.only.script(
          { kind: 'tool-call', text: 'I look.', calls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }] },
          { kind: 'answer', text: 'Rain.' },
          { kind: 'answer', text: 'You asked of Oslo.' },
        );
        const first = await ask(openai, stream, { input: 'Weather in Oslo?', instructions: 'Be brief.' });
        assert.equal(storeOf(first), true);
        const call = first.output.find((item) => item.type === 'function_call');
        assert.ok(call);
        const result = { type: 'function_call_output' as const, call_id: call.call_id, output: 'It pours.' };
        const second = await ask(openai, stream, { input: [result], previous_response_id: first.id });
        assert.equal(second.output_text, 'Rain.');
        assert.equal(second.previous_response_id, first.id);
        assert.match(sent(gateway), /Weather in Oslo\?.*I look\..*It pours\./s);
        assert.doesNotMatch(sent(gateway), /Be brief|previous_response_id/);
        const third = await ask(openai, stream, { input: 'Of what?', previous_response_id: second.id });
        assert.equal(third.output_text, 'You asked of Oslo.');
        assert.match(sent(gateway), /Weather in Oslo\?.*It pours\..*Rain\..*Of what\?/s);
      });

      it(`is given back as it was sent, ${stream ? 'streamed' : 'plain'}`, async () => {
        gateway.fakes.only.script({ kind: 'answer', text: 'Four.', reasoning: ['Hm.'] });
        const answer = await ask(openai, stream, { input: '2 + 2?' });
        const { output_text: _, ...kept } = await openai.responses.retrieve(answer.id);
        const { output_text: __, ...given } = answer;
        assert.deepEqual(kept.output, JSON.parse(JSON.stringify(given.output, withoutParsed)));
        assert.deepEqual([kept.id, kept.status, kept.usage], [given.id, 'completed', given.usage]);
      });
    }

    it('lists its input, newest first, in pages', async () => {
      gateway.fakes.only.script({ kind: 'answer', text: 'One.' }, { kind: 'answer', text: 'Two.' });
      const first = await ask(openai, false, { input: 'First?' });
      const second = await ask(openai, false, {
        input: [{ role: 'user', content: 'Second?' }],
        previous_response_id: first.id,
      });
      const page = await openai.responses.inputItems.list(second.id, { limit: 2 });
      assert.equal(page.has_more, true);
      const texts: unknown[] = [];
      for await (const item of openai.responses.inputItems.list(second.id, { limit: 1, order: 'asc' })) {
        assert.ok(item.id);
        assert.ok(item.type === 'message');
        texts.push([item.role, item.content.map((part) => 'text' in part && part.text).join('')]);
      }
      assert.deepEqual(texts, [
        ['user', 'First?'],
        ['assistant', 'One.'],
        ['user', 'Second?'],
      ]);
    });

    it('has items that a request may refer to in place of repeating them', async () => {
      gateway.fakes.only.script(
        { kind: 'tool-call', calls: [{ name: 'weather', arguments: '{"city":"Rome"}' }] },
        { kind: 'answer', text: 'Sun.' },
      );
      const first = await ask(openai, true, { input: 'Rome?' });
      const call = first.output.find((item) => item.type === 'function_call');
      assert.ok(call?.id);
      const input: ResponseInputItem[] = [
        { role: 'user', content: 'Rome?' },
        { type: 'item_reference', id: call.id },
        { type: 'function_call_output', call_id: call.call_id, output: 'shining' },
      ];
      const second = await ask(openai, false, { input });
      assert.equal(second.output_text, 'Sun.');
      assert.match(sent(gateway), /Rome.*weather.*shining/s);
    });
  });
}

function withoutParsed(key: string, value: unknown): unknown {
  return key === 'parsed' || key === 'parsed_arguments' ? undefined : value;
}

describe('a conversation that is kept', () => {
  it('moves between vendors, with what each has reasoned left out for the others', async () => {
    await using gateway = await runningGateway({
      fakes: { one: 'openai-responses', two: 'anthropic', three: 'gemini' },
      deployments: { one: { model: 'gpt-5.5' } },
      config: KEEPING,
    });
    const openai = gateway.openai();
    let previous: string | undefined;
    for (const [name, text] of [
      ['one', 'Uno.'],
      ['two', 'Due.'],
      ['three', 'Tre.'],
      ['one', 'Quattro.'],
    ] as const) {
      gateway.fakes[name].script({ kind: 'answer', text, reasoning: [`Thought of ${name}.`] });
      const answer = await openai.responses.create({
        model: `${name}/fake-model`,
        input: `Ask ${name}.`,
        ...(previous !== undefined && { previous_response_id: previous }),
      });
      assert.equal(answer.output_text, text);
      previous = answer.id;
    }
    const last = JSON.stringify(gateway.fakes.one.requests.at(-1)?.body);
    assert.match(last, /Ask one\..*Uno\..*Ask two\..*Due\..*Ask three\..*Tre\..*Ask one\./s);
    assert.doesNotMatch(last, /Thought of (?:two|three)/);
  });

  it('may branch: an answer is gone on from more than once', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config: KEEPING });
    const openai = gateway.openai();
    const root = await ask(openai, false, { input: 'Root?' });
    await ask(openai, false, { input: 'Left?', previous_response_id: root.id });
    await ask(openai, true, { input: 'Right?', previous_response_id: root.id });
    assert.match(sent(gateway), /Root\?/);
    assert.doesNotMatch(sent(gateway), /Left\?/);
  });

  it('counts whole towards what is asked of a vendor', async () => {
    await using gateway = await runningGateway({
      fakes: { only: 'openai' },
      deployments: { only: { contextWindow: 2_500 } },
      config: KEEPING,
    });
    const openai = gateway.openai();
    const long = await ask(openai, false, { input: 'word '.repeat(2_500) });
    await assert.rejects(
      ask(openai, false, { input: 'word '.repeat(2_500), previous_response_id: long.id }),
      OpenAI.BadRequestError,
    );
  });
});

describe("the AI SDK's OpenAI provider, which refers to earlier items where it may", () => {
  for (const protocol of PROTOCOLS) {
    it(`goes through a loop of tool calls without a setting, over a provider of the ${protocol} protocol`, async () => {
      await using gateway = await runningGateway({ fakes: { only: protocol }, config: KEEPING });
      gateway.fakes.only.script(
        {
          kind: 'tool-call',
          reasoning: ['Hm.'],
          text: 'I will see.',
          calls: [{ name: 'weather', arguments: '{"city":"Oslo"}' }],
        },
        { kind: 'answer', text: 'It rains in Oslo.' },
      );
      const weather = tool({
        description: 'The weather in a city.',
        inputSchema: z.object({ city: z.string() }),
        execute: async () => 'rain',
      });
      const model = createOpenAI({ baseURL: gateway.baseUrl, apiKey: gateway.key })('all');
      const call = { model, prompt: 'Weather in Oslo?', tools: { weather }, stopWhen: isStepCount(3) };
      assert.equal((await generateText(call)).text, 'It rains in Oslo.');
      assert.match(sent(gateway), /Weather in Oslo.*I will see.*weather.*rain/s);
    });
  }
});

describe('what is kept', () => {
  let gateway: RunningGateway<'only'>;
  let openai: OpenAI;
  before(async () => {
    gateway = await runningGateway({ fakes: { only: 'openai' }, config: KEEPING });
    openai = gateway.openai();
  });
  after(() => gateway.close());

  it('is not there for another key, word for word as what never was', async () => {
    const { id } = await ask(openai, false, { input: 'Secret?' });
    const other = gateway.openai({ apiKey: OTHER_KEY });
    const attempts = (asked: string): readonly (() => PromiseLike<unknown>)[] => [
      () => other.responses.retrieve(asked),
      () => other.responses.delete(asked),
      () => other.responses.inputItems.list(asked),
      () => ask(other, false, { input: 'And?', previous_response_id: asked }),
      () => ask(other, true, { input: 'And?', previous_response_id: asked }),
    ];
    const unknown = `resp_${'0'.repeat(24)}`;
    for (const [index, attempt] of attempts(id).entries()) {
      const [refused, never] = await Promise.all([refusal(attempt), refusal(attempts(unknown)[index]!)]);
      assert.equal(refused.message.replaceAll(id, unknown), never.message);
      assert.deepEqual([refused.status, refused.code, refused.param], [never.status, never.code, never.param]);
      assert.equal(refused.status, index < 3 ? 404 : 400);
    }
    assert.equal((await openai.responses.retrieve(id)).id, id);
  });

  it('is gone once it is deleted, and so is the conversation behind it', async () => {
    const first = await ask(openai, false, { input: 'First?' });
    const second = await ask(openai, false, { input: 'Second?', previous_response_id: first.id });
    await openai.responses.delete(first.id);
    assert.equal((await refusal(() => openai.responses.retrieve(first.id))).status, 404);
    const { status, code, message } = await refusal(() =>
      ask(openai, false, { input: 'Third?', previous_response_id: second.id }),
    );
    assert.deepEqual([status, code], [400, 'previous_response_not_found']);
    assert.match(message, new RegExp(first.id));
  });

  it('is nothing where the request says so, and that is told', async () => {
    for (const stream of [true, false]) {
      const answer = await ask(openai, stream, { input: 'Off the record?', store: false });
      assert.equal(storeOf(answer), false);
      assert.equal((await refusal(() => openai.responses.retrieve(answer.id))).status, 404);
    }
  });

  it('is not an answer that broke off', async () => {
    gateway.fakes.only.script({ kind: 'cut', afterChunks: 1, chunks: ['One', ' two'] });
    const ids: string[] = [];
    for await (const event of await openai.responses.create({ model: 'all', input: 'Count.', stream: true })) {
      if (event.type === 'response.failed') {
        ids.push(event.response.id);
        assert.equal(storeOf(event.response), false);
      }
    }
    assert.equal((await refusal(() => openai.responses.retrieve(ids[0]!))).status, 404);
  });

  it('names the places of a bad item in the words of the request, whatever is before it', async () => {
    const { id } = await ask(openai, false, { input: 'Hello?' });
    const image = { type: 'input_file', filename: 'compaction', file_data: 'data:application/pdf;base64,AA' };
    for (const [item, param] of [
      [{ type: 'function_call_output', output: 'x' }, 'input[0].call_id'],
      [{ type: 'function_call_output', call_id: 'none', output: 'x' }, 'input[0].call_id'],
      [{ type: 'compaction', encrypted_content: 'x' }, 'input[0]'],
      [{ role: 'user', content: [image, { type: 'input_unknown' }] }, 'input[0].content[1]'],
    ] as const) {
      const { error } = (await post(gateway, { model: 'all', input: [item], previous_response_id: id })) as {
        error: OpenAI.ErrorObject;
      };
      assert.equal(error.param, param, error.message);
      assert.doesNotMatch(error.message, /input\[[1-9]/);
    }
  });

  for (const [what, body, param] of [
    ['an id of another type', { previous_response_id: 7 }, 'previous_response_id'],
    ['a conversation object', { conversation: 'conv_1' }, 'conversation'],
    ['an answer in the background', { background: true }, 'background'],
    ['a reference to nothing', { input: [{ type: 'item_reference', id: 'msg_nothing' }] }, 'input[0]'],
    ['too many references', { input: Array(501).fill({ type: 'item_reference', id: 'msg_1' }) }, 'input'],
  ] as const) {
    it(`refuses ${what}, naming it`, async () => {
      const { error } = (await post(gateway, { model: 'all', input: 'Hi', ...body })) as { error: OpenAI.ErrorObject };
      assert.deepEqual([error.type, error.param], ['invalid_request_error', param]);
      assert.doesNotMatch(error.message, /keepDays is not set/);
    });
  }

  it('is listed by no wrong query', async () => {
    const { id } = await ask(openai, false, { input: 'Hello?' });
    for (const query of ['limit=0', 'limit=101', 'limit=x', 'order=up', 'after=nothing', 'before=nothing']) {
      const response = await gateway.fetch(`/v1/responses/${id}/input_items?${query}`);
      const { error } = (await response.json()) as { error: OpenAI.ErrorObject };
      assert.deepEqual([response.status, error.param], [400, query.split('=')[0]]);
    }
    assert.equal((await gateway.fetch(`/v1/responses/${id}?stream=true`)).status, 400);
    assert.equal((await gateway.fetch(`/v1/responses/${id}`, { method: 'PUT' })).status, 405);
  });
});

describe('where no answers are kept', () => {
  it('a request for one is refused by the name of the setting, and says itself that it keeps none', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'openai' } });
    const openai = gateway.openai();
    const answer = await ask(openai, false, { input: 'Hello?', store: true });
    assert.equal(storeOf(answer), false);
    for (const attempt of [
      () => openai.responses.retrieve(answer.id),
      () => openai.responses.delete(answer.id),
      () => openai.responses.inputItems.list(answer.id),
      () => ask(openai, true, { input: 'And?', previous_response_id: answer.id }),
    ]) {
      assert.match((await refusal(attempt)).message, /responses\.keepDays is not set/);
    }
  });
});

describe('while DynamoDB is away', () => {
  it('an answer is given, says that it is not kept, and going on is a 503', async () => {
    await using gateway = await runningGateway({ fakes: { only: 'anthropic' }, config: KEEPING });
    const { client, answersTable } = gateway.dynamoDb;
    await client.send(new DeleteTableCommand({ TableName: answersTable }));
    const { data, response } = await gateway
      .openai()
      .responses.create({ model: 'all', input: 'Hello?' })
      .withResponse();
    assert.equal(data.status, 'completed');
    assert.equal(storeOf(data), false);
    assert.equal(response.headers.get('x-nemo-dropped-params'), 'store');
    const streamed = await ask(gateway.openai(), true, { input: 'Hello?' });
    assert.equal(storeOf(streamed), false);
    const away = await refusal(() => ask(gateway.openai(), false, { input: 'And?', previous_response_id: data.id }));
    assert.deepEqual([away.status, away.code], [503, 'kept_answers_unavailable']);
    assert.equal((await refusal(() => gateway.openai().responses.retrieve(data.id))).status, 503);
    assert.deepEqual(
      new Set(gateway.storeErrors.map((error) => error.split(':')[0])),
      new Set(['keep an answer', 'read an answer']),
    );
  });
});

describe('a key that has kept as much as it may in a day', () => {
  it('is answered on, and told that nothing more is kept', async () => {
    const config = { ...KEEPING, responses: { keepDays: 1, megabytesPerKeyAndDay: 0.0001 } };
    await using gateway = await runningGateway({ fakes: { only: 'openai' }, config });
    const first = await ask(gateway.openai(), false, { input: 'Hello?' });
    assert.equal(storeOf(first), true);
    const { data, response } = await gateway
      .openai()
      .responses.create({ model: 'all', input: 'Hello?' })
      .withResponse();
    assert.equal(storeOf(data), false);
    assert.equal(response.headers.get('x-nemo-dropped-params'), 'store');
    const other = await ask(gateway.openai({ apiKey: OTHER_KEY }), false, { input: 'Hello?' });
    assert.equal(storeOf(other), true);
  });
});

/** The client's types do not have it. */
function storeOf(response: object): unknown {
  return 'store' in response ? response.store : undefined;
}

async function refusal(attempt: () => PromiseLike<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await attempt();
  } catch (error) {
    assert.ok(error instanceof OpenAI.APIError, String(error));
    return error;
  }
  return assert.fail('It was not refused.');
}

async function post(gateway: RunningGateway<'only'>, body: object): Promise<unknown> {
  const response = await gateway.fetch('/v1/responses', { method: 'POST', body: JSON.stringify(body) });
  assert.equal(response.status, 400);
  return response.json();
}
