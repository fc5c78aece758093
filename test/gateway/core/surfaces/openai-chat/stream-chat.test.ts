import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { AnswerEvent } from '../../../../../functions/gateway/core/model/answer-event.ts';
import type { Usage } from '../../../../../functions/gateway/core/model/usage.ts';
import { openAiChatDecoder } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-chat-decoder.ts';
import { chatBody } from '../../../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import { chatStream } from '../../../../../functions/gateway/core/surfaces/openai-chat/stream-chat.ts';
import { sseParser } from '../../../../../functions/gateway/core/wire/sse-parser.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import fc from '../../../../support/property.ts';
import { eventsOf, openAiNative, type Step } from '../../../../support/steps.ts';

const ABOUT = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'anthropic/claude' };
const USAGE: Usage = { input: 3, output: 2 };
const CHAT_USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

function identity(includeUsage: boolean) {
  const prompt = promptOf({ stream: true, stream_options: { include_usage: includeUsage } });
  return { requestId: '1', created: ABOUT.created, model: ABOUT.model, prompt };
}

function chunksOf(text: string): unknown[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => (event === 'data: [DONE]' ? 'done' : JSON.parse(event.slice('data: '.length))));
}

function written(steps: readonly Step[], includeUsage = false): unknown[] {
  const stream = chatStream(identity(includeUsage));
  return chunksOf(stream.write(eventsOf(steps)) + stream.end('{}')).slice(0, -1);
}

function chunk(choice: object, more: object = {}): object {
  const choices = [{ index: 0, delta: {}, logprobs: null, finish_reason: null, ...choice }];
  return {
    id: ABOUT.id,
    object: 'chat.completion.chunk',
    created: ABOUT.created,
    model: ABOUT.model,
    choices,
    ...more,
  };
}

const ROLE = chunk({ delta: { role: 'assistant', content: '' } });

describe('chatStream', () => {
  it('begins with the role and ends with the finish reason', () => {
    const deltas: Step[] = [
      { type: 'text', choice: 0, text: 'He"y\n' },
      { type: 'finish', choice: 0, reason: 'end' },
      { type: 'usage', usage: USAGE },
    ];
    assert.deepEqual(written(deltas), [
      ROLE,
      chunk({ delta: { content: 'He"y\n' } }),
      chunk({ finish_reason: 'stop' }),
    ]);
  });

  it('adds usage in a last chunk without choices, and null before, only where it was asked for', () => {
    const deltas: Step[] = [
      { type: 'usage', usage: { input: 3, output: 1 } },
      { type: 'finish', choice: 0, reason: 'length' },
      { type: 'usage', usage: USAGE },
    ];
    assert.deepEqual(written(deltas, true), [
      { ...ROLE, usage: null },
      chunk({ finish_reason: 'length' }, { usage: null }),
      { ...ROLE, choices: [], usage: CHAT_USAGE },
    ]);
  });

  it('names a tool call in its first piece and only numbers it after', () => {
    const deltas: Step[] = [
      { type: 'call', choice: 0, call: 0, id: 'call_a', name: 'e' },
      { type: 'call', choice: 0, call: 1, id: 'call_b', name: 'f', native: openAiNative({ extra_content: { a: 1 } }) },
      { type: 'input', choice: 0, call: 1, text: '{}' },
    ];
    const start = {
      index: 1,
      id: 'call_b',
      type: 'function',
      function: { name: 'f', arguments: '' },
      extra_content: { a: 1 },
    };
    assert.deepEqual(written(deltas).slice(2), [
      chunk({ delta: { tool_calls: [start] } }),
      chunk({ delta: { tool_calls: [{ index: 1, function: { arguments: '{}' } }] } }),
    ]);
  });

  it('writes a custom tool call in its own form', () => {
    const deltas: Step[] = [
      { type: 'call', choice: 0, call: 0, id: 'a', name: 'sh', isCustom: true },
      { type: 'input', choice: 0, call: 0, text: 'ls' },
    ];
    assert.deepEqual(written(deltas).slice(1), [
      chunk({ delta: { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input: '' } }] } }),
      chunk({ delta: { tool_calls: [{ index: 0, custom: { input: 'ls' } }] } }),
    ]);
  });

  it('says the role once a choice', () => {
    const deltas: Step[] = [1, 0, 1].map((choice) => ({ type: 'text', choice, text: 'x' }));
    const indexed = (index: number, delta: object) => chunk({ index, delta });
    assert.deepEqual(written(deltas), [
      indexed(1, { role: 'assistant', content: '' }),
      indexed(1, { content: 'x' }),
      indexed(0, { role: 'assistant', content: '' }),
      indexed(0, { content: 'x' }),
      indexed(1, { content: 'x' }),
    ]);
  });

  it('repeats what is known of the answer in every chunk, and never what is ours to say', () => {
    const deltas: Step[] = [
      { type: 'about', native: openAiNative({ system_fingerprint: 'fp', model: 'theirs', choices: 1 }) },
      { type: 'text', choice: 0, text: 'x' },
    ];
    assert.deepEqual(written(deltas), [
      { ...ROLE, system_fingerprint: 'fp' },
      chunk({ delta: { content: 'x' } }, { system_fingerprint: 'fp' }),
    ]);
  });

  it('says once what may be long, and a choice its own members', () => {
    const prompt = [{ prompt_index: 0, content_filter_results: {} }];
    const filter = { content_filter_results: { hate: { filtered: false } } };
    const steps: Step[] = [
      { type: 'about', native: openAiNative({ prompt_filter_results: prompt }) },
      { type: 'text', choice: 0, text: 'x' },
      { type: 'native', choice: 0, of: 'choice', native: openAiNative(filter) },
      { type: 'finish', choice: 0, reason: 'end' },
      { type: 'about', native: openAiNative({ moderation: { output: [] } }) },
    ];
    assert.deepEqual(written(steps), [
      { ...ROLE, prompt_filter_results: prompt },
      chunk({ delta: { content: 'x' } }),
      chunk(filter),
      chunk({ finish_reason: 'stop' }),
      { ...chunk({}), choices: [], moderation: { output: [] } },
    ]);
  });

  it("keeps the vendor's word for an ending that OpenAI has no word for", () => {
    const finish: Step = { type: 'finish', choice: 0, reason: 'paused', raw: 'pause_turn' };
    assert.deepEqual(written([finish]).at(-1), chunk({ finish_reason: 'stop', native_finish_reason: 'pause_turn' }));
  });

  it('turns a sign of life into a comment, and a failure into nothing', () => {
    const stream = chatStream(identity(true));
    assert.equal(stream.write([{ type: 'keep-alive' }]), ': ping\n\n');
    assert.equal(stream.write([{ type: 'failed', failure: { kind: 'truncated' } }]), '');
  });

  it('ends a whole answer with its trail and [DONE], and a broken one with an error event alone', () => {
    const error = { status: 502, message: 'x', type: 'server_error', code: 'y', param: null } as const;
    const stream = chatStream(identity(false));
    assert.equal(stream.end('{"a":1}'), ': nemo {"a":1}\n\ndata: [DONE]\n\n');
    const event = 'event: error\ndata: {"error":{"message":"x","type":"server_error","param":null,"code":"y"}}\n\n';
    assert.equal(stream.broken(error, '{"a":1}'), `: nemo {"a":1}\n\n${event}`);
    assert.equal(stream.broken(error), event);
  });

  it('writes chunks that fold to the same body as the deltas', () => {
    fc.assert(
      fc.property(answers(), (steps) => {
        const events = eventsOf(steps);
        const stream = chatStream(identity(true));
        const text = events.map((event) => stream.write([event])).join('') + stream.end('{}');
        assert.deepEqual(folded(decoded(text)), folded(events));
      }),
    );
  });
});

function decoded(text: string): AnswerEvent[] {
  const parser = sseParser();
  const decoder = openAiChatDecoder();
  const events = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return [...events.flatMap(decoder.event), ...decoder.end()];
}

function folded(events: readonly AnswerEvent[]): unknown {
  return chatBody(events, identity(true));
}

/** Whole answers with one to three choices whose deltas are interleaved. */
function answers(): fc.Arbitrary<Step[]> {
  const info: fc.Arbitrary<Step> = fc.constantFrom(
    { type: 'about', native: openAiNative({ system_fingerprint: 'fp' }) },
    { type: 'usage', usage: USAGE },
    { type: 'keep-alive' },
  );
  return fc
    .tuple(
      fc.array(info, { maxLength: 3 }),
      fc.integer({ min: 1, max: 3 }).chain((n) => fc.tuple(...range(n).map(choiceDeltas))),
    )
    .map(([head, choices]) => [...head, ...interleaved(choices)]);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}

function interleaved(lists: readonly Step[][]): Step[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return range(longest).flatMap((at) => lists.flatMap((list) => list.slice(at, at + 1)));
}

function choiceDeltas(choice: number): fc.Arbitrary<Step[]> {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  const piece: fc.Arbitrary<Step> = fc.oneof(
    text.map((words): Step => ({ type: 'text', choice, text: words })),
    text.map((words): Step => ({ type: 'reasoning', choice, text: words })),
    text.map((words): Step => ({ type: 'refusal', choice, text: words })),
    text.map((note): Step => ({ type: 'native', choice, native: openAiNative({ list: [{ note }], note }) })),
    text.map((token): Step => ({ type: 'logprobs', choice, logprobs: { content: [{ token }] } })),
  );
  const calls = fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { maxLength: 3 });
  return fc
    .tuple(fc.array(piece, { maxLength: 8 }), calls, fc.constantFrom('end', 'length', 'filtered'))
    .map(([pieces, callPieces, reason]) => [
      ...pieces,
      ...callPieces.flatMap((fragments, call): Step[] => [
        { type: 'call', choice, call, id: `call_${choice}_${call}`, name: 'f' },
        ...fragments.map((fragment): Step => ({ type: 'input', choice, call, text: fragment })),
      ]),
      {
        type: 'finish',
        choice,
        reason: reason === 'end' && callPieces.length > 0 ? 'tool-calls' : reason,
      } as const,
    ]);
}
