import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Part } from '../../../../../functions/gateway/core/model/part.ts';
import { PROTOCOLS } from '../../../../../functions/gateway/core/protocols/protocols.ts';
import { readMessagesPrompt } from '../../../../../functions/gateway/core/surfaces/anthropic-messages/read-prompt.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';

function own(value: object, ifForeign: 'drop' | 'ignore' | 'refuse') {
  return { dialect: 'anthropic-messages', value, ifForeign };
}

function parts(role: 'user' | 'assistant', blocks: readonly object[]): readonly Part[] {
  return messagesPrompt({ messages: [{ role, content: blocks }] }).turns[0]?.parts ?? [];
}

const PATH = 'messages[0].content[0]';
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'read', input: { file: 'a' } };

describe('readMessagesPrompt', () => {
  it('gives each role of a message its own turn, the system prompt first', () => {
    const { turns } = messagesPrompt({
      system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'system', content: 'Mode: plan.' },
        { role: 'assistant', content: [{ type: 'text', text: 'Yes?' }] },
      ],
    });
    assert.deepEqual(
      turns.map(({ role, path }) => [role, path]),
      [
        ['instructions', 'system'],
        ['user', 'messages[0]'],
        ['instructions', 'messages[1]'],
        ['assistant', 'messages[2]'],
      ],
    );
    assert.deepEqual(turns[0]?.parts, [{ kind: 'text', text: 'Be brief.', path: 'system[0]', cache: { ttl: '1h' } }]);
  });

  it('keeps the billing line of Claude Code from everybody but Anthropic', () => {
    const prompt = messagesPrompt({
      system: [
        { type: 'text', text: 'x-anthropic-billing-header: cc_version=1;' },
        { type: 'text', text: 'Be brief.' },
      ],
    });
    assert.deepEqual(prompt.turns[0]?.parts, [{ kind: 'text', text: 'Be brief.', path: 'system[1]' }]);
    assert.equal(JSON.stringify(prompt.original.body).includes('billing'), true);
  });

  const blocks: readonly (readonly [string, 'user' | 'assistant', object, readonly object[]])[] = [
    [
      'an image in base64',
      'user',
      { type: 'image', source: { type: 'base64', media_type: 'image/PNG', data: 'AA==' } },
      [{ kind: 'media', media: 'image', source: { kind: 'base64', mediaType: 'image/png', data: 'AA==' } }],
    ],
    [
      'a document of text with its title',
      'user',
      {
        type: 'document',
        title: 'Notes',
        citations: { enabled: true },
        source: { type: 'text', media_type: 'text/plain', data: 'Words.' },
      },
      [{ kind: 'media', media: 'document', source: { kind: 'text', text: 'Words.' }, title: 'Notes', cite: true }],
    ],
    [
      'a document at an address',
      'user',
      { type: 'document', source: { type: 'url', url: 'https://a.example/a.pdf' } },
      [{ kind: 'media', media: 'document', source: { kind: 'url', url: 'https://a.example/a.pdf' } }],
    ],
    [
      'an uploaded file',
      'user',
      { type: 'document', source: { type: 'file', file_id: 'file_1' } },
      [{ kind: 'media', media: 'document', source: { kind: 'uploaded', dialect: 'anthropic-messages', id: 'file_1' } }],
    ],
    [
      'a call, with its own members',
      'assistant',
      { ...CALL, caller: { type: 'direct' } },
      [
        {
          kind: 'tool-call',
          id: 'toolu_1',
          name: 'read',
          input: '{"file":"a"}',
          inputPath: `${PATH}.input`,
          native: own({ caller: { type: 'direct' } }, 'ignore'),
        },
      ],
    ],
    [
      'a failed result',
      'user',
      { type: 'tool_result', tool_use_id: 'toolu_1', is_error: true, content: [{ type: 'text', text: 'No.' }] },
      [
        {
          kind: 'tool-result',
          id: 'toolu_1',
          idPath: `${PATH}.tool_use_id`,
          isError: true,
          parts: [{ kind: 'text', text: 'No.', path: `${PATH}.content[0]` }],
        },
      ],
    ],
    [
      'a thought with its whole block as proof',
      'assistant',
      { type: 'thinking', thinking: 'Hm.', signature: 'c2ln' },
      [
        {
          kind: 'reasoning',
          text: 'Hm.',
          proof: own({ type: 'thinking', thinking: 'Hm.', signature: 'c2ln' }, 'ignore'),
        },
      ],
    ],
    [
      'a redacted thought',
      'assistant',
      { type: 'redacted_thinking', data: 'ZGF0YQ==' },
      [{ kind: 'reasoning', text: '', proof: own({ type: 'redacted_thinking', data: 'ZGF0YQ==' }, 'ignore') }],
    ],
    [
      "a server's tool",
      'assistant',
      { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
      [
        {
          kind: 'opaque',
          what: 'server_tool_use',
          native: own({ type: 'server_tool_use', id: 's', name: 'web_search', input: {} }, 'drop'),
        },
      ],
    ],
    [
      'a summary in place of what was said',
      'assistant',
      { type: 'compaction', content: 'They greeted.' },
      [{ kind: 'text', text: 'They greeted.', native: own({ type: 'compaction', content: 'They greeted.' }, 'drop') }],
    ],
  ];
  for (const [name, role, block, expected] of blocks) {
    it(`reads ${name}`, () => {
      assert.deepEqual(
        parts(role, [block]),
        expected.map((part) => ({ path: PATH, ...part })),
      );
    });
  }

  it('reads a document made of blocks as text, with its pictures beside it', () => {
    const image = { type: 'image', source: { type: 'url', url: 'https://a.example/a.png' } };
    const content = [{ type: 'text', text: 'One.' }, { type: 'text', text: 'Two.' }, image];
    const read = parts('user', [{ type: 'document', source: { type: 'content', content } }]);
    assert.deepEqual(
      read.map((part) => (part.kind === 'media' ? [part.media, part.source] : [])),
      [
        ['document', { kind: 'text', text: 'One.\n\nTwo.' }],
        ['image', { kind: 'url', url: 'https://a.example/a.png' }],
      ],
    );
  });

  it("gives a call the signature that Gemini's call had", () => {
    const thought = { type: 'thinking', thinking: '', signature: 'nemo:gemini:{"thoughtSignature":"s"}' };
    const [call, ...others] = parts('assistant', [thought, CALL]);
    assert.deepEqual(call?.native, { dialect: 'gemini', value: { thoughtSignature: 's' }, ifForeign: 'ignore' });
    assert.deepEqual(others, []);
  });

  const reasoning: readonly (readonly [object, object | undefined])[] = [
    [{}, undefined],
    [{ thinking: { type: 'disabled' } }, { effort: 'none' }],
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }, { budgetTokens: 2000 }],
    [
      { thinking: { type: 'adaptive', display: 'omitted' }, output_config: { effort: 'medium' } },
      { effort: 'medium', show: 'none' },
    ],
    [{ output_config: { effort: 'low' } }, { effort: 'low' }],
  ];
  for (const [body, expected] of reasoning) {
    it(`reads ${JSON.stringify(body)} as reasoning of ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(messagesPrompt(body).reasoning, expected);
    });
  }

  const choices: readonly (readonly [object, object | undefined, boolean | undefined])[] = [
    [{ type: 'auto', disable_parallel_tool_use: true }, { mode: 'auto' }, false],
    [{ type: 'any' }, { mode: 'required' }, undefined],
    [{ type: 'tool', name: 'read' }, { mode: 'one', name: 'read' }, undefined],
    [{ type: 'none' }, { mode: 'none' }, undefined],
  ];
  for (const [choice, toolUse, parallel] of choices) {
    it(`reads the tool choice ${JSON.stringify(choice)}`, () => {
      const prompt = messagesPrompt({ tools: [{ name: 'read', input_schema: {} }], tool_choice: choice });
      assert.deepEqual(prompt.toolUse, toolUse);
      assert.equal(prompt.parallelToolCalls, parallel);
    });
  }

  it('leaves a tool of Anthropic out beside functions, and refuses the request that has nothing else', () => {
    const search = { type: 'web_search_20250305', name: 'web_search' };
    const read = { name: 'read', input_schema: {} };
    const ifForeign = (tools: readonly object[]) =>
      messagesPrompt({ tools }).tools.map((tool) => (tool.kind === 'native' ? tool.native.ifForeign : 'function'));
    assert.deepEqual(ifForeign([read, search]), ['function', 'drop']);
    assert.deepEqual(ifForeign([search]), ['refuse']);
  });

  it('keeps unknown members for Anthropic, and names them where they are dropped', () => {
    const prompt = messagesPrompt({ safeguards: [1], output_config: { task_budget: { total: 1 } }, made_up: true });
    const encoding = PROTOCOLS.openai.encode(prompt, { model: 'm', streaming: true });
    assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
    assert.deepEqual(encoding.dropped, ['safeguards', 'made_up', 'output_config.task_budget']);
  });

  it('names the id of Claude Code as dropped where it is too long for OpenAI', () => {
    const prompt = messagesPrompt({ metadata: { user_id: 'a'.repeat(65) } });
    for (const protocol of ['openai', 'openai-responses'] as const) {
      const encoding = PROTOCOLS[protocol].encode(prompt, { model: 'm', streaming: true });
      assert.ok(encoding.kind === 'encoded');
      assert.deepEqual(encoding.dropped, ['metadata.user_id'], protocol);
      assert.equal(encoding.request.body.user, undefined);
    }
  });

  const OFF = { thinking: { type: 'disabled' } };
  const LEAST = { thinking: { type: 'enabled', budget_tokens: 1024 } };
  const MOST = { output_config: { effort: 'max' } };
  const EFFORTS: readonly (readonly [model: string, body: object, effort: string | undefined])[] = [
    ['gpt-4o', OFF, undefined],
    ['gpt-4o', MOST, undefined],
    ['o3', OFF, 'low'],
    ['o3', LEAST, 'low'],
    ['o3', MOST, 'high'],
    ['gpt-5-mini', OFF, 'minimal'],
    ['gpt-5-mini', LEAST, 'minimal'],
    ['gpt-5-mini', MOST, 'high'],
    ['gpt-5.1', OFF, 'none'],
    ['gpt-5.1', LEAST, 'low'],
    ['gpt-5.1', MOST, 'high'],
    ['gpt-5.5', LEAST, 'low'],
    ['gpt-5.5', MOST, 'xhigh'],
    ['gpt-5.4-pro', OFF, 'medium'],
    ['gpt-5.6', LEAST, 'low'],
    ['gpt-5.6', MOST, 'max'],
    ['unknown', MOST, 'max'],
  ];
  for (const [model, body, effort] of EFFORTS) {
    it(`asks ${model} for the effort ${effort} that it knows, over chat and Responses: ${JSON.stringify(body)}`, () => {
      const dropped = effort === undefined && body !== OFF ? ['output_config.effort'] : [];
      assert.deepEqual(effortSent('openai', body, model), { effort, dropped });
      assert.deepEqual(effortSent('openai-responses', body, model), { effort, dropped });
    });
  }

  const AT_GROQ: readonly (readonly [model: string, body: object, effort: string | undefined])[] = [
    ['openai/gpt-oss-120b', OFF, 'low'],
    ['openai/gpt-oss-120b', MOST, 'high'],
    ['qwen/qwen3-32b', OFF, 'none'],
    ['qwen/qwen3-32b', LEAST, undefined],
    ['qwen/qwen3-32b', MOST, undefined],
  ];
  for (const [model, body, effort] of AT_GROQ) {
    it(`asks ${model} at Groq for the effort ${effort} that it knows: ${JSON.stringify(body)}`, () => {
      const encoding = PROTOCOLS.openai.encode(messagesPrompt(body), { model, streaming: true, vendor: 'groq' });
      assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
      assert.equal(encoding.request.body.reasoning_effort, effort);
      assert.equal(encoding.dropped.length, effort === undefined ? 1 : 0);
    });
  }

  it('asks a model of OpenAI for no longer an answer than it gives', () => {
    const prompt = messagesPrompt({ max_tokens: 128_000 });
    const limit = (target: object) => {
      const encoding = PROTOCOLS.openai.encode(prompt, { model: 'gpt-4o', streaming: true, ...target });
      assert.ok(encoding.kind === 'encoded');
      return encoding.request.body.max_tokens;
    };
    assert.equal(limit({ maxOutputTokens: 16_384 }), 16_384);
    assert.equal(limit({ maxOutputTokens: 200_000 }), 128_000);
    assert.equal(limit({}), 128_000);
  });

  it('sends the names of betas to Anthropic alone, and nothing else of the headers', () => {
    const headers = { 'anthropic-beta': 'a-2025-01-01, b-2025-01-01,no name', 'x-api-key': 'secret' };
    const prompt = messagesPrompt({}, headers);
    const sent = (protocol: 'anthropic' | 'openai') => {
      const encoding = PROTOCOLS[protocol].encode(prompt, { model: 'claude-opus-5-5', streaming: true });
      assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
      return encoding;
    };
    assert.equal(sent('anthropic').request.headers['anthropic-beta'], 'a-2025-01-01,b-2025-01-01');
    assert.equal(JSON.stringify(sent('openai')).includes('beta'), false);
    assert.deepEqual(sent('openai').dropped, []);
    assert.equal(JSON.stringify([sent('anthropic'), sent('openai')]).includes('secret'), false);
  });

  const wrong: readonly (readonly [object, string | null])[] = [
    [{ model: '' }, 'model'],
    [{ messages: [] }, 'messages'],
    [{ messages: [{ role: 'tool', content: 'a' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [
      { messages: [{ role: 'user', content: [{ type: 'image', source: { type: 'base64', data: 'a' } }] }] },
      'messages[0].content[0].source.media_type',
    ],
    [{ messages: [{ role: 'assistant', content: [{ ...CALL, input: '{}' }] }] }, 'messages[0].content[0].input'],
    [
      { messages: [{ role: 'user', content: [{ type: 'tool_result', content: 'a' }] }] },
      'messages[0].content[0].tool_use_id',
    ],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ system: 1 }, 'system'],
    [{ tools: [{ name: 'read' }] }, 'tools[0].input_schema'],
    [{ tool_choice: 'auto' }, 'tool_choice'],
    [{ tool_choice: { type: 'tool' } }, 'tool_choice.name'],
    [{ thinking: { type: 'enabled' } }, 'thinking.budget_tokens'],
    [{ output_config: { format: { type: 'json_schema' } } }, 'output_config.format.schema'],
    [{ metadata: { user_id: 1 } }, 'metadata.user_id'],
    [{ stop_sequences: 'a' }, 'stop_sequences'],
  ];
  for (const [body, param] of wrong) {
    it(`refuses ${JSON.stringify(body)} at ${param}`, () => {
      const read = readMessagesPrompt({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], ...body });
      assert.ok(read.kind === 'invalid');
      assert.equal(read.param, param);
      assert.ok(read.message.startsWith(`${param} `), read.message);
    });
  }

  it('offers the tools that are in force at the end of the conversation', () => {
    const tool = (name: string): object => ({ name, input_schema: { type: 'object' } });
    const referred = (name: string): object => ({ type: 'tool_reference', name });
    const { tools } = messagesPrompt({
      tools: [tool('a'), tool('b'), { ...tool('c'), defer_loading: true }],
      messages: [
        { role: 'user', content: 'Hi' },
        {
          role: 'system',
          content: [
            { type: 'tool_removal', tool: referred('a') },
            { type: 'tool_removal', tool: referred('b') },
            { type: 'tool_addition', tool: { type: 'tool_definition', definition: tool('d') } },
            { type: 'tool_addition', tool: referred('b') },
          ],
        },
      ],
    });
    assert.deepEqual(
      tools.map((each) => [each.kind === 'function' ? each.name : '', each.path]),
      [
        ['c', 'tools[2]'],
        ['d', 'messages[1].content[2].tool.definition'],
        ['b', 'tools[1]'],
      ],
    );
  });

  it('names the path of what is wrong with a tool that is added in mid-conversation', () => {
    const wrong = { type: 'tool_addition', tool: { type: 'tool_definition', definition: { name: 'd' } } };
    const read = readMessagesPrompt({ model: 'm', messages: [{ role: 'system', content: [wrong] }] });
    assert.ok(read.kind === 'invalid');
    assert.equal(read.param, 'messages[0].content[0].tool.definition.input_schema');
  });

  it('keeps instructions that were for one turn alone from the turns after it', () => {
    const { turns } = messagesPrompt({
      messages: [
        { role: 'user', content: 'One' },
        { role: 'system', content: 'Now.', clear_at: 'next_user_message' },
        { role: 'assistant', content: 'Yes.' },
        { role: 'system', output_config: { effort: 'low' } },
        { role: 'user', content: 'Two' },
        { role: 'system', content: 'Then.', clear_at: 'next_user_message' },
      ],
    });
    assert.deepEqual(
      turns.map(({ path }) => path),
      ['messages[0]', 'messages[2]', 'messages[4]', 'messages[5]'],
    );
  });

  it('refuses a turn of a message thread as one that is not found: SDKs send the conversation once more', () => {
    const thread = { type: 'continue', previous_message_id: 'msg_1' };
    const read = readMessagesPrompt({ model: 'm', messages: [], thread });
    assert.ok(read.kind === 'invalid');
    assert.deepEqual([read.param, read.notFound], ['thread', 'thread_not_found']);
  });
});

function effortSent(protocol: 'openai' | 'openai-responses', body: object, model: string): object {
  const encoding = PROTOCOLS[protocol].encode(messagesPrompt(body), { model, streaming: true });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  const { reasoning_effort, reasoning } = encoding.request.body;
  const effort = reasoning_effort ?? (reasoning as { readonly effort: string } | undefined)?.effort;
  return { effort, dropped: encoding.dropped };
}
