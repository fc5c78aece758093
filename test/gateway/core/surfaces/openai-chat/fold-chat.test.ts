import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChatDelta } from '../../../../../functions/gateway/core/model/chat-delta.ts';
import { chatFold } from '../../../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import { arrayMember } from '../../../../../functions/gateway/core/wire/json.ts';

const ABOUT = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'm' };

function body(deltas: readonly ChatDelta[]) {
  const fold = chatFold();
  deltas.forEach(fold.add);
  return fold.body(ABOUT);
}

function choices(deltas: readonly ChatDelta[]): readonly unknown[] {
  return arrayMember(body(deltas), 'choices');
}

const STOP: ChatDelta = { type: 'choice-finish', choice: 0, reason: 'stop' };

describe('chatFold', () => {
  it('makes a chat.completion of text, usage and what is known of the answer', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const folded = body([
      { type: 'answer-info', fields: { service_tier: 'flex', id: 'theirs' } },
      { type: 'text-delta', choice: 0, text: 'Hel' },
      { type: 'text-delta', choice: 0, text: 'lo' },
      STOP,
      { type: 'usage-update', usage: { ...usage, total_tokens: 1 } },
      { type: 'usage-update', usage },
      { type: 'answer-info', fields: { service_tier: 'default' } },
    ]);
    assert.deepEqual(folded, {
      ...ABOUT,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Hello', refusal: null },
          logprobs: null,
          finish_reason: 'stop',
        },
      ],
      usage,
      service_tier: 'default',
    });
  });

  it('has null content where the answer is only tool calls, and joins their arguments by call', () => {
    const [choice] = choices([
      { type: 'tool-call-start', choice: 0, call: 0, id: 'a', name: 'f', extra: { extra_content: 1 } },
      { type: 'tool-call-start', choice: 0, call: 1, id: 'b', name: 'g' },
      { type: 'tool-call-delta', choice: 0, call: 1, text: '{}' },
      { type: 'tool-call-delta', choice: 0, call: 0, text: '{"x"' },
      { type: 'tool-call-delta', choice: 0, call: 0, text: ':1}' },
      { type: 'choice-finish', choice: 0, reason: 'tool_calls', native: 'tool_use' },
    ]);
    assert.deepEqual(choice, {
      index: 0,
      message: {
        role: 'assistant',
        content: null,
        refusal: null,
        tool_calls: [
          { extra_content: 1, id: 'a', type: 'function', function: { name: 'f', arguments: '{"x":1}' } },
          { id: 'b', type: 'function', function: { name: 'g', arguments: '{}' } },
        ],
      },
      logprobs: null,
      finish_reason: 'tool_calls',
      native_finish_reason: 'tool_use',
    });
  });

  it('has empty content for an answer without a word', () => {
    assert.deepEqual(choices([STOP]), [
      { index: 0, message: { role: 'assistant', content: '', refusal: null }, logprobs: null, finish_reason: 'stop' },
    ]);
  });

  it('keeps reasoning and a refusal apart from the text', () => {
    const [choice] = choices([
      { type: 'reasoning-delta', choice: 0, text: 'hm' },
      { type: 'reasoning-delta', choice: 0, text: 'm' },
      { type: 'refusal-delta', choice: 0, text: 'no' },
    ]);
    assert.deepEqual(choice, {
      index: 0,
      message: { role: 'assistant', content: null, refusal: 'no', reasoning_content: 'hmm' },
      logprobs: null,
      finish_reason: null,
    });
  });

  it('puts choices in the order of their indexes', () => {
    const deltas: ChatDelta[] = [2, 0, 1].map((choice) => ({ type: 'text-delta', choice, text: 'x' }));
    assert.deepEqual(
      choices(deltas).map((choice) => (choice as { index: number }).index),
      [0, 1, 2],
    );
  });

  it('joins unknown strings, appends unknown arrays, merges unknown objects, and lets none take a known place', () => {
    const fold = (fields: object): ChatDelta => ({ type: 'extension-delta', choice: 0, fields: { ...fields } });
    const [choice] = choices([
      fold({ note: 'a', list: [1], map: { a: 1, b: 1 }, flag: false, content: 'not this', ['__proto__']: { x: 1 } }),
      fold({ note: 'b', list: [2], map: { b: 2 }, flag: true, role: 'user' }),
      { type: 'logprobs-delta', choice: 0, logprobs: { content: [1], refusal: null } },
      { type: 'logprobs-delta', choice: 0, logprobs: { content: [2], refusal: null } },
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(choice)), {
      index: 0,
      message: {
        role: 'assistant',
        content: '',
        refusal: null,
        note: 'ab',
        list: [1, 2],
        map: { a: 1, b: 2 },
        flag: true,
        ['__proto__']: { x: 1 },
      },
      logprobs: { content: [1, 2], refusal: null },
      finish_reason: null,
    });
  });
});
