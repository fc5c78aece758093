import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../../functions/gateway/core/model/answer-event.ts';
import { openAiChatDecoder } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-chat-decoder.ts';
import { chatUsage } from '../../../../../functions/gateway/core/surfaces/openai-chat/chat-usage.ts';
import type { WireEvent } from '../../../../../functions/gateway/core/wire/wire-event.ts';
import fc from '../../../../support/property.ts';
import { openAiNative, type Step, stepsOf } from '../../../../support/steps.ts';

const DONE: WireEvent = { kind: 'event', name: 'message', data: '[DONE]' };

function event(json: unknown, name = 'message'): WireEvent {
  return { kind: 'event', name, data: typeof json === 'string' ? json : JSON.stringify(json) };
}

/** A chunk with one choice. */
function piece(delta: object, choice: object = {}, chunk: object = {}): WireEvent {
  return event({ id: 'gen-1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, ...choice }], ...chunk });
}

const STOP = piece({}, { finish_reason: 'stop' });
const STOPPED: Step = { type: 'finish', choice: 0, reason: 'end', raw: 'stop' };
const CALLED: Step = { type: 'finish', choice: 0, reason: 'tool-calls', raw: 'tool_calls' };

function text(words: string): Step {
  return { type: 'text', choice: 0, text: words };
}

function start(call: number, id: string, name: string): Step {
  return { type: 'call', choice: 0, call, id, name };
}

function args(call: number, words: string): Step {
  return { type: 'input', choice: 0, call, text: words };
}

function read(events: readonly WireEvent[]): Step[] {
  const decoder = openAiChatDecoder();
  return told([...events.flatMap(decoder.event), ...decoder.end()]);
}

/** Without the answer's id, which most answers here have, and with usage as a chat caller sees it. */
function told(events: readonly AnswerEvent[]): Step[] {
  return stepsOf(events).flatMap((step): Step[] => {
    if (step.type !== 'about') {
      return [step];
    }
    const { id: _, ...about } = step;
    return about.native === undefined && about.serviceTier === undefined ? [] : [about];
  });
}

/** A piece of a tool call. */
function calls(...toolCalls: object[]): WireEvent {
  return piece({ tool_calls: toolCalls });
}

describe('openAiChatDecoder, of words', () => {
  const table: readonly [claim: string, events: readonly WireEvent[], deltas: readonly Step[]][] = [
    [
      'reads text and drops roles, empty text and padding',
      [
        piece({ role: 'assistant', content: '', refusal: null }, { finish_reason: null, logprobs: null }),
        piece({ content: 'Hi', obfuscation: 'xxxx' }),
        STOP,
        DONE,
      ],
      [text('Hi'), STOPPED],
    ],
    [
      "reads Azure's first chunk without choices",
      [
        event({ id: '', object: '', choices: [], prompt_filter_results: [{ prompt_index: 0 }] }),
        piece({ content: 'Hi' }),
        STOP,
      ],
      [{ type: 'about', native: openAiNative({ prompt_filter_results: [{ prompt_index: 0 }] }) }, text('Hi'), STOPPED],
    ],
    [
      'reads reasoning under each of its names, once',
      [
        piece({ reasoning_content: 'a', reasoning: 'a' }),
        piece({ reasoning: 'b', channel: 'analysis' }),
        piece({ reasoning_content: null, reasoning: null, content: 'c' }),
        STOP,
      ],
      [{ type: 'reasoning', choice: 0, text: 'a' }, { type: 'reasoning', choice: 0, text: 'b' }, text('c'), STOPPED],
    ],
    [
      "reads Mistral's content in parts",
      [
        piece({
          content: [
            { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
            { type: 'text', text: 'Hi' },
            { type: 'reference', reference_ids: [1] },
          ],
        }),
        STOP,
      ],
      [{ type: 'reasoning', choice: 0, text: 'hm' }, text('Hi'), STOPPED],
    ],
    ['reads refusals', [piece({ refusal: 'No.' }), STOP], [{ type: 'refusal', choice: 0, text: 'No.' }, STOPPED]],
    [
      'passes on members that it does not know',
      [
        piece({
          content: 'x',
          annotations: [{ type: 'url_citation' }],
          audio: null,
          images: [],
          extra_content: { google: 1 },
        }),
        STOP,
      ],
      [
        text('x'),
        {
          type: 'native',
          choice: 0,
          native: openAiNative({ annotations: [{ type: 'url_citation' }], extra_content: { google: 1 } }),
        },
        STOPPED,
      ],
    ],
    [
      'passes on log probabilities',
      [
        piece({ content: 'x' }, { logprobs: { content: [{ token: 'x' }], refusal: null } }),
        piece({}, { finish_reason: 'stop', logprobs: { content: [], refusal: null } }),
      ],
      [text('x'), { type: 'logprobs', choice: 0, logprobs: { content: [{ token: 'x' }], refusal: null } }, STOPPED],
    ],
    [
      'says what it knows of the answer once, until it changes',
      [
        piece({ content: 'a' }, {}, { system_fingerprint: 'fp', service_tier: null }),
        piece({ content: 'b' }, {}, { system_fingerprint: 'fp', service_tier: 'flex' }),
        STOP,
      ],
      [
        { type: 'about', native: openAiNative({ system_fingerprint: 'fp' }) },
        text('a'),
        { type: 'about', serviceTier: 'flex' },
        text('b'),
        STOPPED,
      ],
    ],
    [
      'tells choices apart, and takes a lone one without index for the first',
      [
        event({ choices: [{ index: 1, delta: { content: 'b' } }] }),
        event({ choices: [{ delta: { content: 'a' }, finish_reason: 'stop' }] }),
        event({ choices: [{ index: 1, delta: {}, finish_reason: 'length' }] }),
      ],
      [
        { type: 'text', choice: 1, text: 'b' },
        text('a'),
        STOPPED,
        { type: 'finish', choice: 1, reason: 'length', raw: 'length' },
      ],
    ],
    [
      'reads a message where there is no delta',
      [event({ choices: [{ message: { content: 'Hi' }, finish_reason: 'stop' }] })],
      [text('Hi'), STOPPED],
    ],
    ['takes a ping for a sign of life', [event({}, 'ping'), STOP], [{ type: 'keep-alive' }, STOPPED]],
  ];
  for (const [claim, events, deltas] of table) {
    it(claim, () => assert.deepEqual(read(events), deltas));
  }
});

describe('openAiChatDecoder, of tool calls', () => {
  const f = { name: 'f', arguments: '' };
  const table: readonly [claim: string, events: readonly WireEvent[], deltas: readonly Step[]][] = [
    [
      'joins the pieces of parallel calls by index',
      [
        calls({ index: 0, id: 'a', type: 'function', function: f }),
        calls({ index: 0, function: { arguments: '{"x":' } }),
        calls({ index: 1, id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } }),
        calls({ index: 0, function: { arguments: '1}' } }),
      ],
      [start(0, 'a', 'f'), args(0, '{"x":'), start(1, 'b', 'g'), args(1, '{}'), args(0, '1}')],
    ],
    [
      'counts from 0 where the server counts from 1',
      [
        calls({ index: 1, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 2, id: 'b', function: { name: 'g', arguments: '{}' } }),
      ],
      [start(0, 'a', 'f'), args(0, '{}'), start(1, 'b', 'g'), args(1, '{}')],
    ],
    [
      'tells calls apart by id where all have index 0',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 0, id: 'b', function: { name: 'f', arguments: '' } }),
        calls({ index: 0, function: { arguments: '{"x":1}' } }),
      ],
      [start(0, 'a', 'f'), args(0, '{}'), start(1, 'b', 'f'), args(1, '{"x":1}')],
    ],
    [
      'tells whole calls apart that have neither an id nor an index of their own',
      [
        calls({ index: 0, id: '', function: { name: 'f', arguments: '{"x":1}' } }),
        calls({ index: 0, id: '', function: { name: 'f', arguments: '{"x":2}' } }),
      ],
      [start(0, 'call_gen1_0_0', 'f'), args(0, '{"x":1}'), start(1, 'call_gen1_0_1', 'f'), args(1, '{"x":2}')],
    ],
    [
      'reads calls without index, as Mistral sends them',
      [
        calls(
          { id: 'a', function: { name: 'f', arguments: '{}' } },
          { id: 'b', function: { name: 'g', arguments: '{}' } },
        ),
      ],
      [start(0, 'a', 'f'), args(0, '{}'), start(1, 'b', 'g'), args(1, '{}')],
    ],
    [
      'goes on with the last call where a piece names none',
      [calls({ id: 'a', function: f }), calls({ function: { arguments: '{}' } })],
      [start(0, 'a', 'f'), args(0, '{}')],
    ],
    [
      'takes a repeated id and name for the same call',
      [
        calls({ index: 0, id: '0', function: f }),
        calls({ index: 0, id: '0', function: { name: 'f', arguments: '{}' } }),
      ],
      [start(0, '0', 'f'), args(0, '{}')],
    ],
    [
      'keeps a nested object that is cut between its braces together',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":{}' } }),
        calls({ index: 0, function: { arguments: ',"y":{}}' } }),
      ],
      [start(0, 'a', 'f'), args(0, '{"x":{}'), args(0, ',"y":{}}')],
    ],
    [
      'gives the second of two equal ids an id of its own',
      [
        calls({ index: 0, id: 'f', function: { name: 'f', arguments: '{}' } }),
        calls({ index: 1, id: 'f', function: { name: 'f', arguments: '{}' } }),
      ],
      [start(0, 'f', 'f'), args(0, '{}'), start(1, 'call_gen1_0_1', 'f'), args(1, '{}')],
    ],
    [
      'holds arguments back until the name is known',
      [
        calls({ index: 0, id: 'a', function: { arguments: '{"x"' } }),
        calls({ index: 0, function: { name: 'f', arguments: ':1}' } }),
      ],
      [start(0, 'a', 'f'), args(0, '{"x"'), args(0, ':1}')],
    ],
    [
      'writes {} for null, empty and missing arguments',
      [
        calls({ index: 0, id: 'a', function: { name: 'f', arguments: null } }),
        calls({ index: 1, id: 'b', function: f }),
        calls({ index: 2, id: 'c', function: { name: 'f' } }),
      ],
      [start(0, 'a', 'f'), start(1, 'b', 'f'), start(2, 'c', 'f'), args(0, '{}'), args(1, '{}'), args(2, '{}')],
    ],
    [
      'writes arguments that come as an object',
      [calls({ index: 0, id: 'a', function: { name: 'f', arguments: { x: 1 } } })],
      [start(0, 'a', 'f'), args(0, '{"x":1}')],
    ],
    [
      'reads the legacy function_call',
      [piece({ function_call: f }), piece({ function_call: { arguments: '{}' } })],
      [start(0, 'call_gen1_0_0', 'f'), args(0, '{}')],
    ],
    [
      'keeps what stands beside the function',
      [
        calls({
          index: 0,
          id: 'a',
          type: 'function',
          function: { name: 'f', arguments: '{}' },
          extra_content: { google: 1 },
        }),
      ],
      [{ ...start(0, 'a', 'f'), native: openAiNative({ extra_content: { google: 1 } }) } as Step, args(0, '{}')],
    ],
  ];
  for (const [claim, events, deltas] of table) {
    it(claim, () =>
      assert.deepEqual(read([...events, piece({}, { finish_reason: 'tool_calls' }), DONE]), [...deltas, CALLED]),
    );
  }

  it('says tool_calls where a server says stop after calling tools', () => {
    const events = [calls({ index: 0, id: 'a', function: { name: 'f', arguments: '{}' } }), STOP];
    assert.deepEqual(read(events).at(-1), { ...CALLED, raw: 'stop' });
  });
});

describe('openAiChatDecoder, of endings', () => {
  const hi = piece({ content: 'Hi' });
  const finished = (reason: string, raw?: string) => ({ type: 'finish', choice: 0, reason, ...(raw && { raw }) });
  const failed = (failure: object) => ({ type: 'failed', failure });

  const table: readonly [claim: string, events: readonly WireEvent[], last: object][] = [
    ['[DONE] without a finish reason is perhaps cut off', [hi, DONE], finished('length')],
    [
      '[DONE] without a finish reason after a call is tool_calls',
      [calls({ id: 'a', function: { name: 'f', arguments: '{}' } }), DONE],
      finished('tool-calls'),
    ],
    ['a finish reason without [DONE] is an ending', [hi, STOP], finished('end', 'stop')],
    [
      'an unknown finish reason is no clean stop',
      [hi, piece({}, { finish_reason: 'flux' })],
      finished('length', 'flux'),
    ],
    [
      'a native reason is kept',
      [hi, piece({}, { finish_reason: 'stop', native_finish_reason: 'end_turn' })],
      finished('end', 'end_turn'),
    ],
    ['an empty finish reason is none', [hi, piece({}, { finish_reason: '' })], failed({ kind: 'truncated' })],
    ['a second finish reason is not read', [STOP, piece({}, { finish_reason: 'length' })], finished('end', 'stop')],
    ['neither [DONE] nor a reason is a truncation', [hi], failed({ kind: 'truncated' })],
    [
      'one choice without its ending is a truncation',
      [
        event({
          choices: [
            { index: 0, delta: { content: 'a' }, finish_reason: 'stop' },
            { index: 1, delta: { content: 'b' } },
          ],
        }),
      ],
      failed({ kind: 'truncated' }),
    ],
    ['nothing is a truncation', [], failed({ kind: 'truncated' })],
    ['[DONE] alone is a truncation', [DONE], failed({ kind: 'truncated' })],
    [
      '[DONE] after only a role is a truncation',
      [piece({ role: 'assistant', content: '' }), DONE],
      failed({ kind: 'truncated' }),
    ],
    ['a broken event in the middle is skipped', [hi, event('{"choices":['), STOP], finished('end', 'stop')],
    [
      'broken events alone are malformed',
      [event('{"choices":['), event('<html>')],
      failed({ kind: 'malformed', reason: 'events that are not JSON' }),
    ],
    ['a broken event after words leaves a truncation', [hi, event('{"cho')], failed({ kind: 'truncated' })],
    [
      'a frame that could not be read is malformed',
      [hi, { kind: 'error', name: 'event-too-large', data: '' }],
      failed({ kind: 'malformed', reason: 'event-too-large' }),
    ],
    [
      'finish_reason error is a breakdown',
      [hi, piece({}, { finish_reason: 'error' })],
      failed({ kind: 'overloaded', status: 502 }),
    ],
  ];
  for (const [claim, events, last] of table) {
    it(claim, () => assert.deepEqual(read(events).at(-1), last));
  }

  it('says nothing after a failure', () => {
    assert.deepEqual(read([event({ error: { message: 'x' } }), hi, STOP, DONE]).length, 1);
  });

  it('is complete at [DONE], or at the usage that comes by itself after the last ending', () => {
    const decoder = openAiChatDecoder();
    decoder.event(STOP);
    assert.equal(decoder.isComplete(), false);
    decoder.event(event({ choices: [], usage: { prompt_tokens: 1 } }));
    assert.equal(decoder.isComplete(), true);
    const other = openAiChatDecoder();
    other.event(hi);
    other.event(event({ choices: [], usage: { prompt_tokens: 1 } }));
    assert.equal(other.isComplete(), false);
    other.event(DONE);
    assert.equal(other.isComplete(), true);
  });
});

describe('openAiChatDecoder, of usage', () => {
  const plain = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 };
  const table: readonly [claim: string, chunk: object, usage: object | undefined][] = [
    [
      'keeps every member',
      { usage: { ...plain, queue_time: 0.1, prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 } } },
      { ...plain, queue_time: 0.1, prompt_tokens_details: { cached_tokens: 4, audio_tokens: 0 } },
    ],
    ["reads Groq's", { x_groq: { id: 'req', usage: plain } }, plain],
    ["reads Moonshot's, inside the choice", { choices: [{ index: 0, delta: {}, usage: plain }] }, plain],
    [
      'adds up a missing total',
      { usage: { prompt_tokens: 1, completion_tokens: 2 } },
      { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 },
    ],
    ['drops details that are null', { usage: { ...plain, prompt_tokens_details: null } }, plain],
    [
      'counts reasoning that xAI leaves out',
      {
        usage: {
          prompt_tokens: 10,
          completion_tokens: 5,
          total_tokens: 35,
          completion_tokens_details: { reasoning_tokens: 20 },
        },
      },
      {
        prompt_tokens: 10,
        completion_tokens: 25,
        total_tokens: 35,
        completion_tokens_details: { reasoning_tokens: 20 },
      },
    ],
    [
      'finds cached tokens where DeepSeek counts them',
      { usage: { ...plain, prompt_cache_hit_tokens: 8 } },
      { ...plain, prompt_cache_hit_tokens: 8, prompt_tokens_details: { cached_tokens: 8 } },
    ],
    ['reads null as none', { usage: null }, undefined],
    ['reads an empty one as none', { usage: {} }, undefined],
  ];
  for (const [claim, chunk, usage] of table) {
    it(claim, () => {
      const found = read([event({ choices: [], ...chunk }), STOP]).find((step) => step.type === 'usage');
      assert.deepEqual(found && chatUsage(found.usage), usage);
    });
  }
});

describe('openAiChatDecoder, of errors in a stream', () => {
  const table: readonly [claim: string, event: WireEvent, failure: object][] = [
    [
      'OpenAI',
      event({ error: { message: 'Slow down.', type: 'requests', code: 'rate_limit_exceeded', param: null } }),
      { kind: 'rate-limited', quota: false },
    ],
    [
      'OpenAI, money spent',
      event({ error: { message: 'x', type: 'insufficient_quota', code: 'insufficient_quota' } }),
      { kind: 'rate-limited', quota: true },
    ],
    [
      'OpenAI, server',
      event({ error: { message: 'x', type: 'server_error', code: null } }),
      { kind: 'overloaded', status: 500 },
    ],
    [
      'Groq',
      event({ error: { message: 'x', type: 'invalid_request_error', status_code: 400 } }, 'error'),
      { kind: 'rejected', status: 400 },
    ],
    [
      'Groq, an unusable tool call',
      event({ error: { message: 'x', type: 'invalid_request_error', code: 'tool_use_failed', status_code: 400 } }),
      { kind: 'malformed', reason: 'tool_use_failed' },
    ],
    [
      'OpenRouter',
      event({
        id: 'g',
        error: { code: 429, message: 'x' },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      }),
      { kind: 'rate-limited', quota: false },
    ],
    [
      'OpenRouter, inside the choice',
      piece({ content: '' }, { error: { code: 503, message: 'x' }, finish_reason: 'error' }),
      { kind: 'overloaded', status: 503 },
    ],
    [
      'vLLM',
      event({ object: 'error', message: 'x', type: 'BadRequestError', code: 400 }),
      { kind: 'rejected', status: 400 },
    ],
    [
      'Google',
      event([{ error: { code: 503, message: 'x', status: 'UNAVAILABLE' } }]),
      { kind: 'overloaded', status: 503 },
    ],
    ['an error event without a shape', event('upstream went away', 'error'), { kind: 'overloaded', status: 502 }],
    [
      'a context that is too long',
      event({ error: { message: 'x', code: 'context_length_exceeded' } }),
      { kind: 'context-exceeded' },
    ],
    [
      "LM Studio's context without a status",
      event({ error: 'The model is loaded with context length of only 4096 tokens.' }, 'error'),
      { kind: 'context-exceeded' },
    ],
    [
      'content that is not answered',
      event({ error: { message: 'x', code: 'content_filter' } }),
      { kind: 'rejected', status: 400, isKnown: true },
    ],
  ];
  for (const [claim, said, failure] of table) {
    it(`reads ${claim}`, () => {
      const [delta, ...more] = read([said, STOP, DONE]);
      assert.ok(delta?.type === 'failed' && more.length === 0);
      const { vendor, ...rest } = delta.failure;
      assert.deepEqual(JSON.parse(JSON.stringify(rest)), failure);
      assert.ok(vendor !== undefined && vendor.message !== '');
    });
  }
});

describe('openAiChatDecoder, of whole bodies', () => {
  it('reads a chat.completion', () => {
    const message = {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'f', arguments: '' } }],
      annotations: [],
    };
    const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
    assert.deepEqual(
      told(openAiChatDecoder().body({ id: 'x', choices: [{ index: 0, message, finish_reason: 'tool_calls' }], usage })),
      [
        start(0, 'a', 'f'),
        args(0, '{}'),
        CALLED,
        { type: 'usage', usage: { input: 1, output: 1, raw: { dialect: 'openai-chat', value: usage } } },
      ],
    );
  });

  it('ends choices that have no finish reason as perhaps cut off', () => {
    const steps = told(openAiChatDecoder().body({ choices: [{ message: { content: 'Hi' } }] }));
    assert.deepEqual(steps, [text('Hi'), { type: 'finish', choice: 0, reason: 'length' }]);
  });

  for (const garbage of [null, 7, 'text', [], {}, { choices: [] }, { choices: 'x' }, { choices: [null] }]) {
    it(`calls ${JSON.stringify(garbage)} malformed`, () => {
      const [delta] = openAiChatDecoder().body(garbage);
      assert.equal(delta?.type === 'failed' && delta.failure.kind, 'malformed');
    });
  }

  it('reads an error with status 200', () => {
    const [delta] = openAiChatDecoder().body({ error: { message: 'x', code: 402 } });
    assert.deepEqual(delta?.type === 'failed' && delta.failure.kind, 'rate-limited');
  });
});

describe('openAiChatDecoder, of garbage', () => {
  const scalar = fc.constantFrom<unknown>(
    null,
    0,
    -1,
    Number.POSITIVE_INFINITY,
    '',
    'x',
    true,
    [],
    {},
    [null],
    [[]],
    '__proto__',
  );
  const call = fc.record({
    index: scalar,
    id: scalar,
    type: fc.constantFrom('custom', 'function', null),
    function: fc.oneof(scalar, fc.record({ name: scalar, arguments: scalar })),
    custom: scalar,
  });
  const delta = fc.record({
    content: fc.oneof(
      scalar,
      fc.array(fc.record({ type: fc.constantFrom('text', 'thinking'), text: scalar, thinking: scalar })),
    ),
    tool_calls: fc.oneof(scalar, fc.array(call)),
    function_call: scalar,
    reasoning: scalar,
  });
  const chunk = fc.record(
    {
      id: scalar,
      choices: fc.oneof(
        scalar,
        fc.array(
          fc.record({
            index: scalar,
            delta: fc.oneof(scalar, delta),
            finish_reason: scalar,
            logprobs: scalar,
            error: scalar,
          }),
        ),
      ),
      usage: scalar,
      x_groq: scalar,
      error: fc.oneof(scalar, fc.record({ message: scalar, code: scalar, details: scalar, metadata: scalar })),
    },
    { requiredKeys: [] },
  );
  const events = fc.array(
    fc.oneof(
      chunk.map((json) => event(json)),
      fc.json().map((json) => event(json)),
      fc.string().map((words) => event(words)),
      fc.constant(DONE),
    ),
  );

  it('never throws, and numbers tool calls from 0 without a gap, each begun before it goes on', () => {
    fc.assert(
      fc.property(events, (some) => {
        const seen = read(some);
        for (const choice of new Set(seen.map((found) => ('choice' in found ? found.choice : 0)))) {
          assert.deepEqual(
            startedCalls(seen, choice),
            startedCalls(seen, choice).map((_, index) => index),
          );
        }
        assert.ok(seen.every((found, at) => found.type !== 'input' || isBegun(seen.slice(0, at), found)));
      }),
    );
  });

  it('never throws on a body', () => {
    fc.assert(fc.property(fc.oneof(chunk, fc.jsonValue()), (json) => void openAiChatDecoder().body(json)));
  });
});

function startedCalls(deltas: readonly Step[], choice: number): number[] {
  return deltas.flatMap((delta) => (delta.type === 'call' && delta.choice === choice ? [delta.call] : []));
}

function isBegun(before: readonly Step[], piece: Extract<Step, { type: 'input' }>): boolean {
  return piece.text !== '' && startedCalls(before, piece.choice).includes(piece.call);
}
