import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Dialect, Native } from '../../../../../functions/gateway/core/model/dialect.ts';
import type { Source } from '../../../../../functions/gateway/core/model/part.ts';
import type { Prompt, Reasoning } from '../../../../../functions/gateway/core/model/prompt.ts';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import type { Encoding, Target } from '../../../../../functions/gateway/core/protocols/protocol.ts';
import { isJsonObject, type JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import fc from '../../../../support/property.ts';

const OLDEST = 'claude-3-5-haiku-20241022';
const BUDGET = 'claude-sonnet-4-5-20250929';
const ADAPTIVE = 'claude-sonnet-4-6';
const NEW = 'claude-opus-4-8';
const ALWAYS_THINKS = 'claude-opus-5-5';

/** Members of an OpenAI chat request. */
type Fields = JsonObject;
type ChatMessage = JsonObject & { role: string };

function encode(fields: Fields, target: Partial<Target> = {}): Encoding {
  return anthropic.encode(promptOf(fields), { model: BUDGET, streaming: true, ...target });
}

function encoded(fields: Fields, target: Partial<Target> = {}): { body: JsonObject; dropped: readonly string[] } {
  const encoding = encode(fields, target);
  assert.equal(encoding.kind, 'encoded', JSON.stringify(encoding));
  return encoding.kind === 'encoded' ? { body: encoding.request.body, dropped: encoding.dropped } : assert.fail();
}

function bodyFor(fields: Fields, model = BUDGET): JsonObject {
  return encoded(fields, { model }).body;
}

function refusedParam(fields: Fields, model = BUDGET): string {
  const encoding = encode(fields, { model });
  assert.equal(encoding.kind, 'unsupported', JSON.stringify(encoding));
  return encoding.kind === 'unsupported' ? encoding.param : assert.fail();
}

function messagesFor(messages: readonly ChatMessage[], model = BUDGET): unknown {
  return bodyFor({ messages }, model).messages;
}

const weather = { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } };
const time = { type: 'function', function: { name: 'time' } };
const call = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } } as const;
const user = { role: 'user', content: 'Hi' } as const;
const signed = { type: 'thinking', thinking: 'hm', signature: 'sig' };

describe('a request to Anthropic', () => {
  it('has the API version that still takes sampling parameters', () => {
    const encoding = encode({});
    assert.deepEqual(encoding, {
      kind: 'encoded',
      request: {
        operation: 'answer-stream',
        headers: { 'anthropic-version': '2023-06-01' },
        body: {
          model: BUDGET,
          max_tokens: 64_000,
          messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
          stream: true,
        },
      },
      dropped: [],
    });
  });

  it('that is not streamed is another operation', () => {
    const encoding = encode({}, { streaming: false });
    assert.ok(encoding.kind === 'encoded');
    assert.equal(encoding.request.operation, 'answer');
    assert.equal(encoding.request.body.stream, false);
  });

  it('has no member that is undefined', () => {
    assert.ok(Object.values(bodyFor({})).every((value) => value !== undefined));
  });
});

describe('max_tokens', () => {
  const cases: readonly { name: string; fields: Fields; target: Partial<Target>; expected: number }[] = [
    { name: "is the model's own where nobody says", fields: {}, target: { model: OLDEST }, expected: 8192 },
    { name: 'is what the caller asks', fields: { max_tokens: 100 }, target: {}, expected: 100 },
    {
      name: 'prefers max_completion_tokens',
      fields: { max_tokens: 1, max_completion_tokens: 2 },
      target: {},
      expected: 2,
    },
    { name: 'stays within the model', fields: { max_tokens: 100_000 }, target: { model: OLDEST }, expected: 8192 },
    {
      name: 'stays within the configured limit',
      fields: { max_tokens: 100 },
      target: { maxOutputTokens: 50 },
      expected: 50,
    },
    {
      name: 'is not cut for an unknown model',
      fields: { max_tokens: 900_000 },
      target: { model: 'other' },
      expected: 900_000,
    },
    { name: 'has a default for an unknown model', fields: {}, target: { model: 'other' }, expected: 64_000 },
  ];
  for (const { name, fields, target, expected } of cases) {
    it(name, () => assert.equal(encoded(fields, target).body.max_tokens, expected));
  }
});

describe('messages', () => {
  it('hoists the leading system message as a plain string', () => {
    const body = bodyFor({ messages: [{ role: 'system', content: 'Be brief.' }, user] });
    assert.equal(body.system, 'Be brief.');
  });

  it('keeps a marked system prompt, and several, as blocks', () => {
    const marked = { type: 'text', text: 'Long.', cache_control: { type: 'ephemeral', ttl: '1h' } };
    const { system } = bodyFor({
      messages: [{ role: 'system', content: [marked] }, { role: 'developer', content: 'x' }, user],
    });
    assert.deepEqual(system, [marked, { type: 'text', text: 'x' }]);
  });

  it('sends a later system message natively to models that take it and as user text to others', () => {
    const messages: ChatMessage[] = [user, { role: 'system', content: 'Now in French.' }];
    const text = (value: string) => ({ type: 'text', text: value });
    assert.deepEqual(messagesFor(messages, NEW), [
      { role: 'user', content: [text('Hi')] },
      { role: 'system', content: [text('Now in French.')] },
    ]);
    assert.deepEqual(messagesFor(messages, BUDGET), [{ role: 'user', content: [text('Hi'), text('Now in French.')] }]);
  });

  it('puts all results of a turn in one user message, first, with portable ids on both sides', () => {
    const odd = { ...call, id: 'call:ä' };
    const messages = messagesFor([
      user,
      {
        role: 'assistant',
        content: 'Looking.',
        tool_calls: [odd, { ...call, function: { name: 'time', arguments: '' } }],
      },
      { role: 'user', content: 'Hurry' },
      { role: 'tool', tool_call_id: 'call:ä', content: '4 C' },
      { role: 'tool', tool_call_id: 'call_1', content: ' ' },
    ]);
    assert.ok(Array.isArray(messages) && messages.length === 3);
    const [, assistant, results] = messages;
    const id = assistant.content[1].id;
    assert.match(id, /^[a-zA-Z0-9_-]+$/);
    assert.deepEqual(assistant.content, [
      { type: 'text', text: 'Looking.' },
      { type: 'tool_use', id, name: 'weather', input: { city: 'Oslo' } },
      { type: 'tool_use', id: 'call_1', name: 'time', input: {} },
    ]);
    assert.deepEqual(results.content, [
      { type: 'tool_result', tool_use_id: id, content: '4 C' },
      { type: 'tool_result', tool_use_id: 'call_1', content: '(empty)' },
      { type: 'text', text: 'Hurry' },
    ]);
  });

  for (const text of ['{', '[]', '"x"', 'null']) {
    it(`refuses tool arguments that are not a JSON object: ${text}`, () => {
      const broken = { ...call, function: { name: 'weather', arguments: text } };
      const messages: ChatMessage[] = [user, { role: 'assistant', tool_calls: [call, broken] }];
      assert.equal(refusedParam({ messages }), 'messages[1].tool_calls[1].function.arguments');
    });
  }

  it('declares the tools of a history where the request has none, not to be called again', () => {
    const messages: ChatMessage[] = [
      user,
      { role: 'assistant', tool_calls: [call] },
      { role: 'tool', tool_call_id: 'call_1', content: 'r' },
    ];
    const body = bodyFor({ messages });
    assert.deepEqual(body.tools, [{ name: 'weather', input_schema: { type: 'object', properties: {} } }]);
    assert.deepEqual(body.tool_choice, { type: 'none' });
  });

  it('stands a placeholder for a user turn of blanks', () => {
    assert.deepEqual(messagesFor([{ role: 'user', content: ' ' }]), [
      { role: 'user', content: [{ type: 'text', text: '(empty)' }] },
    ]);
  });

  it('continues an assistant message without its trailing space where the model can', () => {
    const messages: ChatMessage[] = [user, { role: 'assistant', content: 'Once upon \n' }];
    assert.deepEqual(messagesFor(messages, BUDGET), [
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
      { role: 'assistant', content: [{ type: 'text', text: 'Once upon' }] },
    ]);
    assert.equal(refusedParam({ messages }, NEW), 'messages[1]');
    assert.equal(encode({ messages }, { model: NEW, rules: { prefill: true } }).kind, 'encoded');
  });
});

describe('an answer that has begun', () => {
  const begunBy = (fields: Fields, begun: Prompt['begun'], model = BUDGET): Encoding =>
    anthropic.encode({ ...promptOf(fields), ...(begun && { begun }) }, { model, streaming: true });
  const bodyOf = (encoding: Encoding): JsonObject =>
    encoding.kind === 'encoded' ? encoding.request.body : assert.fail(JSON.stringify(encoding));
  const text = (value: string) => ({ type: 'text', text: value });

  it('is gone on with as the words of the assistant, with what is left of the limit', () => {
    const body = bodyOf(begunBy({ max_tokens: 100 }, { text: 'Once upon', tokens: 30 }));
    assert.deepEqual(body.messages, [
      { role: 'user', content: [text('Hi')] },
      { role: 'assistant', content: [text('Once upon')] },
    ]);
    assert.equal(body.max_tokens, 70);
  });

  it('goes on where the caller had begun it', () => {
    const messages = [user, { role: 'assistant', content: 'Once ' }];
    assert.deepEqual(bodyOf(begunBy({ messages }, { text: 'upon', tokens: 1 })).messages, [
      { role: 'user', content: [text('Hi')] },
      { role: 'assistant', content: [text('Once upon')] },
    ]);
  });

  it('without a word yet is asked for anew', () => {
    const { messages } = bodyOf(begunBy({}, { text: '', tokens: 0 }, NEW));
    assert.deepEqual(messages, [{ role: 'user', content: [text('Hi')] }]);
  });

  it('always has a token left', () => {
    assert.equal(bodyOf(begunBy({ max_tokens: 5 }, { text: 'x', tokens: 30 })).max_tokens, 1);
  });

  it('is refused by a model that does not go on from it', () => {
    assert.equal(begunBy({}, { text: 'Once', tokens: 1 }, NEW).kind, 'unsupported');
  });
});

describe('content parts', () => {
  const pixel = 'iVBORw0KGgo=';
  const cases: readonly { name: string; part: JsonObject & { type: string }; block: JsonObject }[] = [
    {
      name: 'an image as a data URL',
      part: { type: 'image_url', image_url: { url: `data:image/PNG;base64,${pixel}`, detail: 'high' } },
      block: { type: 'image', source: { type: 'base64', media_type: 'image/png', data: pixel } },
    },
    {
      name: 'a JPEG under its common wrong name',
      part: { type: 'image_url', image_url: { url: `data:image/jpg;base64,${pixel}` } },
      block: { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: pixel } },
    },
    {
      name: 'an image by its address',
      part: { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
      block: { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    },
    {
      name: 'a PDF with its name',
      part: { type: 'file', file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBE' } },
      block: {
        type: 'document',
        source: { type: 'base64', media_type: 'application/pdf', data: 'JVBE' },
        title: 'a.pdf',
      },
    },
  ];
  for (const { name, part, block } of cases) {
    it(`takes ${name}`, () => {
      assert.deepEqual(messagesFor([{ role: 'user', content: [part] }]), [{ role: 'user', content: [block] }]);
    });
  }

  it('takes a document by its address, as text and as a file of its own', () => {
    const document = (source: Source): JsonObject | undefined => {
      const part = { kind: 'media', media: 'document', source, title: 'T', cite: true, path: 'p' } as const;
      const prompt: Prompt = { ...promptOf({}), turns: [{ role: 'user', path: 'm', parts: [part] }] };
      const encoding = anthropic.encode(prompt, { model: BUDGET, streaming: true });
      assert.ok(encoding.kind === 'encoded' && Array.isArray(encoding.request.body.messages));
      return encoding.request.body.messages[0].content[0];
    };
    const about = { title: 'T', citations: { enabled: true } };
    const url = 'https://example.com/a.pdf';
    assert.deepEqual(document({ kind: 'url', url }), { type: 'document', source: { type: 'url', url }, ...about });
    assert.deepEqual(document({ kind: 'text', text: 'words' }), {
      type: 'document',
      source: { type: 'text', media_type: 'text/plain', data: 'words' },
      ...about,
    });
    assert.deepEqual(document({ kind: 'uploaded', dialect: 'anthropic-messages', id: 'file_1' }), {
      type: 'document',
      source: { type: 'file', file_id: 'file_1' },
      ...about,
    });
  });

  const refused: readonly { name: string; part: JsonObject & { type: string } }[] = [
    { name: 'video', part: { type: 'video_url', video_url: { url: 'https://example.com/a.mp4' } } },
    { name: 'audio', part: { type: 'input_audio', input_audio: { data: '', format: 'wav' } } },
    { name: 'a file by its id', part: { type: 'file', file: { file_id: 'file-1' } } },
    {
      name: 'a file that is neither PDF nor text',
      part: { type: 'file', file: { file_data: 'data:application/zip;base64,YQ==' } },
    },
    {
      name: 'an image of another type',
      part: { type: 'image_url', image_url: { url: 'data:image/tiff;base64,YQ==' } },
    },
    { name: 'an image by another scheme', part: { type: 'image_url', image_url: { url: 'http://example.com/a.png' } } },
    { name: 'a part of an unknown type', part: { type: 'constructor' } },
  ];
  for (const { name, part } of refused) {
    it(`refuses ${name} and says where it stands`, () => {
      const content = [{ type: 'text', text: 'x' }, part];
      assert.equal(refusedParam({ messages: [{ role: 'user', content }] }), 'messages[0].content[1]');
    });
  }
});

describe('tools', () => {
  it('are translated, with an empty schema where they take nothing', () => {
    const { body } = encoded({ tools: [weather, time] });
    assert.deepEqual(body.tools, [
      { name: 'weather', input_schema: { type: 'object', properties: {} } },
      { name: 'time', input_schema: { type: 'object', properties: {} } },
    ]);
    assert.ok(!('tool_choice' in body));
  });

  it('are strict, with a closed schema, where the model has structured outputs', () => {
    const strict = {
      type: 'function',
      function: { name: 'f', strict: true, parameters: { type: 'object', properties: {} } },
    };
    const schema = { type: 'object', properties: {} };
    assert.deepEqual(bodyFor({ tools: [strict] }, NEW).tools, [
      { name: 'f', input_schema: { ...schema, additionalProperties: false }, strict: true },
    ]);
    const old = encoded({ tools: [strict] }, { model: OLDEST });
    assert.deepEqual(old.body.tools, [{ name: 'f', input_schema: schema }]);
    assert.deepEqual(old.dropped, ['strict']);
  });

  it('of other types are refused', () => {
    assert.equal(refusedParam({ tools: [time, { type: 'custom', custom: { name: 'x' } }] }), 'tools[1]');
  });

  const named = { type: 'function', function: { name: 'time' } };
  const only = (mode: string) => ({ type: 'allowed_tools', allowed_tools: { mode, tools: [named] } });
  const choices: readonly { choice: unknown; expected: JsonObject; tools?: number }[] = [
    { choice: 'auto', expected: { type: 'auto' } },
    { choice: 'none', expected: { type: 'none' } },
    { choice: 'required', expected: { type: 'any' } },
    { choice: named, expected: { type: 'tool', name: 'time' } },
    { choice: only('auto'), expected: { type: 'auto' }, tools: 1 },
    { choice: only('required'), expected: { type: 'any' }, tools: 1 },
  ];
  for (const { choice, expected, tools = 2 } of choices) {
    it(`translate tool_choice ${JSON.stringify(choice)}`, () => {
      const body = bodyFor({ tools: [weather, time], tool_choice: choice });
      assert.deepEqual(body.tool_choice, expected);
      assert.equal(Array.isArray(body.tools) && body.tools.length, tools);
    });
  }

  it('are called one at a time where the caller asks so', () => {
    const asked = { tools: [time], parallel_tool_calls: false };
    assert.deepEqual(bodyFor(asked).tool_choice, { type: 'auto', disable_parallel_tool_use: true });
    const required = bodyFor({ ...asked, tool_choice: 'required' });
    assert.deepEqual(required.tool_choice, { type: 'any', disable_parallel_tool_use: true });
    assert.deepEqual(bodyFor({ ...asked, tool_choice: 'none' }).tool_choice, { type: 'none' });
  });

  it('cannot be forced on a model that refuses it, nor where there are none', () => {
    assert.equal(refusedParam({ tools: [time], tool_choice: 'required' }, ALWAYS_THINKS), 'tool_choice');
    assert.equal(refusedParam({ tool_choice: 'required' }), 'tool_choice');
  });
});

describe('response_format', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  };
  const format = { type: 'json_schema', json_schema: { name: 'x', schema, strict: true } };

  it('is native where the model has structured outputs', () => {
    assert.deepEqual(bodyFor({ response_format: format }).output_config, { format: { type: 'json_schema', schema } });
  });

  it('is a forced tool on older models', () => {
    const body = bodyFor({ response_format: format }, OLDEST);
    const tools = Array.isArray(body.tools) ? body.tools : [];
    assert.equal(tools.length, 1);
    assert.deepEqual(tools[0].input_schema, schema);
    assert.deepEqual(body.tool_choice, { type: 'tool', name: tools[0].name, disable_parallel_tool_use: true });
  });

  it("leaves an older model the caller's tools to call instead, and alone where one must be called", () => {
    const free = bodyFor({ response_format: format, tools: [time] }, OLDEST);
    assert.equal(Array.isArray(free.tools) && free.tools.length, 2);
    assert.deepEqual(free.tool_choice, { type: 'any', disable_parallel_tool_use: true });
    const forced = bodyFor({ response_format: format, tools: [time], tool_choice: 'required' }, OLDEST);
    assert.equal(Array.isArray(forced.tools) && forced.tools.length, 1);
  });

  it('turns the reasoning of an older model off where it needs the forced tool', () => {
    const { body, dropped } = encoded(
      { response_format: format, reasoning_effort: 'high' },
      { model: 'claude-opus-4-1' },
    );
    assert.deepEqual(body.thinking, { type: 'disabled' });
    assert.deepEqual(dropped, ['reasoning_effort']);
  });

  it('json_object is an instruction after the system prompt', () => {
    const messages: ChatMessage[] = [{ role: 'system', content: 'Be brief.' }, user];
    const { system } = bodyFor({ messages, response_format: { type: 'json_object' } });
    assert.ok(Array.isArray(system) && system.length === 2 && /JSON/.test(system[1].text));
  });

  it('text asks for nothing and an unknown one is refused', () => {
    assert.deepEqual(Object.keys(bodyFor({ response_format: { type: 'text' } })), Object.keys(bodyFor({})));
    assert.equal(refusedParam({ response_format: { type: 'grammar' } }), 'response_format.type');
  });

  it("a caller's tool may not have the name of the gateway's own", () => {
    const name = 'nemo_structured_answer';
    assert.equal(refusedParam({ tools: [{ type: 'function', function: { name } }] }), 'tools[0].function.name');
  });
});

describe('sampling', () => {
  const all = { temperature: 0.3, top_p: 0.5, top_k: 9 };
  const cases: readonly { name: string; model: string; fields: Fields; kept: JsonObject; dropped: string[] }[] = [
    { name: 'goes to older models whole', model: OLDEST, fields: all, kept: all, dropped: [] },
    {
      name: 'is temperature or top_p, not both, from 4.1 on',
      model: BUDGET,
      fields: all,
      kept: { temperature: 0.3, top_k: 9 },
      dropped: ['top_p'],
    },
    { name: 'may be top_p alone', model: BUDGET, fields: { top_p: 0.5 }, kept: { top_p: 0.5 }, dropped: [] },
    { name: 'is nothing on the newest', model: NEW, fields: all, kept: {}, dropped: ['temperature', 'top_p', 'top_k'] },
    { name: 'loses nothing with the default', model: NEW, fields: { temperature: 1, top_p: 1 }, kept: {}, dropped: [] },
    {
      name: "is clamped to Anthropic's range, which is told",
      model: BUDGET,
      fields: { temperature: 1.7 },
      kept: { temperature: 1 },
      dropped: ['temperature'],
    },
    {
      name: 'gives way to reasoning',
      model: BUDGET,
      fields: { ...all, reasoning_effort: 'low' },
      kept: {},
      dropped: ['temperature', 'top_p', 'top_k'],
    },
    {
      name: 'may be a high top_p beside reasoning',
      model: BUDGET,
      fields: { temperature: 1, top_p: 0.97, reasoning_effort: 'low' },
      kept: { top_p: 0.97 },
      dropped: [],
    },
  ];
  for (const { name, model, fields, kept, dropped } of cases) {
    it(name, () => {
      const result = encoded(fields, { model });
      const { temperature, top_p, top_k } = result.body;
      assert.deepEqual(JSON.parse(JSON.stringify({ temperature, top_p, top_k })), kept);
      assert.deepEqual(result.dropped, dropped);
    });
  }
});

describe('reasoning_effort', () => {
  interface Case {
    readonly name: string;
    readonly model: string;
    readonly fields: Fields;
    readonly thinking?: JsonObject;
    readonly effort?: string;
    readonly dropped?: readonly string[];
  }
  const cases: readonly Case[] = [
    { name: 'asks for nothing where absent', model: NEW, fields: {} },
    {
      name: 'is an effort',
      model: NEW,
      fields: { reasoning_effort: 'xhigh' },
      thinking: { type: 'adaptive' },
      effort: 'xhigh',
    },
    {
      name: 'minimal is low',
      model: NEW,
      fields: { reasoning_effort: 'minimal' },
      thinking: { type: 'adaptive' },
      effort: 'low',
    },
    {
      name: 'is the nearest lower one',
      model: ADAPTIVE,
      fields: { reasoning_effort: 'xhigh' },
      thinking: { type: 'adaptive' },
      effort: 'high',
    },
    { name: 'none disables', model: NEW, fields: { reasoning_effort: 'none' }, thinking: { type: 'disabled' } },
    {
      name: 'none has another name on Sonnet 5.5',
      model: 'claude-sonnet-5-5',
      fields: { reasoning_effort: 'none' },
      thinking: { type: 'between_tools' },
    },
    {
      name: 'none is the least where a model always reasons',
      model: ALWAYS_THINKS,
      fields: { reasoning_effort: 'none' },
      effort: 'low',
      dropped: ['reasoning_effort'],
    },
    {
      name: 'is a budget on older models',
      model: BUDGET,
      fields: { reasoning_effort: 'medium' },
      thinking: { type: 'enabled', budget_tokens: 8192 },
    },
    {
      name: 'leaves room for the answer',
      model: BUDGET,
      fields: { reasoning_effort: 'high', max_tokens: 4000 },
      thinking: { type: 'enabled', budget_tokens: 3000 },
    },
    {
      name: 'is never below the least budget',
      model: BUDGET,
      fields: { reasoning_effort: 'high', max_tokens: 1100 },
      thinking: { type: 'enabled', budget_tokens: 1024 },
    },
    {
      name: 'needs more tokens than the least budget',
      model: BUDGET,
      fields: { reasoning_effort: 'high', max_tokens: 1024 },
      thinking: { type: 'disabled' },
      dropped: ['reasoning_effort'],
    },
    {
      name: 'is lost on a model that cannot reason',
      model: OLDEST,
      fields: { reasoning_effort: 'low' },
      dropped: ['reasoning_effort'],
    },
    { name: 'none is what such a model does', model: OLDEST, fields: { reasoning_effort: 'none' } },
    {
      name: 'of an unknown value is left out',
      model: NEW,
      fields: { reasoning_effort: 'constructor' },
      dropped: ['reasoning_effort'],
    },
    {
      name: 'gives way to a prefill',
      model: BUDGET,
      fields: { reasoning_effort: 'low', messages: [user, { role: 'assistant', content: 'A' }] },
      thinking: { type: 'disabled' },
      dropped: ['reasoning_effort'],
    },
  ];
  for (const { name, model, fields, thinking, effort, dropped = [] } of cases) {
    it(name, () => {
      const result = encoded(fields, { model });
      assert.deepEqual(result.body.thinking, thinking);
      assert.deepEqual(result.body.output_config, effort === undefined ? undefined : { effort });
      assert.deepEqual(result.dropped, dropped);
    });
  }

  it('stands beside a schema in output_config', () => {
    const schema = { type: 'object', properties: {}, additionalProperties: false };
    const response_format = { type: 'json_schema', json_schema: { name: 'x', schema } };
    assert.deepEqual(bodyFor({ reasoning_effort: 'low', response_format }, NEW).output_config, {
      effort: 'low',
      format: { type: 'json_schema', schema },
    });
  });

  it('shows its text where the operator asks for it', () => {
    const { body } = encoded({ reasoning_effort: 'low' }, { model: NEW, rules: { thinkingDisplay: 'summarized' } });
    assert.deepEqual(body.thinking, { type: 'adaptive', display: 'summarized' });
  });
});

describe('reasoning in tokens and in view', () => {
  const reasoned = (reasoning: Reasoning, model: string, fields: Fields = {}): JsonObject => {
    const encoding = anthropic.encode({ ...promptOf(fields), reasoning }, { model, streaming: true });
    assert.ok(encoding.kind === 'encoded');
    const { thinking, output_config } = encoding.request.body;
    return JSON.parse(JSON.stringify({ thinking, output_config, dropped: encoding.dropped }));
  };
  const cases: readonly { name: string; reasoning: Reasoning; model: string; fields?: Fields; expected: JsonObject }[] =
    [
      {
        name: 'is the budget that was asked for',
        reasoning: { budgetTokens: 15_000 },
        model: BUDGET,
        fields: { max_tokens: 16_000 },
        expected: { thinking: { type: 'enabled', budget_tokens: 15_000 } },
      },
      {
        name: 'is less than the answer may have',
        reasoning: { budgetTokens: 15_000 },
        model: BUDGET,
        fields: { max_tokens: 2000 },
        expected: { thinking: { type: 'enabled', budget_tokens: 1999 } },
      },
      {
        name: 'is an effort of such a budget on newer models',
        reasoning: { budgetTokens: 8000 },
        model: NEW,
        expected: { thinking: { type: 'adaptive' }, output_config: { effort: 'medium' } },
      },
      {
        name: 'of no tokens is none',
        reasoning: { budgetTokens: 0 },
        model: NEW,
        expected: { thinking: { type: 'disabled' } },
      },
      {
        name: 'is as much as a newer model sees fit where nobody says how much',
        reasoning: { show: 'summary' },
        model: NEW,
        expected: { thinking: { type: 'adaptive', display: 'summarized' } },
      },
      {
        name: 'is of a medium budget on older models where nobody says how much',
        reasoning: { show: 'summary' },
        model: BUDGET,
        expected: { thinking: { type: 'enabled', budget_tokens: 8192 } },
      },
      {
        name: 'is hidden where the caller asks for that',
        reasoning: { effort: 'low', show: 'none' },
        model: NEW,
        expected: { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'low' } },
      },
      { name: 'that is only to be hidden is not asked for', reasoning: { show: 'none' }, model: NEW, expected: {} },
      {
        name: 'in tokens is lost on a model that cannot reason',
        reasoning: { budgetTokens: 2000 },
        model: OLDEST,
        expected: { dropped: ['reasoning_effort'] },
      },
    ];
  for (const { name, reasoning, model, fields, expected } of cases) {
    it(name, () => assert.deepEqual(reasoned(reasoning, model, fields), { dropped: [], ...expected }));
  }
});

describe('reasoning that was given out', () => {
  const redacted = { type: 'redacted_thinking', data: 'xyz' };
  const toolLoop = (blocks: readonly unknown[]): Fields => ({
    reasoning_effort: 'low',
    tools: [weather],
    messages: [
      user,
      { role: 'assistant', content: 'Looking.', tool_calls: [call], thinking_blocks: blocks },
      { role: 'tool', tool_call_id: 'call_1', content: 'r' },
    ],
  });

  it('is replayed first in its turn', () => {
    const { messages, thinking } = bodyFor(toolLoop([signed, redacted]));
    assert.ok(Array.isArray(messages));
    assert.deepEqual(messages[1].content.slice(0, 3), [signed, redacted, { type: 'text', text: 'Looking.' }]);
    assert.equal(isJsonObject(thinking) && thinking.type, 'enabled');
  });

  it('and lost in the midst of tool calls turns reasoning off for the request', () => {
    const { body, dropped } = encoded(toolLoop([{ type: 'thinking', thinking: 'unsigned' }]));
    assert.deepEqual(body.thinking, { type: 'disabled' });
    assert.deepEqual(dropped, ['reasoning_effort']);
  });

  it('and lost in an earlier turn does not', () => {
    const fields = toolLoop([]);
    assert.ok(Array.isArray(fields.messages));
    const messages = [...fields.messages, { role: 'assistant', content: 'Rain.' } as const, user];
    assert.deepEqual(encoded({ ...fields, messages }).dropped, []);
  });

  it('is kept from models that cannot reason', () => {
    const { messages } = bodyFor({ ...toolLoop([signed]), reasoning_effort: 'none' }, OLDEST);
    assert.ok(Array.isArray(messages));
    assert.equal(messages[1].content[0].type, 'text');
  });
});

describe('what only one API knows', () => {
  const native = (dialect: Dialect, ifForeign: Native['ifForeign'], value: JsonObject = { type: 'x' }): Native => ({
    dialect,
    value,
    ifForeign,
  });
  const withPart = (part: Native, role: 'user' | 'assistant'): Encoding => {
    const turns: Prompt['turns'] = [
      ...promptOf({}).turns,
      { role, path: 'm', parts: [{ kind: 'opaque', what: 'shiny', native: part, path: 'm.content[0]' }] },
      ...promptOf({}).turns,
    ];
    return anthropic.encode({ ...promptOf({}), turns }, { model: BUDGET, streaming: true });
  };

  for (const role of ['user', 'assistant'] as const) {
    it(`goes as a part of the ${role}'s word for word to Anthropic itself, is dropped by name, or is refused by place`, () => {
      const mine = withPart(native('anthropic-messages', 'refuse'), role);
      assert.ok(mine.kind === 'encoded' && JSON.stringify(mine.request.body.messages).includes('{"type":"x"}'));
      const dropped = withPart(native('openai-responses', 'drop'), role);
      assert.deepEqual(dropped.kind === 'encoded' && dropped.dropped, ['shiny']);
      assert.ok(!JSON.stringify(dropped).includes('{"type":"x"}'));
      const refusal = withPart(native('openai-responses', 'refuse'), role);
      assert.equal(refusal.kind === 'unsupported' && refusal.param, 'm.content[0]');
    });
  }

  it('is a tool, its use and a format in the same way', () => {
    const encodeWith = (from: Native): Encoding => {
      const prompt: Prompt = {
        ...promptOf({}),
        tools: [{ kind: 'native', what: 'shiny', native: from, path: 'tools[0]' }],
        toolUse: { mode: 'native', native: from },
        format: { kind: 'native', what: 'shiny', native: from },
      };
      return anthropic.encode(prompt, { model: BUDGET, streaming: true });
    };
    const mine = encodeWith(native('anthropic-messages', 'refuse'));
    assert.ok(mine.kind === 'encoded');
    const { tools, tool_choice, output_config } = mine.request.body;
    assert.deepEqual([tools, tool_choice, output_config], [[{ type: 'x' }], { type: 'x' }, { format: { type: 'x' } }]);
    const dropped = encodeWith(native('gemini', 'drop'));
    assert.deepEqual(dropped.kind === 'encoded' && [...dropped.dropped].sort(), [
      'response_format',
      'shiny',
      'tool_choice',
    ]);
    assert.equal(encodeWith(native('gemini', 'refuse')).kind, 'unsupported');
  });

  it('is a call of a custom tool, which is refused by its input', () => {
    const custom = { id: 'c', type: 'custom', custom: { name: 'x', input: 'words' } };
    const messages = [user, { role: 'assistant', tool_calls: [custom] }];
    assert.equal(refusedParam({ messages }), 'messages[1].tool_calls[0].custom.input');
  });

  it('is a signature of Gemini or a proof of OpenAI, of which Anthropic gets nothing', () => {
    const proof = native('openai-responses', 'ignore', { encrypted_content: 'secret' });
    const parts = [
      { kind: 'reasoning', text: 'hm', proof, path: 'm' },
      { kind: 'text', text: 'Hi', native: native('gemini', 'ignore', { thoughtSignature: 'secret' }), path: 'm' },
    ] as const;
    const prompt: Prompt = { ...promptOf({}), turns: [{ role: 'assistant', path: 'm', parts }, ...promptOf({}).turns] };
    const encoding = anthropic.encode(prompt, { model: BUDGET, streaming: true });
    assert.ok(encoding.kind === 'encoded' && !JSON.stringify(encoding).includes('secret'));
    assert.deepEqual(encoding.dropped, []);
  });
});

describe('cache marks', () => {
  const ephemeral = { type: 'ephemeral' };

  it('are kept on parts, tools and results', () => {
    const body = bodyFor({
      tools: [{ ...time, cache_control: ephemeral }],
      messages: [
        { role: 'system', content: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } },
        user,
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'call_1', content: [{ type: 'text', text: 'r', cache_control: ephemeral }] },
        { role: 'user', content: [{ type: 'text', text: 'q', prompt_cache_breakpoint: { mode: 'explicit' } }] },
      ],
    });
    assert.deepEqual(body.system, [{ type: 'text', text: 'S', cache_control: { type: 'ephemeral', ttl: '1h' } }]);
    assert.ok(Array.isArray(body.tools) && Array.isArray(body.messages));
    assert.deepEqual(body.tools[0].cache_control, ephemeral);
    assert.deepEqual(body.messages.at(-1).content, [
      { type: 'tool_result', tool_use_id: 'call_1', content: 'r', cache_control: ephemeral },
      { type: 'text', text: 'q', cache_control: ephemeral },
    ]);
  });

  it('are at most four: the last ones stay', () => {
    const content = Array.from({ length: 6 }, (_, index) => ({
      type: 'text',
      text: `${index}`,
      cache_control: ephemeral,
    }));
    const { body, dropped } = encoded({ messages: [{ role: 'user', content }] });
    assert.ok(Array.isArray(body.messages));
    const marked = body.messages[0].content.map((block: object) => 'cache_control' in block);
    assert.deepEqual(marked, [false, false, true, true, true, true]);
    assert.deepEqual(dropped, ['cache_control']);
  });
});

describe('other fields', () => {
  it('that change quality only are left out and reported', () => {
    const { body, dropped } = encoded({
      seed: 1,
      frequency_penalty: 0.5,
      presence_penalty: 0,
      logit_bias: {},
      verbosity: 'low',
    });
    assert.deepEqual([...dropped].sort(), ['frequency_penalty', 'logit_bias', 'seed', 'verbosity']);
    assert.deepEqual(Object.keys(body), Object.keys(bodyFor({})));
  });

  it("that are the gateway's own say nothing", () => {
    const fields = {
      stream: true,
      stream_options: {},
      store: true,
      metadata: { a: 'b' },
      prompt_cache_key: 'k',
      n: 1,
      logprobs: false,
    };
    assert.deepEqual(encoded(fields).dropped, []);
  });

  const refused: readonly { param: string; fields: Fields }[] = [
    { param: 'n', fields: { n: 2 } },
    { param: 'logprobs', fields: { logprobs: true, top_logprobs: 2 } },
    { param: 'modalities', fields: { modalities: ['text', 'audio'] } },
    { param: 'audio', fields: { audio: { voice: 'x' } } },
  ];
  for (const { param, fields } of refused) {
    it(`that change the answer's shape are refused: ${param}`, () => assert.equal(refusedParam(fields), param));
  }

  it('stop becomes stop_sequences without white space alone', () => {
    assert.deepEqual(bodyFor({ stop: 'x' }).stop_sequences, ['x']);
    const { body, dropped } = encoded({ stop: ['\n', 'END'] });
    assert.deepEqual(body.stop_sequences, ['END']);
    assert.deepEqual(dropped, ['stop']);
    assert.ok(!('stop_sequences' in bodyFor({ stop: ' ' })));
  });

  it('user becomes metadata.user_id unless it names a person', () => {
    assert.deepEqual(bodyFor({ user: 'u-1' }).metadata, { user_id: 'u-1' });
    assert.deepEqual(bodyFor({ user: 'u-1', safety_identifier: 's-1' }).metadata, { user_id: 's-1' });
    for (const person of ['ann@example.com', '+47 555 01 234', 'x'.repeat(257)]) {
      const { body, dropped } = encoded({ user: person });
      assert.ok(!('metadata' in body));
      assert.deepEqual(dropped, ['user']);
    }
  });

  it('service_tier is translated where Anthropic has its like', () => {
    assert.equal(bodyFor({ service_tier: 'auto' }).service_tier, 'auto');
    assert.equal(bodyFor({ service_tier: 'default' }).service_tier, 'standard_only');
    assert.deepEqual(encoded({ service_tier: 'flex' }).dropped, ['service_tier']);
  });

  it('every field that is not null is carried, dropped with its name, or refused', () => {
    const known = new Set(['constructor', 'toString', '__proto__', 'prediction', 'web_search_options', 'x']);
    fc.assert(
      fc.property(fc.constantFrom(...known), fc.jsonValue(), (field, value) => {
        const fields = JSON.parse(`{${JSON.stringify(field)}:${JSON.stringify(value)}}`);
        const encoding = encode(fields);
        assert.ok(
          encoding.kind === 'encoded' && (value === null || encoding.dropped.includes(field) || field === '__proto__'),
        );
      }),
    );
  });
});
