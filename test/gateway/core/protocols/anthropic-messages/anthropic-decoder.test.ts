import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type {
  AnswerEvent,
  BegunPart,
  FinishReason,
  PartEnd,
} from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { Native } from '../../../../../functions/gateway/core/model/dialect.ts';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
import type { JsonObject } from '../../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../../support/property.ts';

type Told = Record<string, unknown> & { type: string };

const start: Told = { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 10, output_tokens: 1 } } };
const stop: Told = { type: 'message_stop' };

function ended(reason: string, usage: object = { output_tokens: 5 }): Told {
  return { type: 'message_delta', delta: { stop_reason: reason }, usage };
}

function begin(index: number, block: object): Told {
  return { type: 'content_block_start', index, content_block: block };
}

function grow(index: number, delta: object): Told {
  return { type: 'content_block_delta', index, delta };
}

function end(index: number): Told {
  return { type: 'content_block_stop', index };
}

function text(index: number, ...pieces: string[]): Told[] {
  return [
    begin(index, { type: 'text', text: '' }),
    ...pieces.map((piece) => grow(index, { type: 'text_delta', text: piece })),
    end(index),
  ];
}

function tool(index: number, ...pieces: string[]): Told[] {
  return [
    begin(index, { type: 'tool_use', id: `toolu_${index}`, name: 'f', input: {} }),
    ...pieces.map((piece) => grow(index, { type: 'input_json_delta', partial_json: piece })),
    end(index),
  ];
}

interface Reading {
  readonly deltas: readonly AnswerEvent[];
  readonly isComplete: boolean;
}

function read(...events: Told[]): Reading {
  const decoder = anthropic.decoder({ model: 'claude', streaming: true });
  const deltas = events.flatMap((event) => [
    ...decoder.event({ kind: 'event', name: event.type, data: JSON.stringify(event) }),
  ]);
  const isComplete = decoder.isComplete();
  return { deltas: [...deltas, ...decoder.end()], isComplete };
}

function readBody(json: unknown): readonly AnswerEvent[] {
  return anthropic.decoder({ model: 'claude', streaming: false }).body(json);
}

/** The events without counts and what is said of the answer as a whole. */
function content(events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  return events.filter(({ type }) => type !== 'usage' && type !== 'about');
}

/** The last counts, but for the vendor's own object. */
function lastUsage(events: readonly AnswerEvent[]): unknown {
  const { raw: _, ...counts } = events.findLast((event) => event.type === 'usage')?.usage ?? assert.fail();
  return counts;
}

const opened = (part: number, begins: BegunPart): AnswerEvent => ({ type: 'part-start', choice: 0, part, begins });
const said = (part: number, value: string): AnswerEvent => ({ type: 'part-delta', choice: 0, part, text: value });
const closed = (part: number, ending: Pick<PartEnd, 'citations' | 'proof'> = {}): AnswerEvent => ({
  type: 'part-end',
  choice: 0,
  part,
  ...ending,
});
const finish = (reason: FinishReason, raw: string, ending: { stopSequence?: string } = {}): AnswerEvent => ({
  type: 'finish',
  choice: 0,
  reason,
  raw,
  ...ending,
});

/** A whole text part. */
const say = (part: number, ...pieces: string[]): readonly AnswerEvent[] => [
  opened(part, { kind: 'text' }),
  ...pieces.map((piece) => said(part, piece)),
  closed(part),
];

const callOf = (id: string, name = 'f'): BegunPart => ({ kind: 'tool-call', id, name });

/** A whole call. */
const call = (part: number, begins: BegunPart, ...pieces: string[]): readonly AnswerEvent[] => [
  opened(part, begins),
  ...pieces.map((piece) => said(part, piece)),
  closed(part),
];

const own = (value: JsonObject, ifForeign: Native['ifForeign'] = 'ignore'): Native => ({
  dialect: 'anthropic-messages',
  value,
  ifForeign,
});

describe('a streamed answer of Anthropic', () => {
  it('gives text, the finish and the counts, and is complete at message_stop', () => {
    const { deltas, isComplete } = read(start, ...text(0, 'Hel', '', 'lo'), ended('end_turn'), stop);
    assert.deepEqual(content(deltas), [...say(0, 'Hel', 'lo'), finish('end', 'end_turn')]);
    assert.deepEqual(lastUsage(deltas), { input: 10, output: 5 });
    assert.ok(isComplete);
  });

  it('gives text that a block begins with', () => {
    const { deltas } = read(start, begin(0, { type: 'text', text: 'A' }), end(0), ended('end_turn'), stop);
    assert.deepEqual(content(deltas).slice(0, 3), say(0, 'A'));
  });

  it('keeps the borders of text blocks, also of an empty one', () => {
    const { deltas } = read(start, ...text(0, 'a'), ...text(1), ...text(2, 'b'), ended('end_turn'), stop);
    assert.deepEqual(content(deltas).slice(0, -1), [...say(0, 'a'), ...say(1), ...say(2, 'b')]);
  });

  it('gives text under an index that never began, and ends it', () => {
    const { deltas } = read(start, grow(4, { type: 'text_delta', text: 'x' }), ended('end_turn'), stop);
    assert.deepEqual(content(deltas), [...say(0, 'x'), finish('end', 'end_turn')]);
  });

  it('ends a block that the vendor did not before the next begins', () => {
    const { deltas } = read(start, ...text(0, 'a').slice(0, 2), ...text(1, 'b'), ended('end_turn'), stop);
    assert.deepEqual(content(deltas).slice(0, -1), [...say(0, 'a'), ...say(1, 'b')]);
  });

  it('numbers parts from 0 whatever their block index, and gives arguments as they come', () => {
    const { deltas } = read(
      start,
      ...text(1, 'x'),
      ...tool(2, '{"a"', '', ':1}'),
      ...tool(5, '{}'),
      ended('tool_use'),
      stop,
    );
    assert.deepEqual(content(deltas).slice(3), [
      ...call(1, callOf('toolu_2'), '{"a"', ':1}'),
      ...call(2, callOf('toolu_5'), '{}'),
      finish('tool-calls', 'tool_use'),
    ]);
  });

  it('keeps members of a call that only Anthropic knows', () => {
    const caller = { type: 'code_execution_20250825', tool_id: 'srvtoolu_1' };
    const block = begin(0, { type: 'tool_use', id: 't', name: 'f', input: {}, caller });
    const [started] = content(read(start, block, end(0), ended('tool_use'), stop).deltas);
    assert.deepEqual(started, opened(0, { kind: 'tool-call', id: 't', name: 'f', native: own({ caller }) }));
  });

  it('gives {} for a call without arguments, also where the block is never stopped', () => {
    const whole = call(0, callOf('toolu_0'), '{}');
    assert.deepEqual(content(read(start, ...tool(0, ''), ended('tool_use'), stop).deltas).slice(0, 3), whole);
    const unstopped = read(start, ...tool(0).slice(0, 1), ended('tool_use'), stop).deltas;
    assert.deepEqual(content(unstopped).slice(0, 3), whole);
  });

  it('adds nothing to arguments that the token limit cut off', () => {
    for (const pieces of [['{"a'], []]) {
      const cut = tool(0, ...pieces).slice(0, -1);
      assert.deepEqual(content(read(start, ...cut, ended('max_tokens'), stop).deltas), [
        ...call(0, callOf('toolu_0'), ...pieces),
        finish('length', 'max_tokens'),
      ]);
    }
  });

  it('gives input that a block begins with once', () => {
    const whole = begin(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } });
    const again = grow(0, { type: 'input_json_delta', partial_json: '{"a":1}' });
    const parts = content(read(start, whole, again, end(0), ended('tool_use'), stop).deltas).slice(0, -1);
    assert.deepEqual(parts, call(0, callOf('t'), '{"a":1}'));
  });

  it('makes a lasting id for a call without one', () => {
    const nameless = begin(0, { type: 'tool_use', name: 'f', input: {} });
    const [started] = content(read(start, nameless, end(0), ended('tool_use'), stop).deltas);
    assert.deepEqual(started, opened(0, callOf('toolu_msg_1_0')));
  });

  it('gives reasoning as it comes and the signed block, whole, as its proof', () => {
    const { deltas } = read(
      start,
      begin(0, { type: 'thinking', thinking: '', signature: '' }),
      grow(0, { type: 'thinking_delta', thinking: 'Let me' }),
      grow(0, { type: 'thinking_delta', thinking: ' see' }),
      grow(0, { type: 'signature_delta', signature: 'sig' }),
      end(0),
      begin(1, { type: 'redacted_thinking', data: 'xyz' }),
      end(1),
      ended('end_turn'),
      stop,
    );
    assert.deepEqual(content(deltas).slice(0, -1), [
      opened(0, { kind: 'reasoning' }),
      said(0, 'Let me'),
      said(0, ' see'),
      closed(0, { proof: own({ type: 'thinking', thinking: 'Let me see', signature: 'sig' }) }),
      opened(1, { kind: 'reasoning' }),
      closed(1, { proof: own({ type: 'redacted_thinking', data: 'xyz' }) }),
    ]);
  });

  it('keeps a block of a signature alone, which the next request must replay', () => {
    const { deltas } = read(
      start,
      begin(0, { type: 'thinking', thinking: '' }),
      grow(0, { type: 'signature_delta', signature: 'sig' }),
      end(0),
      stop,
    );
    const proof = own({ type: 'thinking', thinking: '', signature: 'sig' });
    assert.deepEqual(content(deltas).slice(0, 2), [opened(0, { kind: 'reasoning' }), closed(0, { proof })]);
  });

  it('proves no reasoning that came without a signature', () => {
    const { deltas } = read(start, begin(0, { type: 'thinking', thinking: 'hm' }), end(0), ended('end_turn'), stop);
    assert.deepEqual(content(deltas).slice(0, 3), [opened(0, { kind: 'reasoning' }), said(0, 'hm'), closed(0)]);
  });

  it('gives the structured answer of the forced tool as plain text', () => {
    const answer = begin(0, { type: 'tool_use', id: 't', name: 'nemo_structured_answer', input: {} });
    const fragment = grow(0, { type: 'input_json_delta', partial_json: '{"a":1}' });
    const { deltas } = read(start, answer, fragment, end(0), ended('tool_use'), stop);
    assert.deepEqual(content(deltas), [...say(0, '{"a":1}'), finish('end', 'tool_use')]);
  });

  it('gives citations of pages and of documents with the text that they stand on', () => {
    const page = { type: 'web_search_result_location', url: 'https://example.com', title: 'E', cited_text: 'c' };
    const document = { type: 'char_location', document_index: 0, document_title: 'D' };
    const found = { type: 'search_result_location', source: 'shelf 3', title: 'S' };
    const { deltas } = read(
      start,
      ...text(0, 'abc'),
      begin(1, { type: 'text', text: '', citations: [] }),
      grow(1, { type: 'citations_delta', citation: page }),
      grow(1, { type: 'text_delta', text: 'defg' }),
      grow(1, { type: 'citations_delta', citation: document }),
      grow(1, { type: 'citations_delta', citation: found }),
      grow(1, { type: 'citations_delta', citation: null }),
      end(1),
      stop,
    );
    const range = { begin: 3, end: 7 };
    const citations = [
      { ...range, url: 'https://example.com', title: 'E', quoted: 'c', native: own(page, 'drop') },
      { ...range, title: 'D', native: own(document, 'drop') },
      { ...range, title: 'S', native: own(found, 'drop') },
    ];
    assert.deepEqual(content(deltas).slice(3, 6), [
      opened(1, { kind: 'text' }),
      said(1, 'defg'),
      closed(1, { citations }),
    ]);
  });

  it("keeps a server's tools, their input and results in their places, whole", () => {
    const use = { type: 'server_tool_use', id: 's', name: 'web_fetch', input: {} };
    const result = { type: 'web_fetch_tool_result', tool_use_id: 's', content: { type: 'web_fetch_result', url: 'u' } };
    const { deltas } = read(
      start,
      ...text(0, 'a'),
      begin(1, use),
      grow(1, { type: 'input_json_delta', partial_json: '{"url"' }),
      grow(1, { type: 'input_json_delta', partial_json: ':1}' }),
      end(1),
      begin(2, result),
      end(2),
      ...text(3, 'b'),
      ended('pause_turn'),
      stop,
    );
    assert.deepEqual(content(deltas), [
      ...say(0, 'a'),
      opened(1, { kind: 'opaque', what: 'server_tool_use', native: own(use, 'drop') }),
      said(1, '{"url"'),
      said(1, ':1}'),
      closed(1),
      opened(2, { kind: 'opaque', what: 'web_fetch_tool_result', native: own(result, 'drop') }),
      closed(2),
      ...say(3, 'b'),
      finish('paused', 'pause_turn'),
    ]);
  });

  it('gives what compaction brings as it comes, and its block whole at the end', () => {
    const block = { type: 'compaction', content: null };
    const pieces = ['sum', 'mary'].map((piece) => ({ type: 'compaction_delta', content: piece }));
    const { deltas } = read(
      start,
      begin(0, block),
      ...pieces.map((piece) => grow(0, piece)),
      end(0),
      ended('end_turn'),
      stop,
    );
    assert.deepEqual(content(deltas).slice(0, -1), [
      opened(0, { kind: 'opaque', what: 'compaction', native: own(block, 'drop') }),
      ...pieces.map((piece) => ({ type: 'native', choice: 0, native: own(piece) })),
      closed(0, { proof: own({ type: 'compaction', content: 'summary' }) }),
    ]);
  });

  it('keeps blocks and deltas of unknown types for callers of the same API, and ignores events of unknown types', () => {
    const { deltas } = read(
      start,
      begin(0, { type: 'shiny', gloss: 1 }),
      end(0),
      begin(1, { type: 'text', text: '' }),
      grow(1, { type: 'shiny_delta', text: 'x' }),
      end(1),
      { type: 'shiny_event' },
      ended('end_turn'),
      stop,
    );
    assert.deepEqual(content(deltas), [
      opened(0, { kind: 'opaque', what: 'shiny', native: own({ type: 'shiny', gloss: 1 }, 'drop') }),
      closed(0),
      opened(1, { kind: 'text' }),
      { type: 'native', choice: 0, native: own({ type: 'shiny_delta', text: 'x' }) },
      closed(1),
      finish('end', 'end_turn'),
    ]);
  });

  it('tells its id, and members that only Anthropic knows as far as they have come', () => {
    const container = { id: 'container_1' };
    const context_management = { applied_edits: [] };
    const { deltas } = read(
      { type: 'message_start', message: { id: 'msg_1', stop_details: null, context_management } },
      { type: 'message_delta', delta: { stop_reason: 'end_turn', container }, usage: {} },
      stop,
    );
    assert.deepEqual(
      deltas.filter(({ type }) => type === 'about'),
      [
        { type: 'about', id: 'msg_1' },
        { type: 'about', native: own({ context_management }) },
        { type: 'about', native: own({ context_management, container }) },
      ],
    );
  });

  it('passes a ping on as a sign of life', () => {
    assert.deepEqual(
      read(start, { type: 'ping' }, stop).deltas.find((delta) => delta.type === 'keep-alive'),
      {
        type: 'keep-alive',
      },
    );
  });

  const reasons = [
    ['end_turn', 'end'],
    ['stop_sequence', 'stop-sequence'],
    ['pause_turn', 'paused'],
    ['compaction', 'paused'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'filtered'],
    ['constructor', 'length'],
  ] as const;
  for (const [native, reason] of reasons) {
    it(`that stops for ${native} finishes with ${reason}`, () => {
      assert.deepEqual(content(read(start, ended(native), stop).deltas), [finish(reason, native)]);
    });
  }

  it('tells which stop sequence ended it', () => {
    const ending = { type: 'message_delta', delta: { stop_reason: 'stop_sequence', stop_sequence: 'END' } };
    const expected = [finish('stop-sequence', 'stop_sequence', { stopSequence: 'END' })];
    assert.deepEqual(content(read(start, ending, stop).deltas), expected);
    const body = { content: [], stop_reason: 'stop_sequence', stop_sequence: 'END' };
    assert.deepEqual(content(readBody(body)), expected);
  });

  it("gives the vendor's words for a refusal", () => {
    const refusal = { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: { explanation: 'No.' } } };
    assert.deepEqual(content(read(start, refusal, stop).deltas), REFUSED);
  });

  it('gives nothing of blocks that come after its ending', () => {
    const { deltas } = read(start, ...text(0, 'a'), ended('end_turn'), ...text(1, 'b'), stop);
    assert.deepEqual(content(deltas), [...say(0, 'a'), finish('end', 'end_turn')]);
  });
});

const REFUSED: readonly AnswerEvent[] = [
  opened(0, { kind: 'refusal' }),
  said(0, 'No.'),
  closed(0),
  finish('filtered', 'refusal'),
];

describe("Anthropic's counts", () => {
  it('are cumulative: the last of each stands and none is added', () => {
    const first = { input_tokens: 4, cache_read_input_tokens: 90, cache_creation_input_tokens: 6, output_tokens: 1 };
    const begun: Told = { type: 'message_start', message: { usage: { ...first, service_tier: 'standard' } } };
    const later = { output_tokens: 7, output_tokens_details: { thinking_tokens: 3 }, cache_read_input_tokens: null };
    const { deltas } = read(begun, ended('end_turn', { output_tokens: 2 }), ended('end_turn', later), stop);
    assert.deepEqual(lastUsage(deltas), { input: 100, output: 7, cacheRead: 90, cacheWrite5m: 6, reasoning: 3 });
    assert.ok(deltas.some((delta) => delta.type === 'about' && delta.serviceTier === 'default'));
    assert.equal(deltas.filter((delta) => delta.type === 'finish').length, 1);
  });

  it('of the input stand where message_delta has only zeros for them', () => {
    const zeros = { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 5 };
    const counted = (usage: object) => lastUsage(read(start, ...text(0, 'x'), ended('end_turn', usage), stop).deltas);
    assert.partialDeepStrictEqual(counted(zeros), { input: 10, output: 5 });
    const cached = { ...zeros, cache_read_input_tokens: 10 };
    assert.partialDeepStrictEqual(counted(cached), { input: 10, cacheRead: 10 });
  });

  it('of the input may come in message_delta alone', () => {
    const { deltas } = read(
      { type: 'message_start', message: {} },
      ended('end_turn', { input_tokens: 8, output_tokens: 2 }),
      stop,
    );
    assert.deepEqual(lastUsage(deltas), { input: 8, output: 2 });
  });
});

describe("Anthropic's counts of what was written to a cache", () => {
  const cases = [
    {
      name: 'are told by lifetime',
      usage: {
        cache_creation_input_tokens: 30,
        cache_creation: { ephemeral_5m_input_tokens: 10, ephemeral_1h_input_tokens: 20 },
      },
      expected: { input: 31, cacheWrite5m: 10, cacheWrite1h: 20 },
    },
    {
      name: 'are of five minutes where nobody says',
      usage: { cache_creation_input_tokens: 30, cache_creation: null },
      expected: { input: 31, cacheWrite5m: 30 },
    },
    {
      name: 'may come by lifetime alone',
      usage: { cache_creation: { ephemeral_1h_input_tokens: 20 } },
      expected: { input: 21, cacheWrite5m: 0, cacheWrite1h: 20 },
    },
    {
      name: 'are no more than their sum',
      usage: {
        cache_creation_input_tokens: 5,
        cache_creation: { ephemeral_5m_input_tokens: 9, ephemeral_1h_input_tokens: 20 },
      },
      expected: { input: 6, cacheWrite5m: 0, cacheWrite1h: 5 },
    },
  ];
  for (const { name, usage, expected } of cases) {
    it(name, () => {
      const counted = lastUsage(readBody({ content: [], usage: { input_tokens: 1, output_tokens: 2, ...usage } }));
      assert.deepEqual(counted, { output: 2, ...expected });
    });
  }

  it('stand where message_delta has only zeros for them', () => {
    const split = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 20 };
    const first = { input_tokens: 1, cache_creation_input_tokens: 20, cache_creation: split };
    const zeros = { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 };
    const last = { input_tokens: 0, cache_creation_input_tokens: 0, cache_creation: zeros, output_tokens: 2 };
    const { deltas } = read({ type: 'message_start', message: { usage: first } }, ended('end_turn', last), stop);
    assert.deepEqual(lastUsage(deltas), { input: 21, output: 2, cacheWrite5m: 0, cacheWrite1h: 20 });
  });

  it('go with all that the vendor counted, in its own words', () => {
    const first = { input_tokens: 4, service_tier: 'standard' };
    const last = { output_tokens: 7, server_tool_use: { web_search_requests: 1 } };
    const { deltas } = read({ type: 'message_start', message: { usage: first } }, ended('end_turn', last), stop);
    const raw = deltas.findLast((event) => event.type === 'usage')?.usage.raw;
    assert.deepEqual(raw, { dialect: 'anthropic-messages', value: { ...first, ...last } });
  });
});

describe('a broken answer of Anthropic', () => {
  const failed = (deltas: readonly AnswerEvent[]) => deltas.findLast((delta) => delta.type === 'failed')?.failure;

  it('that ends without a reason for stopping is truncated', () => {
    assert.deepEqual(failed(read(start, ...text(0, 'x')).deltas), { kind: 'truncated' });
    assert.deepEqual(failed(read().deltas), { kind: 'truncated' });
  });

  it('that lacks message_stop alone is complete', () => {
    const { deltas, isComplete } = read(start, ...text(0, 'x'), ended('end_turn'));
    assert.deepEqual(content(deltas), [...say(0, 'x'), finish('end', 'end_turn')]);
    assert.ok(!isComplete);
  });

  it('that lacks the reason alone is finished by message_stop, and perhaps cut off', () => {
    const cutOff = { type: 'finish', choice: 0, reason: 'length' };
    assert.deepEqual(content(read(start, ...text(0, 'x'), stop).deltas), [...say(0, 'x'), cutOff]);
  });

  it('that repeats message_start before content is read on', () => {
    const { deltas } = read(start, start, ...text(0, 'x'), ended('end_turn'), stop);
    assert.deepEqual(content(deltas).slice(0, 3), say(0, 'x'));
  });

  it('with another answer spliced into it is malformed, and nothing of the other is given', () => {
    const { deltas, isComplete } = read(
      start,
      ...text(0, 'x').slice(0, 2),
      start,
      ...text(0, 'y'),
      ended('end_turn'),
      stop,
    );
    assert.equal(failed(deltas)?.kind, 'malformed');
    assert.deepEqual(content(deltas).slice(0, -1), say(0, 'x').slice(0, 2));
    assert.ok(!isComplete);
  });

  it('of message_stop alone is malformed', () => {
    assert.equal(failed(read(stop).deltas)?.kind, 'malformed');
  });

  it('survives an unreadable event, and is malformed where there is nothing else', () => {
    const decoder = anthropic.decoder({ model: 'claude', streaming: true });
    const garbled = { kind: 'event', name: 'content_block_delta', data: '{"type":' } as const;
    assert.deepEqual(decoder.event(garbled), []);
    assert.equal(failed(decoder.end())?.kind, 'malformed');
    const other = anthropic.decoder({ model: 'claude', streaming: true });
    const tell = (event: Told) => other.event({ kind: 'event', name: event.type, data: JSON.stringify(event) });
    tell(start);
    other.event(garbled);
    assert.deepEqual(content([...tell(ended('end_turn')), ...tell(stop), ...other.end()]), [finish('end', 'end_turn')]);
  });

  it('from a broken wire is malformed', () => {
    const decoder = anthropic.decoder({ model: 'claude', streaming: true });
    assert.equal(failed(decoder.event({ kind: 'error', name: 'event-too-large', data: '' }))?.kind, 'malformed');
  });

  const errors = [
    ['overloaded_error', 'overloaded', 529],
    ['api_error', 'overloaded', 500],
    ['timeout_error', 'overloaded', 504],
    ['rate_limit_error', 'rate-limited', 429],
    ['billing_error', 'rate-limited', 402],
    ['invalid_request_error', 'rejected', 400],
    ['authentication_error', 'misconfigured', 401],
    ['constructor', 'overloaded', 500],
  ] as const;
  for (const [type, kind, status] of errors) {
    it(`with ${type} in the stream is ${kind}`, () => {
      const event = { type: 'error', error: { type, message: 'Sorry' }, request_id: 'req_1' };
      const { deltas } = read(start, event, ...text(0, 'late'), stop);
      const failure = failed(deltas);
      assert.equal(failure?.kind, kind);
      assert.deepEqual(failure?.vendor, { status, message: 'Sorry', type, requestId: 'req_1' });
      assert.equal(deltas.at(-1)?.type, 'failed');
    });
  }

  it('with an error of no type is a failure too', () => {
    const decoder = anthropic.decoder({ model: 'claude', streaming: true });
    const [delta] = decoder.event({ kind: 'event', name: 'message', data: '{"error":{"message":"Sorry"}}' });
    assert.equal(delta?.type, 'failed');
  });

  it('never throws, and nothing follows a failure', () => {
    const types = [
      ...['message_start', 'content_block_start', 'content_block_delta', 'content_block_stop', 'message_delta'],
      ...['message_stop', 'ping', 'error', 'constructor'],
    ];
    const blocks = fc.constantFrom(
      'text',
      'tool_use',
      'thinking',
      'redacted_thinking',
      'text_delta',
      'thinking_delta',
      'x',
    );
    const inner = fc.oneof(fc.jsonValue(), fc.record({ type: blocks, text: fc.string(), input: fc.jsonValue() }));
    const events = fc.array(
      fc.oneof(
        fc.string(),
        fc
          .record({
            type: fc.constantFrom(...types),
            index: fc.jsonValue(),
            delta: inner,
            content_block: inner,
            message: inner,
            usage: fc.jsonValue(),
          })
          .map((event) => JSON.stringify(event)),
      ),
    );
    fc.assert(
      fc.property(events, (data) => {
        const decoder = anthropic.decoder({ model: 'claude', streaming: true });
        const deltas = data.flatMap((line) => [...decoder.event({ kind: 'event', name: 'message', data: line })]);
        deltas.push(...decoder.end());
        const failure = deltas.findIndex((delta) => delta.type === 'failed');
        assert.ok(failure === -1 || failure === deltas.length - 1);
        assert.ok(deltas.every((delta) => !('text' in delta) || delta.text !== ''));
        assert.deepEqual(faultsOf(deltas), []);
      }),
    );
  });
});

describe('a whole answer of Anthropic', () => {
  it('is read like the stream that would have told it', () => {
    const deltas = readBody({
      id: 'msg_1',
      type: 'message',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'sig' },
        { type: 'text', text: 'Hello' },
        { type: 'tool_use', id: 't1', name: 'f', input: { a: 1 } },
        { type: 'tool_use', id: 't2', name: 'g', input: {} },
        { type: 'shiny' },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 1, output_tokens: 2 },
    });
    const proof = own({ type: 'thinking', thinking: 'hm', signature: 'sig' });
    assert.deepEqual(content(deltas), [
      opened(0, { kind: 'reasoning' }),
      said(0, 'hm'),
      closed(0, { proof }),
      ...say(1, 'Hello'),
      ...call(2, callOf('t1'), '{"a":1}'),
      ...call(3, callOf('t2', 'g'), '{}'),
      opened(4, { kind: 'opaque', what: 'shiny', native: own({ type: 'shiny' }, 'drop') }),
      closed(4),
      finish('tool-calls', 'tool_use'),
    ]);
    assert.deepEqual(lastUsage(deltas), { input: 1, output: 2 });
  });

  it("keeps a server's call with its input", () => {
    const use = { type: 'server_tool_use', id: 's', name: 'web_search', input: { query: 'q' } };
    assert.deepEqual(content(readBody({ content: [use], stop_reason: 'end_turn' })), [
      opened(0, { kind: 'opaque', what: 'server_tool_use', native: own(use, 'drop') }),
      closed(0),
      finish('end', 'end_turn'),
    ]);
  });

  it('tells its id and the members that only Anthropic knows', () => {
    const container = { id: 'container_1' };
    const body = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', content: [], container };
    assert.deepEqual(
      readBody(body).filter(({ type }) => type === 'about'),
      [
        { type: 'about', id: 'msg_1' },
        { type: 'about', native: own({ container }) },
      ],
    );
  });

  it('is a refusal without content where the vendor refused', () => {
    const body = { content: [], stop_reason: 'refusal', stop_details: { explanation: 'No.' } };
    assert.deepEqual(content(readBody(body)), REFUSED);
  });

  it('is an error where it says so, and malformed where it is something else', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Sorry' } };
    const kinds = [error, { ok: true }, [], null, 'text'].map((json) => {
      const last = readBody(json).at(-1);
      return last?.type === 'failed' && last.failure.kind;
    });
    assert.deepEqual(kinds, ['overloaded', 'malformed', 'malformed', 'malformed', 'malformed']);
  });
});

/** What is wrong with the order of events: parts that begin out of turn, grow or end while they are not open, or outlive the finish. */
function faultsOf(events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  const open = new Set<number>();
  let begun = 0;
  return events.filter((event) => {
    switch (event.type) {
      case 'part-start':
        open.add(event.part);
        begun += 1;
        return event.part !== begun - 1;
      case 'part-delta':
        return !open.has(event.part);
      case 'part-end':
        return !open.delete(event.part);
      case 'finish':
        return open.size > 0;
      default:
        return false;
    }
  });
}
