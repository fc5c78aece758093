import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Vendor } from '../../../../../functions/gateway/core/model/vendor.ts';
import { openai } from '../../../../../functions/gateway/core/protocols/openai-chat/openai.ts';
import { type JsonObject, objectMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

/** One model of each host that is not OpenAI's, as it is named there. */
const ELSEWHERE: readonly (readonly [Vendor, string])[] = [
  ['groq', 'llama-3.3-70b-versatile'],
  ['groq', 'openai/gpt-oss-120b'],
  ['cerebras', 'zai-glm-4.7'],
  ['mistral', 'mistral-large-latest'],
  ['deepseek', 'deepseek-chat'],
  ['deepseek', 'deepseek-v4-flash'],
  ['moonshot', 'kimi-k2.6'],
  ['zhipu', 'glm-5'],
  ['dashscope', 'qwen-max'],
  ['xai', 'grok-4.3'],
  ['together', 'meta-llama/Llama-3.3-70B-Instruct-Turbo'],
  ['fireworks', 'accounts/fireworks/models/glm-5p2'],
  ['openrouter', 'google/gemma-3-27b-it'],
  ['perplexity', 'sonar-pro'],
  ['nvidia', 'meta/llama-3.3-70b-instruct'],
  ['ollama', 'gemma3:27b'],
  ['vllm', 'Qwen/Qwen3.6-27B'],
  ['llama.cpp', 'gpt-oss-20b'],
  ['compatible', 'some-model'],
];
const OPENAIS: readonly (readonly [Vendor, string])[] = [
  ['openai', 'gpt-5.5'],
  ['openai', 'gpt-4o'],
  ['azure', 'my-deployment'],
  ['compatible', 'gpt-5.5'],
];

const USER = { role: 'user', content: 'hello' };

function encode(members: JsonObject, [vendor, model]: readonly [Vendor, string], maxOutputTokens?: number) {
  const prompt = promptOf({ model: 'route', messages: [USER], ...members });
  const limit = maxOutputTokens === undefined ? {} : { maxOutputTokens };
  return openai.encode(prompt, { model, vendor, streaming: true, ...limit });
}

function sent(members: JsonObject, at: readonly [Vendor, string], maxOutputTokens?: number): JsonObject {
  const encoding = encode(members, at, maxOutputTokens);
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  return encoding.request.body;
}

function messagesOf(members: JsonObject, at: readonly [Vendor, string]): readonly JsonObject[] {
  return sent(members, at).messages as readonly JsonObject[];
}

function dropped(members: JsonObject, at: readonly [Vendor, string]): readonly string[] {
  const encoding = encode(members, at);
  return encoding.kind === 'encoded' ? encoding.dropped : [];
}

describe('a chat request', () => {
  for (const at of ELSEWHERE) {
    const name = at.join(' ');

    it(`has instructions of role system at ${name}`, () => {
      const messages = messagesOf({ messages: [{ role: 'developer', content: 'Be brief.' }, USER] }, at);
      assert.deepEqual(messages, [{ role: 'system', content: 'Be brief.' }, USER]);
    });

    it(`has none of OpenAI's own members at ${name} that it is not known to take`, () => {
      const own = {
        prompt_cache_key: 'k',
        store: true,
        metadata: {},
        prompt_cache_retention: '24h',
        safety_identifier: 'u',
      };
      const body = sent({ ...own, moderation: {} }, at);
      const kept = Object.keys(own).filter((key) => key in body);
      assert.deepEqual(kept, at[0] === 'openrouter' ? ['prompt_cache_key', 'metadata'] : []);
      assert.deepEqual(dropped(own, at), ['prompt_cache_retention', 'safety_identifier']);
    });

    it(`brings no other vendor's words to ${name}`, () => {
      const said = {
        role: 'assistant',
        content: 'Hi.',
        refusal: null,
        audio: null,
        annotations: [{ type: 'url_citation' }],
        thinking_blocks: [{ type: 'thinking', thinking: 'x', signature: 's' }],
        citations: [{}],
      };
      const [, message = {}] = messagesOf({ messages: [USER, said, USER] }, at);
      const names = Object.keys(message).filter((key) => !['role', 'content', 'reasoning_content'].includes(key));
      assert.deepEqual(names, at[0] === 'openrouter' ? ['annotations'] : []);
      assert.ok(!JSON.stringify(message).includes('null'));
    });

    it(`has the limit of ${name} at the most`, () => {
      const { max_tokens: older, max_completion_tokens: newer } = sent({ max_completion_tokens: 200_000 }, at, 8192);
      assert.equal(older ?? newer, 8192);
      const less = sent({ max_tokens: 10 }, at, 8192);
      assert.equal(less.max_tokens ?? less.max_completion_tokens, 10);
    });

    it(`has pictures in the user's messages alone at ${name}`, () => {
      const picture = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } };
      const tool_calls = [{ id: 'abcdefghi', type: 'function', function: { name: 'f', arguments: '{}' } }];
      const messages = messagesOf(
        {
          messages: [
            USER,
            { role: 'assistant', content: null, tool_calls },
            { role: 'tool', tool_call_id: 'abcdefghi', content: [{ type: 'text', text: 'Done.' }, picture] },
            { role: 'assistant', content: [picture] },
            USER,
          ],
        },
        at,
      );
      const withPicture = messages.filter((message) => JSON.stringify(message).includes('image_url'));
      assert.ok(withPicture.length > 0 && withPicture.every(({ role }) => role === 'user'));
      assert.equal(messages.find(({ role }) => role === 'tool')?.content, 'Done.');
    });
  }

  for (const at of [...ELSEWHERE, ...OPENAIS]) {
    it(`has no empty lists at ${at.join(' ')}`, () => {
      const body = sent({ tools: [], stop: [], tool_choice: 'auto', parallel_tool_calls: true }, at);
      assert.deepEqual(
        ['tools', 'stop', 'tool_choice', 'parallel_tool_calls'].filter((key) => key in body),
        [],
      );
      assert.ok(!('tools' in sent({ functions: [] }, at)));
      const [, said = {}] = messagesOf(
        { messages: [USER, { role: 'assistant', content: 'a', tool_calls: [] }, USER] },
        at,
      );
      assert.ok(!('tool_calls' in said));
    });
  }

  for (const at of OPENAIS) {
    it(`goes to ${at.join(' ')} as the caller wrote it`, () => {
      const members = {
        messages: [{ role: 'developer', content: 'Be brief.' }, { role: 'system', content: 'x' }, USER, USER],
        prompt_cache_key: 'k',
        store: true,
        metadata: { a: 'b' },
        verbosity: 'low',
        new_member: 1,
      };
      const { model: _, stream: __, stream_options: ___, ...body } = sent(members, at);
      assert.deepEqual(body, members);
    });
  }
});

describe('the turns of a chat request', () => {
  const turns = [
    { role: 'system', content: 'a' },
    { role: 'developer', content: [{ type: 'text', text: 'b' }] },
    { role: 'user', content: 'c' },
    { role: 'user', content: [{ type: 'text', text: 'd' }] },
    { role: 'assistant', content: null },
    { role: 'assistant', content: 'e' },
    { role: 'system', content: 'f' },
    { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://a/b.png' } }] },
  ];

  it('alternate behind one system message where nothing is known of the server', () => {
    assert.deepEqual(messagesOf({ messages: turns }, ['compatible', 'Qwen/Qwen3.6-27B']), [
      { role: 'system', content: 'a\n\nb' },
      { role: 'user', content: 'c\n\nd' },
      { role: 'assistant', content: 'e' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'f' },
          { type: 'image_url', image_url: { url: 'https://a/b.png' } },
        ],
      },
    ]);
  });

  it('keep the last of system messages alone as the user’s', () => {
    const messages = [
      { role: 'system', content: 'a' },
      { role: 'system', content: 'b' },
    ];
    assert.deepEqual(messagesOf({ messages }, ['compatible', 'gemma-3']), [
      { role: 'system', content: 'a' },
      { role: 'user', content: 'b' },
    ]);
  });

  it('have an answer between a result and the user at Mistral’s models', () => {
    const tool_calls = [{ id: 'abcdefghi', type: 'function', function: { name: 'f', arguments: '{}' } }];
    const messages = [
      USER,
      { role: 'assistant', content: '', tool_calls },
      { role: 'tool', tool_call_id: 'abcdefghi', content: 'x' },
      USER,
    ];
    for (const at of [
      ['mistral', 'mistral-small-latest'],
      ['vllm', 'mistralai/Mistral-Small-3.2'],
    ] as const) {
      const roles = messagesOf({ messages }, at).map(({ role }) => role);
      assert.deepEqual(roles, ['user', 'assistant', 'tool', 'assistant', 'user']);
    }
    assert.equal(messagesOf({ messages }, ['groq', 'llama-3.1-8b-instant']).length, 4);
  });

  it('say by its own member that the last one is to be gone on with', () => {
    const messages = [USER, { role: 'assistant', content: 'a' }];
    const last = (at: readonly [Vendor, string]) => messagesOf({ messages }, at).at(-1);
    assert.deepEqual(last(['mistral', 'mistral-large-latest']), { role: 'assistant', content: 'a', prefix: true });
    assert.deepEqual(last(['dashscope', 'qwen-plus']), { role: 'assistant', content: 'a', partial: true });
    assert.deepEqual(last(['vllm', 'llama']), { role: 'assistant', content: 'a' });
  });
});

describe('the reasoning of an earlier turn', () => {
  const said = { role: 'assistant', content: 'Hi.', reasoning_content: 'They greet me.' };
  const other = { role: 'assistant', content: 'Hi.' };
  const told = (message: JsonObject, at: readonly [Vendor, string]) =>
    messagesOf({ messages: [USER, message, USER] }, at)[1];

  const rows: readonly (readonly [Vendor, string, JsonObject, JsonObject])[] = [
    ['groq', 'openai/gpt-oss-120b', { reasoning: 'They greet me.' }, {}],
    ['cerebras', 'zai-glm-4.7', {}, {}],
    ['compatible', 'zai-glm-4.7', {}, {}],
    ['compatible', 'some-model', {}, {}],
    ['deepseek', 'deepseek-v4-flash', { reasoning_content: 'They greet me.' }, { reasoning_content: '' }],
    ['compatible', 'deepseek-ai/DeepSeek-V4', { reasoning_content: 'They greet me.' }, { reasoning_content: '' }],
    ['moonshot', 'kimi-k2-thinking', { reasoning_content: 'They greet me.' }, { reasoning_content: '' }],
    ['zhipu', 'glm-5', { reasoning_content: 'They greet me.' }, {}],
    ['openrouter', 'z-ai/glm-4.5-air', { reasoning_content: 'They greet me.' }, {}],
    ['openrouter', 'x-ai/grok-4', { reasoning: 'They greet me.' }, {}],
    ['openai', 'gpt-5.5', {}, {}],
  ];
  for (const [vendor, model, withText, without] of rows) {
    it(`goes back to ${vendor} ${model} under its name there, or not at all`, () => {
      assert.deepEqual(told(said, [vendor, model]), { ...other, ...withText });
      assert.deepEqual(told({ ...other, reasoning: 'They greet me.' }, [vendor, model]), { ...other, ...withText });
      assert.deepEqual(told(other, [vendor, model]), { ...other, ...without });
    });
  }

  it('is whole where a client sends its pieces', () => {
    const piece = { type: 'reasoning.text', index: 0 };
    const reasoning_details = [
      { ...piece, text: 'a' },
      { ...piece, text: 'b' },
      { ...piece, signature: 's' },
    ];
    assert.deepEqual(told({ ...other, reasoning_details }, ['openrouter', 'anthropic/claude-opus-4.8']), {
      ...other,
      reasoning_details: [{ ...piece, text: 'ab', signature: 's' }],
    });
  });
});

describe('settings that only some take', () => {
  for (const model of ['mistral-large-latest', 'ft:ministral-3b:org:20261101:abc', 'labs-leanstral', 'next']) {
    it(`are those that Mistral's own API knows, for ${model} too`, () => {
      const at = ['mistral', model] as const;
      const asked = { seed: 7, user: 'u', logit_bias: { 1: 1 }, max_completion_tokens: 9 };
      const { random_seed, seed, user, logit_bias, max_tokens } = sent(asked, at);
      assert.deepEqual([random_seed, seed, user, logit_bias, max_tokens], [7, undefined, undefined, undefined, 9]);
      assert.equal(encode({ logprobs: true }, at).kind, 'unsupported');
    });
  }

  for (const vendor of ['vllm', 'llama.cpp', 'ollama'] as const) {
    it(`are what ${vendor} knows, for a model of Mistral's under Mistral's name too`, () => {
      const { logprobs, seed } = sent({ logprobs: true, seed: 7 }, [vendor, 'mistral-small-2506']);
      assert.deepEqual([logprobs, seed], [true, 7]);
    });
  }

  it('have the name that Mistral knows', () => {
    const body = sent({ seed: 7, user: 'u', logit_bias: { 1: 1 } }, ['mistral', 'mistral-large-latest']);
    assert.deepEqual([body.random_seed, body.seed, body.user, body.logit_bias], [7, undefined, undefined, undefined]);
    assert.equal(sent({ seed: 7 }, ['vllm', 'mistralai/Mistral-Small-3.2']).seed, 7);
  });

  const beside: readonly (readonly [string, JsonObject, readonly string[]])[] = [
    ['gpt-5.2', { temperature: 0.3, reasoning_effort: 'high' }, ['temperature']],
    ['gpt-5.2', { temperature: 0.3 }, []],
    ['gpt-5.2', { temperature: 0.3, top_p: 0.9, reasoning_effort: 'none' }, []],
    ['gpt-5.4', { top_p: 0.3, presence_penalty: 1, reasoning_effort: 'low' }, ['top_p', 'presence_penalty']],
    ['gpt-5.6', { temperature: 0.3 }, ['temperature']],
    ['gpt-5.6', { temperature: 1 }, []],
    ['gpt-5.6', { temperature: 0.3, reasoning_effort: 'none' }, []],
    ['openai/gpt-5.6', { temperature: 0.3 }, ['temperature']],
    ['gpt-5.3-codex', { temperature: 0.3 }, ['temperature']],
    ['kimi-k2.6', { temperature: 0.3 }, ['temperature']],
    ['grok-4', { reasoning_effort: 'low', presence_penalty: 1 }, ['reasoning_effort', 'presence_penalty']],
    ['grok-4.3', { reasoning_effort: 'low' }, []],
  ];
  for (const [model, members, names] of beside) {
    it(`are left out at ${model} of ${JSON.stringify(members)}: ${names.join() || 'none'}`, () => {
      const body = sent(members, ['compatible', model]);
      assert.deepEqual(dropped(members, ['compatible', model]), names);
      assert.deepEqual(
        names.filter((name) => name in body),
        [],
      );
    });
  }

  it('make it another model’s request where the answer would be another', () => {
    const kindOf = (members: JsonObject, model: string, vendor: Vendor = 'compatible') =>
      encode(members, [vendor, model]).kind;
    assert.equal(kindOf({ logprobs: true, reasoning_effort: 'high' }, 'gpt-5.2'), 'unsupported');
    assert.equal(kindOf({ logprobs: true }, 'gpt-5.2'), 'encoded');
    assert.equal(kindOf({ top_logprobs: 2 }, 'gpt-5.6'), 'unsupported');
    assert.equal(kindOf({ logprobs: true }, 'openai/gpt-oss-120b', 'groq'), 'unsupported');
    assert.equal(kindOf({ n: 2 }, 'openai/gpt-oss-120b', 'groq'), 'unsupported');
    assert.equal(kindOf({ n: 1 }, 'openai/gpt-oss-120b', 'groq'), 'encoded');
    const tools = [{ type: 'function', function: { name: 'f' } }];
    assert.equal(kindOf({ tools, tool_choice: 'required' }, 'glm-5', 'zhipu'), 'unsupported');
    assert.equal(kindOf({ tools, tool_choice: 'auto' }, 'glm-5', 'zhipu'), 'encoded');
  });
});

describe('tools', () => {
  const called = { name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } };
  const toolsAt = (tool: JsonObject, at: readonly [Vendor, string]) =>
    (sent({ tools: [tool] }, at).tools as JsonObject[])[0];

  it('have no marks for a cache on them or on their function, but where those are read', () => {
    const marked = { type: 'function', cache_control: {}, function: { ...called, cache_control: {} } };
    for (const at of [
      ['openai', 'gpt-5.5'],
      ['groq', 'openai/gpt-oss-20b'],
      ['compatible', 'm'],
    ] as const) {
      assert.deepEqual(toolsAt(marked, at), { type: 'function', function: called });
    }
    assert.deepEqual(toolsAt(marked, ['openrouter', 'anthropic/claude-opus-4.8']), marked);
  });

  it('are strict where OpenAI takes it, and are said not to be where not', () => {
    const optional = { type: 'function', function: { ...called, strict: true } };
    const closed = { ...called.parameters, required: ['a'], additionalProperties: false };
    for (const at of [
      ['openai', 'gpt-5.5'],
      ['azure', 'd'],
      ['groq', 'openai/gpt-oss-20b'],
    ] as const) {
      assert.deepEqual(toolsAt(optional, at), { type: 'function', function: { ...called, strict: false } });
      assert.deepEqual(dropped({ tools: [optional] }, at), ['strict']);
      const strict = { type: 'function', function: { name: 'f', parameters: closed, strict: true } };
      assert.deepEqual(toolsAt(strict, at), strict);
    }
  });

  it('have an object at their root', () => {
    const union = { anyOf: [called.parameters, { type: 'object', properties: { b: { type: 'string' } } }] };
    const tool = toolsAt({ type: 'function', function: { name: 'f', parameters: union } }, ['openai', 'gpt-4o']);
    const parameters = objectMember(objectMember(tool, 'function'), 'parameters') ?? {};
    assert.deepEqual(
      [parameters.type, parameters.anyOf, Object.keys(parameters.properties as JsonObject)],
      ['object', undefined, ['a', 'b']],
    );
  });
});

describe('the form of the answer', () => {
  const schema = {
    type: 'object',
    properties: { name: { type: 'string' } },
    required: ['name'],
    additionalProperties: false,
  };
  const strict = { type: 'json_schema', json_schema: { name: 'person', strict: true, schema } };
  const formatAt = (format: JsonObject, at: readonly [Vendor, string], more: JsonObject = {}) => {
    const body = sent({ response_format: format, ...more }, at);
    const [first] = body.messages as readonly JsonObject[];
    return { member: body.response_format, told: first?.role === 'system' ? String(first.content) : undefined };
  };

  for (const at of [
    ['deepseek', 'deepseek-chat'],
    ['groq', 'llama-3.3-70b-versatile'],
    ['zhipu', 'glm-5'],
    ['dashscope', 'qwen-max'],
    ['compatible', 'llama-3.3-70b-versatile'],
    ['compatible', 'deepseek-chat'],
  ] as const) {
    it(`is some object by a schema in words at ${at.join(' ')}`, () => {
      const { member, told } = formatAt(strict, at);
      assert.deepEqual(member, { type: 'json_object' });
      assert.ok(told?.includes(JSON.stringify(schema)));
      assert.deepEqual(dropped({ response_format: strict }, at), ['strict']);
    });
  }

  for (const at of [
    ['openai', 'gpt-4o'],
    ['groq', 'openai/gpt-oss-120b'],
    ['vllm', 'x'],
    ['compatible', 'x'],
    ['mistral', 'mistral-large-latest'],
  ] as const) {
    it(`is that schema at ${at.join(' ')}`, () => {
      assert.deepEqual(formatAt(strict, at), { member: strict, told: undefined });
    });
  }

  it('stands at the end of the instructions', () => {
    const messages = [{ role: 'developer', content: 'Be brief.' }, USER];
    const { told } = formatAt(strict, ['deepseek', 'deepseek-chat'], { messages });
    assert.ok(told?.startsWith('Be brief.\n\nAnswer with one JSON object'));
  });

  it('is told in words alone beside tools where the two are not taken together', () => {
    const tools = [{ type: 'function', function: { name: 'f' } }];
    const { member, told } = formatAt(strict, ['groq', 'openai/gpt-oss-120b'], { tools });
    assert.equal(member, undefined);
    assert.ok(told?.includes('JSON Schema'));
  });

  it('is not strict by a schema that OpenAI would refuse', () => {
    const free = { type: 'json_schema', json_schema: { name: 'x', strict: true, schema: { type: 'object' } } };
    const { member } = formatAt(free, ['openai', 'gpt-4o']);
    assert.deepEqual(member, { ...free, json_schema: { ...free.json_schema, strict: false } });
  });

  it('is some object by any schema at Perplexity', () => {
    const { member } = formatAt({ type: 'json_object' }, ['perplexity', 'sonar']);
    assert.equal((member as JsonObject).type, 'json_schema');
  });

  it('is asked for in words too where no message says "json", which OpenAI refuses', () => {
    const format = { type: 'json_object' };
    assert.ok(formatAt(format, ['openai', 'gpt-4o']).told?.includes('JSON'));
    assert.equal(
      formatAt(format, ['openai', 'gpt-4o'], { messages: [{ role: 'user', content: 'As json' }] }).told,
      undefined,
    );
  });
});

describe('a Messages request at a compatible server', () => {
  it('has the older limit, which every server knows, and OpenAI’s where that is wanted', () => {
    const prompt = messagesPrompt({ model: 'r', max_tokens: 9, messages: [USER] });
    const body = (model: string) => {
      const encoding = openai.encode(prompt, { model, streaming: true });
      return encoding.kind === 'encoded' ? encoding.request.body : {};
    };
    assert.equal(body('some-model').max_tokens, 9);
    assert.equal(body('gpt-5.5').max_completion_tokens, 9);
  });
});
