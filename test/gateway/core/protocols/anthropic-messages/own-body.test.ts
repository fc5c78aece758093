import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { defined } from '../../../../../functions/gateway/core/model/defined.ts';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import type { Encoding, Target } from '../../../../../functions/gateway/core/protocols/protocol.ts';
import { type JsonObject, numberMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

const OLDEST = 'claude-3-5-haiku-20241022';
const BUDGET = 'claude-sonnet-4-5-20250929';
const ADAPTIVE = 'claude-sonnet-4-6';
const NEW = 'claude-opus-4-8';
const ALWAYS_THINKS = 'claude-opus-5-5';

const user = { role: 'user', content: 'Hi' };

/** The prompt of a Messages body, as far as the protocol looks at it beside the body. */
function promptFrom(sent: JsonObject, more: Partial<Prompt> = {}): Prompt {
  const body = { model: 'route', max_tokens: 1000, messages: [user], ...sent };
  return {
    ...promptOf({}),
    limits: { choices: 1, stop: [], outputTokens: body.max_tokens },
    sampling: defined({
      temperature: numberMember(body, 'temperature'),
      topP: numberMember(body, 'top_p'),
      topK: numberMember(body, 'top_k'),
    }),
    original: { dialect: 'anthropic-messages', body },
    ...more,
  };
}

function encode(sent: JsonObject, target: Partial<Target> = {}, more: Partial<Prompt> = {}): Encoding {
  return anthropic.encode(promptFrom(sent, more), { model: NEW, streaming: true, ...target });
}

function encoded(sent: JsonObject, model = NEW, more: Partial<Prompt> = {}): JsonObject {
  const encoding = encode(sent, { model }, more);
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  const { model: _, stream: __, max_tokens: ___, ...members } = encoding.request.body;
  return { ...members, dropped: encoding.dropped };
}

/** As an agent's loop sends it: marks, signatures, a server's tools, members that nobody here knows. */
const agentic: JsonObject = {
  max_tokens: 32_000,
  system: [
    { type: 'text', text: 'x-header: 1' },
    { type: 'text', text: 'You are an agent.', cache_control: { type: 'ephemeral', ttl: '1h' } },
  ],
  messages: [
    { role: 'user', content: [{ type: 'text', text: 'Look.', cache_control: { type: 'ephemeral' } }] },
    { role: 'system', content: 'Be brief.' },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: '', signature: 'sig' },
        { type: 'redacted_thinking', data: 'xyz' },
        { type: 'text', text: 'Looking.', citations: [{ type: 'char_location', cited_text: 'x' }] },
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'q' } },
        { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ type: 'web_search_result' }] },
        { type: 'tool_use', id: 'toolu_1', name: 'ls', input: {}, caller: { type: 'direct' } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [{ type: 'tool_reference', tool_name: 'ls' }] },
        { type: 'text', text: ' ' },
      ],
    },
  ],
  tools: [
    { name: 'ls', input_schema: { type: 'object', properties: {} }, defer_loading: true, strict: true },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 5 },
  ],
  tool_choice: { type: 'auto' },
  thinking: { type: 'adaptive', display: 'updates' },
  output_config: { effort: 'medium', task_budget: { tokens: 1 } },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  metadata: { user_id: '{"device_id":"d","account_uuid":"ann@example.com"}' },
  safeguards: [{ type: 'shiny' }],
  stop_sequences: ['\n'],
};

describe('a request in the words of the Messages API', () => {
  it('comes out equal but for the model and the way of streaming', () => {
    const encoding = encode({ ...agentic, stream: false }, { model: ALWAYS_THINKS });
    assert.deepEqual(encoding, {
      kind: 'encoded',
      request: {
        operation: 'answer-stream',
        headers: { 'anthropic-version': '2023-06-01' },
        body: { ...agentic, model: ALWAYS_THINKS, stream: true },
      },
      dropped: [],
    });
  });

  it('keeps its limit within the model, and within what is configured', () => {
    const limitOf = (max_tokens: number, target: Partial<Target>): unknown => {
      const encoding = encode({ max_tokens }, target);
      return encoding.kind === 'encoded' && encoding.request.body.max_tokens;
    };
    assert.equal(limitOf(100, { model: OLDEST }), 100);
    assert.equal(limitOf(100_000, { model: OLDEST }), 8192);
    assert.equal(limitOf(100, { maxOutputTokens: 50 }), 50);
  });

  it('takes its betas along', () => {
    const beta = { dialect: 'anthropic-messages', value: { 'anthropic-beta': 'a,b' }, ifForeign: 'ignore' } as const;
    const encoding = encode({}, {}, { native: new Map([['anthropic-beta', beta]]) });
    assert.equal(encoding.kind === 'encoded' && encoding.request.headers['anthropic-beta'], 'a,b');
  });

  it('has its instructions in mid-conversation said by the user where the model has no such messages', () => {
    const messages = [user, { role: 'system', content: [{ type: 'text', text: 'Be brief.', cache_control: {} }] }];
    const said = [user, { ...messages[1], role: 'user' }];
    assert.deepEqual(encoded({ messages }, BUDGET), { messages: said, dropped: [] });
  });

  it('is offered tools that are not strict where the model cannot be', () => {
    const tools = [
      { name: 'f', strict: true, input_schema: { type: 'object' } },
      { name: 'g', strict: false },
    ];
    assert.deepEqual(encoded({ tools }, OLDEST), {
      messages: [user],
      tools: [
        { name: 'f', input_schema: { type: 'object' } },
        { name: 'g', strict: false },
      ],
      dropped: ['strict'],
    });
  });

  const refused: readonly { name: string; sent: JsonObject; model: string; param: string }[] = [
    {
      name: 'a forced call',
      sent: { tools: [{ name: 'f' }], tool_choice: { type: 'any' } },
      model: ALWAYS_THINKS,
      param: 'tool_choice',
    },
    {
      name: 'a schema',
      sent: { output_config: { format: { type: 'json_schema', schema: {} } } },
      model: OLDEST,
      param: 'response_format',
    },
    {
      name: 'an answer that the caller has begun',
      sent: { messages: [user, { role: 'assistant', content: [{ type: 'text', text: 'Once' }] }] },
      model: NEW,
      param: 'messages[1]',
    },
  ];
  for (const { name, sent, model, param } of refused) {
    it(`is refused where the model does not take ${name}`, () => {
      const encoding = encode(sent, { model });
      assert.equal(encoding.kind === 'unsupported' && encoding.param, param);
    });
  }

  it('may end with a paused answer on every model', () => {
    const paused = { role: 'assistant', content: [{ type: 'server_tool_use', id: 's', name: 'web_fetch', input: {} }] };
    assert.deepEqual(encoded({ messages: [user, paused] }, NEW).messages, [user, paused]);
  });
});

describe('an answer in the words of the Messages API that has begun', () => {
  const begun = { text: 'upon', tokens: 400 };
  const cases: readonly { name: string; last: readonly JsonObject[]; expected: readonly JsonObject[] }[] = [
    { name: 'is a turn of its own', last: [], expected: [{ role: 'assistant', content: 'upon' }] },
    {
      name: 'goes on after what the caller had begun, as a string',
      last: [{ role: 'assistant', content: 'Once ' }],
      expected: [{ role: 'assistant', content: 'Once upon' }],
    },
    {
      name: 'goes on after what the caller had begun, as a block',
      last: [{ role: 'assistant', content: [{ type: 'text', text: 'Once ', cache_control: {} }] }],
      expected: [{ role: 'assistant', content: [{ type: 'text', text: 'Once upon', cache_control: {} }] }],
    },
    {
      name: 'goes on after a block that is no text',
      last: [{ role: 'assistant', content: [{ type: 'web_fetch_tool_result' }] }],
      expected: [{ role: 'assistant', content: [{ type: 'web_fetch_tool_result' }, { type: 'text', text: 'upon' }] }],
    },
  ];
  for (const { name, last, expected } of cases) {
    it(name, () => {
      const { messages } = encoded({ messages: [user, ...last] }, BUDGET, { begun });
      assert.deepEqual(messages, [user, ...expected]);
    });
  }

  it('has what is left of the limit, and no reasoning any more', () => {
    const encoding = encode(
      { thinking: { type: 'enabled', budget_tokens: 1024 }, max_tokens: 2000 },
      { model: BUDGET },
      { begun },
    );
    assert.ok(encoding.kind === 'encoded');
    assert.equal(encoding.request.body.max_tokens, 1600);
    assert.deepEqual(encoding.request.body.thinking, { type: 'disabled' });
  });

  it('is refused by a model that does not go on from it, unless nothing has come', () => {
    assert.equal(encode({}, { model: NEW }, { begun }).kind, 'unsupported');
    assert.deepEqual(encoded({}, NEW, { begun: { text: '', tokens: 0 } }).messages, [user]);
  });
});

describe('sampling in the words of the Messages API', () => {
  const all = { temperature: 0.3, top_p: 0.5, top_k: 9 };
  const cases: readonly { name: string; model: string; sent: JsonObject; kept: JsonObject; dropped: string[] }[] = [
    { name: 'goes to older models whole', model: OLDEST, sent: all, kept: all, dropped: [] },
    { name: 'goes whole to other servers', model: 'kimi-k2', sent: all, kept: all, dropped: [] },
    {
      name: 'is temperature or top_p, not both, from 4.1 on',
      model: BUDGET,
      sent: all,
      kept: { temperature: 0.3, top_k: 9 },
      dropped: ['top_p'],
    },
    { name: 'is nothing on the newest', model: NEW, sent: all, kept: {}, dropped: ['temperature', 'top_p', 'top_k'] },
    {
      name: 'stays where it changes nothing',
      model: NEW,
      sent: { temperature: 1, top_p: 1 },
      kept: { temperature: 1, top_p: 1 },
      dropped: [],
    },
    { name: 'loses a top_k of 1', model: NEW, sent: { top_k: 1 }, kept: {}, dropped: ['top_k'] },
  ];
  for (const { name, model, sent, kept, dropped } of cases) {
    it(name, () => assert.deepEqual(encoded(sent, model), { messages: [user], ...kept, dropped }));
  }
});

describe('reasoning in the words of the Messages API', () => {
  const enabled = { type: 'enabled', budget_tokens: 8000 };
  const adaptive = { type: 'adaptive' };
  interface Case {
    readonly name: string;
    readonly model: string;
    readonly sent: JsonObject;
    readonly reasoning?: Prompt['reasoning'];
    /** `thinking` and `output_config`. */
    readonly expected: JsonObject;
    readonly dropped?: readonly string[];
  }
  const cases: readonly Case[] = [
    {
      name: 'by a budget stays where the model takes one',
      model: ADAPTIVE,
      sent: { thinking: enabled },
      expected: { thinking: enabled },
    },
    {
      name: 'by a budget stays on other servers',
      model: 'glm-5',
      sent: { thinking: enabled },
      expected: { thinking: enabled },
    },
    {
      name: 'by a budget is an effort where the model takes none',
      model: NEW,
      sent: { thinking: enabled },
      expected: { thinking: adaptive, output_config: { effort: 'medium' } },
    },
    {
      name: 'by a budget beside an effort is that effort',
      model: NEW,
      sent: { thinking: enabled, output_config: { effort: 'max' } },
      reasoning: { effort: 'max' },
      expected: { thinking: adaptive, output_config: { effort: 'max' } },
    },
    {
      name: 'by an effort is a budget on older models',
      model: BUDGET,
      sent: { thinking: adaptive, output_config: { effort: 'low' } },
      reasoning: { effort: 'low' },
      expected: { thinking: { type: 'enabled', budget_tokens: 2048 } },
    },
    {
      name: 'by an effort is the nearest that the model has',
      model: ADAPTIVE,
      sent: { thinking: adaptive, output_config: { effort: 'xhigh', shiny: 1 } },
      expected: { thinking: adaptive, output_config: { effort: 'high', shiny: 1 } },
    },
    {
      name: 'by an effort alone is lost where the model has none',
      model: BUDGET,
      sent: { output_config: { effort: 'low' } },
      expected: {},
      dropped: ['reasoning_effort'],
    },
    {
      name: 'by an effort that nobody knows is for the vendor to judge',
      model: NEW,
      sent: { output_config: { effort: 'ultra' } },
      expected: { output_config: { effort: 'ultra' } },
    },
    {
      name: 'is lost on a model that cannot reason',
      model: OLDEST,
      sent: { thinking: enabled },
      expected: {},
      dropped: ['reasoning_effort'],
    },
    {
      name: 'that is off stays off',
      model: NEW,
      sent: { thinking: { type: 'disabled' } },
      expected: { thinking: { type: 'disabled' } },
    },
    {
      name: 'that is off has another name on Sonnet 5.5',
      model: 'claude-sonnet-5-5',
      sent: { thinking: { type: 'disabled' } },
      expected: { thinking: { type: 'between_tools' } },
    },
    {
      name: 'that is off is the least where a model always reasons',
      model: ALWAYS_THINKS,
      sent: { thinking: { type: 'disabled' } },
      expected: { output_config: { effort: 'low' } },
      dropped: ['reasoning_effort'],
    },
    {
      name: 'of an unknown type is for the vendor to judge',
      model: OLDEST,
      sent: { thinking: { type: 'shiny' } },
      expected: { thinking: { type: 'shiny' } },
    },
  ];
  for (const { name, model, sent, reasoning, expected, dropped = [] } of cases) {
    it(name, () => {
      const more = reasoning === undefined ? {} : { reasoning };
      const { messages: _, ...members } = encoded({ max_tokens: 16_000, ...sent }, model, more);
      assert.deepEqual(members, { ...expected, dropped });
    });
  }

  it('keeps its budget below a limit that is less than the one that was sent', () => {
    const thinking = { type: 'enabled', budget_tokens: 10_000 };
    const encoding = encode({ max_tokens: 16_000, thinking }, { model: BUDGET, maxOutputTokens: 4000 });
    assert.deepEqual(encoding.kind === 'encoded' && encoding.request.body.thinking, {
      type: 'enabled',
      budget_tokens: 3999,
    });
    assert.deepEqual(encoded({ max_tokens: 5000, thinking }, BUDGET).thinking, thinking);
  });
});
