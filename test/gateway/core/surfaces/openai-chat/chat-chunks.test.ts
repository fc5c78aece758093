import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatDelta } from '../../../../../functions/gateway/core/model/chat-delta.ts';
import { openAiChatDecoder } from '../../../../../functions/gateway/core/protocols/openai-chat/openai-chat-decoder.ts';
import { chatChunks } from '../../../../../functions/gateway/core/surfaces/openai-chat/chat-chunks.ts';
import { chatFold } from '../../../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import { sseParser } from '../../../../../functions/gateway/core/wire/sse-parser.ts';
import fc from '../../../../support/property.ts';

const ABOUT = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'anthropic/claude' };
const USAGE = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };

function chunksOf(text: string): unknown[] {
  return text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => JSON.parse(event.slice('data: '.length)));
}

function written(deltas: readonly ChatDelta[], includeUsage = false): unknown[] {
  const chunks = chatChunks({ ...ABOUT, includeUsage });
  return chunksOf(chunks.encode(deltas) + chunks.end());
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

describe('chatChunks', () => {
  it('begins with the role and ends with the finish reason', () => {
    const deltas: ChatDelta[] = [
      { type: 'text-delta', choice: 0, text: 'He"y\n' },
      { type: 'choice-finish', choice: 0, reason: 'stop' },
      { type: 'usage-update', usage: USAGE },
    ];
    assert.deepEqual(written(deltas), [
      ROLE,
      chunk({ delta: { content: 'He"y\n' } }),
      chunk({ finish_reason: 'stop' }),
    ]);
  });

  it('adds usage in a last chunk without choices, and null before, only where it was asked for', () => {
    const deltas: ChatDelta[] = [
      { type: 'usage-update', usage: { ...USAGE, total_tokens: 4 } },
      { type: 'choice-finish', choice: 0, reason: 'length' },
      { type: 'usage-update', usage: USAGE },
    ];
    assert.deepEqual(written(deltas, true), [
      { ...ROLE, usage: null },
      chunk({ finish_reason: 'length' }, { usage: null }),
      { ...ROLE, choices: [], usage: USAGE },
    ]);
  });

  it('names a tool call in its first piece and only numbers it after', () => {
    const deltas: ChatDelta[] = [
      { type: 'tool-call-start', choice: 0, call: 1, id: 'call_b', name: 'f', extra: { extra_content: { a: 1 } } },
      { type: 'tool-call-delta', choice: 0, call: 1, text: '{}' },
    ];
    const start = {
      index: 1,
      id: 'call_b',
      type: 'function',
      function: { name: 'f', arguments: '' },
      extra_content: { a: 1 },
    };
    assert.deepEqual(written(deltas), [
      ROLE,
      chunk({ delta: { tool_calls: [start] } }),
      chunk({ delta: { tool_calls: [{ index: 1, function: { arguments: '{}' } }] } }),
    ]);
  });

  it('writes a custom tool call in its own form', () => {
    const deltas: ChatDelta[] = [
      { type: 'tool-call-start', choice: 0, call: 0, id: 'a', name: 'sh', extra: { type: 'custom' } },
      { type: 'tool-call-delta', choice: 0, call: 0, text: 'ls' },
    ];
    assert.deepEqual(written(deltas).slice(1), [
      chunk({ delta: { tool_calls: [{ index: 0, id: 'a', type: 'custom', custom: { name: 'sh', input: '' } }] } }),
      chunk({ delta: { tool_calls: [{ index: 0, custom: { input: 'ls' } }] } }),
    ]);
  });

  it('says the role once a choice', () => {
    const deltas: ChatDelta[] = [1, 0, 1].map((choice) => ({ type: 'text-delta', choice, text: 'x' }));
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
    const deltas: ChatDelta[] = [
      { type: 'answer-info', fields: { system_fingerprint: 'fp', model: 'theirs', choices: 1 } },
      { type: 'text-delta', choice: 0, text: 'x' },
    ];
    assert.deepEqual(written(deltas), [
      { ...ROLE, system_fingerprint: 'fp' },
      chunk({ delta: { content: 'x' } }, { system_fingerprint: 'fp' }),
    ]);
  });

  it("keeps the vendor's word for an ending that OpenAI has no word for", () => {
    const finish: ChatDelta = { type: 'choice-finish', choice: 0, reason: 'stop', native: 'pause_turn' };
    assert.deepEqual(written([finish]).at(-1), chunk({ finish_reason: 'stop', native_finish_reason: 'pause_turn' }));
  });

  it('turns a sign of life into a comment, and a failure into nothing', () => {
    const { encode, end } = chatChunks({ ...ABOUT, includeUsage: true });
    assert.equal(encode([{ type: 'keep-alive' }]), ': ping\n\n');
    assert.equal(encode([{ type: 'answer-failed', failure: { kind: 'truncated' } }]) + end(), '');
  });

  it('writes chunks that fold to the same body as the deltas', () => {
    fc.assert(
      fc.property(answers(), (deltas) => {
        const chunks = chatChunks({ ...ABOUT, includeUsage: true });
        const text = `${deltas.map((delta) => chunks.encode([delta])).join('')}${chunks.end()}data: [DONE]\n\n`;
        assert.deepEqual(folded(decoded(text)), folded(deltas));
      }),
    );
  });
});

function decoded(text: string): ChatDelta[] {
  const parser = sseParser();
  const decoder = openAiChatDecoder();
  const events = [...parser.push(new TextEncoder().encode(text)), ...parser.end()];
  return [...events.flatMap(decoder.event), ...decoder.end()];
}

function folded(deltas: readonly ChatDelta[]): unknown {
  const fold = chatFold();
  deltas.forEach(fold.add);
  return fold.body(ABOUT);
}

/** Whole answers with one to three choices whose deltas are interleaved. */
function answers(): fc.Arbitrary<ChatDelta[]> {
  const info: fc.Arbitrary<ChatDelta> = fc.constantFrom(
    { type: 'answer-info', fields: { system_fingerprint: 'fp' } },
    { type: 'usage-update', usage: USAGE },
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

function interleaved(lists: readonly ChatDelta[][]): ChatDelta[] {
  const longest = Math.max(...lists.map((list) => list.length));
  return range(longest).flatMap((at) => lists.flatMap((list) => list.slice(at, at + 1)));
}

function choiceDeltas(choice: number): fc.Arbitrary<ChatDelta[]> {
  const text = fc.string({ minLength: 1, unit: 'grapheme' });
  const piece: fc.Arbitrary<ChatDelta> = fc.oneof(
    text.map((words): ChatDelta => ({ type: 'text-delta', choice, text: words })),
    text.map((words): ChatDelta => ({ type: 'reasoning-delta', choice, text: words })),
    text.map((words): ChatDelta => ({ type: 'refusal-delta', choice, text: words })),
    text.map(
      (signature): ChatDelta => ({
        type: 'extension-delta',
        choice,
        fields: { thinking_blocks: [{ signature }], note: signature },
      }),
    ),
    text.map((token): ChatDelta => ({ type: 'logprobs-delta', choice, logprobs: { content: [{ token }] } })),
  );
  const calls = fc.array(fc.array(text, { minLength: 1, maxLength: 4 }), { maxLength: 3 });
  return fc
    .tuple(fc.array(piece, { maxLength: 8 }), calls, fc.constantFrom('stop', 'length', 'content_filter'))
    .map(([pieces, callPieces, reason]) => [
      ...pieces,
      ...callPieces.flatMap((fragments, call): ChatDelta[] => [
        { type: 'tool-call-start', choice, call, id: `call_${choice}_${call}`, name: 'f' },
        ...fragments.map((fragment): ChatDelta => ({ type: 'tool-call-delta', choice, call, text: fragment })),
      ]),
      {
        type: 'choice-finish',
        choice,
        reason: reason === 'stop' && callPieces.length > 0 ? 'tool_calls' : reason,
      } as const,
    ]);
}
