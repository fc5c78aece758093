import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Vendor } from '../../../../../functions/gateway/core/model/vendor.ts';
import { openai } from '../../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import { arrayMember, type JsonObject, stringMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

const MESSAGES: readonly JsonObject[] = [{ role: 'user', content: 'hello' }];
const TOOLS: readonly JsonObject[] = [
  { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } },
];

interface Asked {
  readonly model?: string;
  readonly vendor?: Vendor;
  readonly maxOutputTokens?: number;
  readonly rules?: JsonObject;
  readonly streaming?: boolean;
}

function encode(members: JsonObject, { model = 'some-model', streaming = true, ...target }: Asked = {}) {
  return openai.encode(promptOf({ model: 'route', messages: MESSAGES, ...members }), { model, streaming, ...target });
}

function body(members: JsonObject, asked: Asked = {}): JsonObject {
  const encoding = encode(members, asked);
  assert.ok(encoding.kind === 'encoded');
  return encoding.request.body;
}

function dropped(members: JsonObject, asked: Asked): readonly string[] {
  const encoding = encode(members, asked);
  assert.ok(encoding.kind === 'encoded');
  return encoding.dropped;
}

describe('encodeOpenAiChat', () => {
  it('sends what the caller sent, with another model and as a stream that tells its usage', () => {
    const members = {
      temperature: 0.5,
      max_tokens: 9,
      tools: TOOLS,
      new_member: [1],
    };
    const encoding = encode(members);
    assert.deepEqual(encoding, {
      kind: 'encoded',
      request: {
        operation: 'answer-stream',
        headers: {},
        body: {
          ...members,
          model: 'some-model',
          messages: MESSAGES,
          stream: true,
          stream_options: { include_usage: true },
        },
      },
      dropped: [],
    });
  });

  it("keeps the caller's other stream options", () => {
    assert.deepEqual(body({ stream_options: { include_obfuscation: false, include_usage: false } }).stream_options, {
      include_obfuscation: false,
      include_usage: true,
    });
  });

  it('does not ask for usage where the rules say that the server refuses it', () => {
    const asked = { rules: { streamUsage: false } };
    assert.ok(!Object.hasOwn(body({ stream_options: { include_usage: true } }, asked), 'stream_options'));
  });

  it('asks for no stream where the deployment has none, or where a whole spoken answer is wanted', () => {
    for (const plain of [
      body({ stream: true, stream_options: {} }, { streaming: false }),
      body({ audio: { format: 'wav' } }),
    ]) {
      assert.equal(plain.stream, false);
      assert.ok(!Object.hasOwn(plain, 'stream_options'));
    }
  });

  const limits: readonly [model: string, sent: JsonObject, got: JsonObject][] = [
    ['llama-3', { max_tokens: 5 }, { max_tokens: 5 }],
    ['llama-3', { max_completion_tokens: 5 }, { max_completion_tokens: 5 }],
    ['llama-3', { max_tokens: 9, max_completion_tokens: 5 }, { max_tokens: 5, max_completion_tokens: 5 }],
    ['gpt-4o', { max_tokens: 5 }, { max_tokens: 5 }],
    ['openai/gpt-oss-120b', { max_tokens: 5 }, { max_tokens: 5 }],
    ['o3-mini', { max_tokens: 5 }, { max_completion_tokens: 5 }],
    ['gpt-5-mini-2025-08-07', { max_tokens: 5 }, { max_completion_tokens: 5 }],
    ['gpt-5.6', { max_tokens: 5, max_completion_tokens: 6 }, { max_completion_tokens: 6 }],
  ];
  for (const [model, sent, got] of limits) {
    it(`sends ${Object.keys(sent).join(' and ')} to ${model} as ${Object.keys(got).join()}`, () => {
      const { max_tokens, max_completion_tokens } = body(sent, { model });
      assert.deepEqual(JSON.parse(JSON.stringify({ max_tokens, max_completion_tokens })), got);
    });
  }

  it('sends the older limit where the rules say so', () => {
    const sent = body({ max_completion_tokens: 5 }, { rules: { maxTokensMember: 'max_tokens' } });
    assert.deepEqual([sent.max_tokens, Object.hasOwn(sent, 'max_completion_tokens')], [5, false]);
  });

  it('leaves out and reports sampling that reasoning models refuse, but not its defaults', () => {
    const sampling = { temperature: 0.2, top_p: 1, presence_penalty: 0.5 };
    assert.deepEqual(dropped(sampling, { model: 'o4-mini' }), ['temperature', 'presence_penalty']);
    assert.deepEqual(
      Object.keys(body(sampling, { model: 'gpt-5' })).filter((name) => name in sampling),
      ['top_p'],
    );
    assert.deepEqual(dropped(sampling, { model: 'gpt-5.1' }), []);
    assert.deepEqual(dropped(sampling, { model: 'gpt-5-chat-latest' }), []);
    assert.deepEqual(dropped(sampling, { model: 'my-azure-o1', rules: { refusedSampling: ['temperature'] } }), [
      'temperature',
    ]);
  });

  it("leaves out and reports top_k for OpenAI's own models only", () => {
    assert.deepEqual(dropped({ top_k: 5 }, { model: 'gpt-4o' }), ['top_k']);
    assert.deepEqual(dropped({ top_k: 5 }, { model: 'llama-3' }), []);
  });

  const efforts: readonly [model: string, effort: string | undefined, tools: boolean, served: boolean][] = [
    ['gpt-5.2', 'high', true, true],
    ['gpt-5.4', undefined, true, true],
    ['gpt-5.4', 'none', true, true],
    ['gpt-5.4', 'high', true, false],
    ['gpt-5.5-mini', 'low', true, false],
    ['gpt-5.5-mini', 'low', false, true],
    ['gpt-5.6-terra', undefined, true, false],
    ['gpt-5.6-terra', 'none', true, true],
    ['gpt-5.6-terra', undefined, false, true],
    ['gpt-5.6-terra', 'minimal', false, false],
  ];
  for (const [model, effort, tools, served] of efforts) {
    it(`${served ? 'asks' : 'does not ask'} ${model} ${tools ? 'with' : 'without'} tools and effort ${effort}`, () => {
      const encoding = encode(
        { ...(effort && { reasoning_effort: effort }), ...(tools && { tools: TOOLS }) },
        { model },
      );
      assert.equal(encoding.kind, served ? 'encoded' : 'unsupported');
      assert.ok(encoding.kind === 'encoded' || encoding.param === 'reasoning_effort');
    });
  }

  const shapes: readonly [model: string, asked: JsonObject, param: string | undefined][] = [
    ['o4-mini', { logprobs: true }, 'logprobs'],
    ['o3-mini', { top_logprobs: 0 }, 'top_logprobs'],
    ['o3-mini', { stop: 'END' }, undefined],
    ['o3', { stop: 'END' }, 'stop'],
    ['gpt-5-mini', { stop: ['END'] }, 'stop'],
    ['gpt-5-mini', { stop: [], logprobs: false }, undefined],
    ['gpt-5.5', { stop: 'END', logprobs: true }, undefined],
    ['gpt-4o', { stop: 'END', logprobs: true }, undefined],
  ];
  for (const [model, asked, param] of shapes) {
    it(`${param === undefined ? 'asks' : 'does not ask'} ${model} for ${JSON.stringify(asked)}`, () => {
      const encoding = encode(asked, { model });
      assert.equal(encoding.kind === 'unsupported' ? encoding.param : undefined, param);
    });
  }

  it("removes other vendors' members from messages for OpenAI, and keeps them for the servers that read them", () => {
    const marked = [
      { role: 'user', content: [{ type: 'text', text: 'a', cache_control: {}, prompt_cache_breakpoint: {} }] },
      {
        role: 'assistant',
        content: null,
        reasoning_content: 'hm',
        thinking_blocks: [],
        citations: [{ cited_text: 'x' }],
        images: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }],
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' }, extra_content: {} }],
      },
    ];
    const tools = [{ ...TOOLS[0], cache_control: {} }];
    assert.deepEqual(
      body(
        { messages: marked, tools },
        { rules: { foreignMembers: 'keep', reasoningMember: 'as-sent', turns: 'as-sent' } },
      ).messages,
      marked,
    );
    const plain = body({ messages: marked, tools }, { model: 'gpt-4o' });
    assert.deepEqual(plain.messages, [
      { role: 'user', content: [{ type: 'text', text: 'a', prompt_cache_breakpoint: {} }] },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    ]);
    assert.deepEqual(plain.tools, TOOLS);
  });

  it('sends Mistral no member that it refuses, but the prefix to go on from, and the limit by the name that it knows', () => {
    const said = { role: 'assistant', content: 'a', prefix: true };
    const messages = [...MESSAGES, { ...said, reasoning_content: 'hm', thinking_blocks: [] }];
    const sent = body({ messages, max_completion_tokens: 9, top_k: 3 }, { model: 'mistral-large-latest' });
    assert.deepEqual(sent.messages, [...MESSAGES, said]);
    assert.equal(sent.max_tokens, 9);
    assert.ok(!('max_completion_tokens' in sent || 'top_k' in sent));
    const forOpenAi = body({ messages }, { model: 'gpt-4o' }).messages as JsonObject[];
    assert.deepEqual(forOpenAi.at(-1), { role: 'assistant', content: 'a' });
  });

  it('sends a custom tool call as the caller sent it', () => {
    const call = { id: 'a', type: 'custom', custom: { name: 'sh', input: 'ls' } };
    const messages = [{ role: 'assistant', tool_calls: [call] }];
    assert.deepEqual(body({ messages }).messages, [{ role: 'assistant', tool_calls: [call] }]);
  });

  it("rewrites other vendors' ids of tool calls where the model refuses them, in the call as in its result", () => {
    const long = `chatcmpl-tool-${'0123456789abcdef'.repeat(2)}`;
    const idsFor = (model: string, ...ids: readonly string[]) => {
      const tool_calls = ids.map((id) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } }));
      const results = ids.map((id) => ({ role: 'tool', tool_call_id: id, content: 'x' }));
      const [asked, ...answered] = body({ messages: [{ role: 'assistant', tool_calls }, ...results] }, { model })
        .messages as JsonObject[];
      const called = arrayMember(asked, 'tool_calls').map((call) => stringMember(call, 'id'));
      assert.deepEqual(
        answered.map((result) => result.tool_call_id),
        called,
      );
      return called.map(String);
    };
    assert.deepEqual(idsFor('llama-4', long, 'call_1'), [long, 'call_1']);
    const forOpenAi = idsFor('gpt-4o', long, `${long}0`, 'call:1');
    assert.ok(forOpenAi.every((id) => id.length <= 40) && new Set(forOpenAi).size === 3);
    assert.equal(forOpenAi[2], 'call:1');
    for (const model of ['mistral-large-latest', 'mistralai/Ministral-8B-Instruct-2410', 'open-mixtral-8x7b']) {
      const forMistral = idsFor(model, long, `${long}0`, 'call_1', 'Abc123xyZ');
      assert.ok(forMistral.every((id) => /^[a-zA-Z0-9]{9}$/.test(id)) && new Set(forMistral).size === 4);
      assert.equal(forMistral[3], 'Abc123xyZ');
    }
  });

  it('writes arguments without text as {}', () => {
    const call = (id: string, text: string) => ({ id, type: 'function', function: { name: 'f', arguments: text } });
    const messages = [{ role: 'assistant', tool_calls: [call('a', ''), call('b', '{"x":1}')] }];
    const expected = [{ role: 'assistant', tool_calls: [call('a', '{}'), call('b', '{"x":1}')] }];
    assert.deepEqual(body({ messages }).messages, expected);
  });

  it('gives instructions the role that the model knows', () => {
    const messages = [{ role: 'developer', content: 'x' }, { role: 'system', content: 'y' }, ...MESSAGES];
    const roles = (asked: Asked) => (body({ messages }, asked).messages as JsonObject[]).map(({ role }) => role);
    assert.deepEqual(roles({}), ['system', 'user']);
    assert.deepEqual(roles({ vendor: 'openai' }), ['developer', 'system', 'user']);
    for (const turns of ['as-sent', 'as_sent', null]) {
      assert.deepEqual(roles({ rules: { turns } }), ['system', 'system', 'user'], `${turns}`);
    }
    assert.deepEqual(roles({ model: 'o1-mini' }), ['user', 'user', 'user']);
  });
});
