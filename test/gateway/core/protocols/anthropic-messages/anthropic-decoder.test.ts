import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatDelta } from '../../../../../functions/gateway/core/model/chat-delta.ts';
import { anthropic } from '../../../../../functions/gateway/core/protocols/anthropic-messages/anthropic.ts';
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
  readonly deltas: readonly ChatDelta[];
  readonly isComplete: boolean;
}

function read(...events: Told[]): Reading {
  const decoder = anthropic.chatDecoder({ model: 'claude', streaming: true });
  const deltas = events.flatMap((event) => [
    ...decoder.event({ kind: 'event', name: event.type, data: JSON.stringify(event) }),
  ]);
  const isComplete = decoder.isComplete();
  return { deltas: [...deltas, ...decoder.end()], isComplete };
}

function readBody(json: unknown): readonly ChatDelta[] {
  return anthropic.chatDecoder({ model: 'claude', streaming: false }).body(json);
}

/** The deltas without counts. */
function content(deltas: readonly ChatDelta[]): readonly ChatDelta[] {
  return deltas.filter((delta) => delta.type !== 'usage-update' && delta.type !== 'answer-info');
}

function lastUsage(deltas: readonly ChatDelta[]): unknown {
  return deltas.findLast((delta) => delta.type === 'usage-update')?.usage;
}

const say = (value: string): ChatDelta => ({ type: 'text-delta', choice: 0, text: value });
const finish = (reason: 'stop' | 'length' | 'tool_calls' | 'content_filter', native: string): ChatDelta => ({
  type: 'choice-finish',
  choice: 0,
  reason,
  native,
});

describe('a streamed answer of Anthropic', () => {
  it('gives text, the finish and the counts, and is complete at message_stop', () => {
    const { deltas, isComplete } = read(start, ...text(0, 'Hel', '', 'lo'), ended('end_turn'), stop);
    assert.deepEqual(content(deltas), [say('Hel'), say('lo'), finish('stop', 'end_turn')]);
    assert.deepEqual(lastUsage(deltas), { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 });
    assert.ok(isComplete);
  });

  it('gives text that a block begins with', () => {
    const { deltas } = read(start, begin(0, { type: 'text', text: 'A' }), end(0), ended('end_turn'), stop);
    assert.deepEqual(content(deltas)[0], say('A'));
  });

  it('counts tool calls from 0 whatever their block index, and gives arguments as they come', () => {
    const { deltas } = read(
      start,
      ...text(0, 'x'),
      ...tool(1, '{"a"', '', ':1}'),
      ...tool(2, '{}'),
      ended('tool_use'),
      stop,
    );
    assert.deepEqual(content(deltas).slice(1), [
      { type: 'tool-call-start', choice: 0, call: 0, id: 'toolu_1', name: 'f' },
      { type: 'tool-call-delta', choice: 0, call: 0, text: '{"a"' },
      { type: 'tool-call-delta', choice: 0, call: 0, text: ':1}' },
      { type: 'tool-call-start', choice: 0, call: 1, id: 'toolu_2', name: 'f' },
      { type: 'tool-call-delta', choice: 0, call: 1, text: '{}' },
      finish('tool_calls', 'tool_use'),
    ]);
  });

  it('gives {} for a call without arguments, also where the block is never stopped', () => {
    const call: ChatDelta = { type: 'tool-call-delta', choice: 0, call: 0, text: '{}' };
    assert.deepEqual(content(read(start, ...tool(0, ''), ended('tool_use'), stop).deltas)[1], call);
    assert.deepEqual(content(read(start, ...tool(0).slice(0, 1), ended('tool_use'), stop).deltas)[1], call);
  });

  it('adds nothing to arguments that the token limit cut off', () => {
    const cut = tool(0, '{"a').slice(0, 2);
    assert.deepEqual(content(read(start, ...cut, ended('max_tokens'), stop).deltas).slice(1), [
      { type: 'tool-call-delta', choice: 0, call: 0, text: '{"a' },
      finish('length', 'max_tokens'),
    ]);
  });

  it('gives input that a block begins with once', () => {
    const whole = begin(0, { type: 'tool_use', id: 't', name: 'f', input: { a: 1 } });
    const again = grow(0, { type: 'input_json_delta', partial_json: '{"a":1}' });
    const fragments = content(read(start, whole, again, end(0), ended('tool_use'), stop).deltas).slice(1, -1);
    assert.deepEqual(fragments, [{ type: 'tool-call-delta', choice: 0, call: 0, text: '{"a":1}' }]);
  });

  it('makes a lasting id for a call without one', () => {
    const nameless = begin(0, { type: 'tool_use', name: 'f', input: {} });
    const [started] = content(read(start, nameless, end(0), ended('tool_use'), stop).deltas);
    assert.equal(started?.type === 'tool-call-start' && started.id, 'toolu_msg_1_0');
  });

  it('gives reasoning as it comes and the signed block when it is whole', () => {
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
    assert.deepEqual(content(deltas).slice(0, 4), [
      { type: 'reasoning-delta', choice: 0, text: 'Let me' },
      { type: 'reasoning-delta', choice: 0, text: ' see' },
      {
        type: 'extension-delta',
        choice: 0,
        fields: { thinking_blocks: [{ type: 'thinking', thinking: 'Let me see', signature: 'sig' }] },
      },
      { type: 'extension-delta', choice: 0, fields: { thinking_blocks: [{ type: 'redacted_thinking', data: 'xyz' }] } },
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
    const fields = { thinking_blocks: [{ type: 'thinking', thinking: '', signature: 'sig' }] };
    assert.deepEqual(content(deltas)[0], { type: 'extension-delta', choice: 0, fields });
  });

  it('gives the structured answer of the forced tool as plain text', () => {
    const answer = begin(0, { type: 'tool_use', id: 't', name: 'nemo_structured_answer', input: {} });
    const fragment = grow(0, { type: 'input_json_delta', partial_json: '{"a":1}' });
    const { deltas } = read(start, answer, fragment, end(0), ended('tool_use'), stop);
    assert.deepEqual(content(deltas), [say('{"a":1}'), finish('stop', 'tool_use')]);
  });

  it('gives citations of pages as annotations of the text they stand on, and others unchanged', () => {
    const page = { type: 'web_search_result_location', url: 'https://example.com', title: 'E', cited_text: 'c' };
    const document = { type: 'char_location', document_index: 0 };
    const { deltas } = read(
      start,
      ...text(0, 'abc'),
      begin(1, { type: 'text', text: '', citations: [] }),
      grow(1, { type: 'citations_delta', citation: page }),
      grow(1, { type: 'text_delta', text: 'defg' }),
      grow(1, { type: 'citations_delta', citation: document }),
      end(1),
      stop,
    );
    const url_citation = { url: 'https://example.com', title: 'E', start_index: 3, end_index: 7 };
    assert.deepEqual(
      content(deltas).find((delta) => delta.type === 'extension-delta'),
      {
        type: 'extension-delta',
        choice: 0,
        fields: { annotations: [{ type: 'url_citation', url_citation }], citations: [document] },
      },
    );
  });

  it('ignores blocks of server tools, unknown blocks, deltas and events', () => {
    const { deltas } = read(
      start,
      begin(0, { type: 'server_tool_use', id: 's', name: 'web_fetch', input: {} }),
      grow(0, { type: 'input_json_delta', partial_json: '{"url":1}' }),
      end(0),
      begin(1, { type: 'compaction', content: null }),
      grow(1, { type: 'compaction_delta', content: 'summary' }),
      end(1),
      begin(2, { type: 'text', text: '' }),
      grow(2, { type: 'shiny_delta', text: 'x' }),
      end(2),
      { type: 'shiny_event' },
      ended('end_turn'),
      stop,
    );
    assert.deepEqual(content(deltas), [finish('stop', 'end_turn')]);
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
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['pause_turn', 'stop'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['refusal', 'content_filter'],
    ['constructor', 'stop'],
  ] as const;
  for (const [native, reason] of reasons) {
    it(`that stops for ${native} finishes with ${reason}`, () => {
      assert.deepEqual(content(read(start, ended(native), stop).deltas), [finish(reason, native)]);
    });
  }

  it("gives the vendor's words for a refusal", () => {
    const refusal = { type: 'message_delta', delta: { stop_reason: 'refusal', stop_details: { explanation: 'No.' } } };
    assert.deepEqual(content(read(start, refusal, stop).deltas), [
      { type: 'refusal-delta', choice: 0, text: 'No.' },
      finish('content_filter', 'refusal'),
    ]);
  });
});

describe("Anthropic's counts", () => {
  it('are cumulative: the last of each stands and none is added', () => {
    const first = { input_tokens: 4, cache_read_input_tokens: 90, cache_creation_input_tokens: 6, output_tokens: 1 };
    const begun: Told = { type: 'message_start', message: { usage: { ...first, service_tier: 'standard' } } };
    const later = { output_tokens: 7, output_tokens_details: { thinking_tokens: 3 }, cache_read_input_tokens: null };
    const { deltas } = read(begun, ended('end_turn', { output_tokens: 2 }), ended('end_turn', later), stop);
    assert.deepEqual(lastUsage(deltas), {
      prompt_tokens: 100,
      completion_tokens: 7,
      total_tokens: 107,
      prompt_tokens_details: { cached_tokens: 90, cache_write_tokens: 6 },
      completion_tokens_details: { reasoning_tokens: 3 },
    });
    assert.ok(deltas.some((delta) => delta.type === 'answer-info' && delta.fields.service_tier === 'default'));
    assert.equal(deltas.filter((delta) => delta.type === 'choice-finish').length, 1);
  });

  it('of the input stand where message_delta has only zeros for them', () => {
    const zeros = { input_tokens: 0, cache_read_input_tokens: 0, cache_creation_input_tokens: 0, output_tokens: 5 };
    const counted = (usage: object) => lastUsage(read(start, ...text(0, 'x'), ended('end_turn', usage), stop).deltas);
    assert.partialDeepStrictEqual(counted(zeros), { prompt_tokens: 10, completion_tokens: 5 });
    const cached = { ...zeros, cache_read_input_tokens: 10 };
    assert.partialDeepStrictEqual(counted(cached), { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 10 } });
  });

  it('of the input may come in message_delta alone', () => {
    const { deltas } = read(
      { type: 'message_start', message: {} },
      ended('end_turn', { input_tokens: 8, output_tokens: 2 }),
      stop,
    );
    assert.deepEqual(lastUsage(deltas), { prompt_tokens: 8, completion_tokens: 2, total_tokens: 10 });
  });
});

describe('a broken answer of Anthropic', () => {
  const failed = (deltas: readonly ChatDelta[]) => deltas.findLast((delta) => delta.type === 'answer-failed')?.failure;

  it('that ends without a reason for stopping is truncated', () => {
    assert.deepEqual(failed(read(start, ...text(0, 'x')).deltas), { kind: 'truncated' });
    assert.deepEqual(failed(read().deltas), { kind: 'truncated' });
  });

  it('that lacks message_stop alone is complete', () => {
    const { deltas, isComplete } = read(start, ...text(0, 'x'), ended('end_turn'));
    assert.deepEqual(content(deltas), [say('x'), finish('stop', 'end_turn')]);
    assert.ok(!isComplete);
  });

  it('that lacks the reason alone is finished by message_stop', () => {
    assert.deepEqual(content(read(start, ...text(0, 'x'), stop).deltas), [say('x'), finish('stop', 'end_turn')]);
  });

  it('that repeats message_start before content is read on', () => {
    assert.deepEqual(content(read(start, start, ...text(0, 'x'), ended('end_turn'), stop).deltas)[0], say('x'));
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
    assert.deepEqual(content(deltas).slice(0, -1), [say('x')]);
    assert.ok(!isComplete);
  });

  it('of message_stop alone is malformed', () => {
    assert.equal(failed(read(stop).deltas)?.kind, 'malformed');
  });

  it('survives an unreadable event, and is malformed where there is nothing else', () => {
    const decoder = anthropic.chatDecoder({ model: 'claude', streaming: true });
    const garbled = { kind: 'event', name: 'content_block_delta', data: '{"type":' } as const;
    assert.deepEqual(decoder.event(garbled), []);
    assert.equal(failed(decoder.end())?.kind, 'malformed');
    const other = anthropic.chatDecoder({ model: 'claude', streaming: true });
    const tell = (event: Told) => other.event({ kind: 'event', name: event.type, data: JSON.stringify(event) });
    tell(start);
    other.event(garbled);
    assert.deepEqual(content([...tell(ended('end_turn')), ...tell(stop), ...other.end()]), [
      finish('stop', 'end_turn'),
    ]);
  });

  it('from a broken wire is malformed', () => {
    const decoder = anthropic.chatDecoder({ model: 'claude', streaming: true });
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
      assert.equal(deltas.at(-1)?.type, 'answer-failed');
    });
  }

  it('with an error of no type is a failure too', () => {
    const decoder = anthropic.chatDecoder({ model: 'claude', streaming: true });
    const [delta] = decoder.event({ kind: 'event', name: 'message', data: '{"error":{"message":"Sorry"}}' });
    assert.equal(delta?.type, 'answer-failed');
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
        const decoder = anthropic.chatDecoder({ model: 'claude', streaming: true });
        const deltas = data.flatMap((line) => [...decoder.event({ kind: 'event', name: 'message', data: line })]);
        deltas.push(...decoder.end());
        const failure = deltas.findIndex((delta) => delta.type === 'answer-failed');
        assert.ok(failure === -1 || failure === deltas.length - 1);
        assert.ok(deltas.every((delta) => !('text' in delta) || delta.text !== ''));
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
    assert.deepEqual(content(deltas), [
      { type: 'reasoning-delta', choice: 0, text: 'hm' },
      {
        type: 'extension-delta',
        choice: 0,
        fields: { thinking_blocks: [{ type: 'thinking', thinking: 'hm', signature: 'sig' }] },
      },
      say('Hello'),
      { type: 'tool-call-start', choice: 0, call: 0, id: 't1', name: 'f' },
      { type: 'tool-call-delta', choice: 0, call: 0, text: '{"a":1}' },
      { type: 'tool-call-start', choice: 0, call: 1, id: 't2', name: 'g' },
      { type: 'tool-call-delta', choice: 0, call: 1, text: '{}' },
      finish('tool_calls', 'tool_use'),
    ]);
    assert.deepEqual(lastUsage(deltas), { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 });
  });

  it('is a refusal without content where the vendor refused', () => {
    const body = { content: [], stop_reason: 'refusal', stop_details: { explanation: 'No.' } };
    assert.deepEqual(content(readBody(body)), [
      { type: 'refusal-delta', choice: 0, text: 'No.' },
      finish('content_filter', 'refusal'),
    ]);
  });

  it('is an error where it says so, and malformed where it is something else', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Sorry' } };
    const kinds = [error, { ok: true }, [], null, 'text'].map((json) => {
      const last = readBody(json).at(-1);
      return last?.type === 'answer-failed' && last.failure.kind;
    });
    assert.deepEqual(kinds, ['overloaded', 'malformed', 'malformed', 'malformed', 'malformed']);
  });
});
