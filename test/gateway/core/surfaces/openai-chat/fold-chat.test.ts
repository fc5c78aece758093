import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { chatBody } from '../../../../../functions/gateway/core/surfaces/openai-chat/fold-chat.ts';
import { arrayMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import { eventsOf, openAiNative, type Step } from '../../../../support/steps.ts';

const ABOUT = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'm' };
const IDENTITY = { requestId: '1', created: ABOUT.created, model: ABOUT.model, prompt: promptOf({}) };

function body(steps: readonly Step[]) {
  return chatBody(eventsOf(steps), IDENTITY);
}

function choices(steps: readonly Step[]): readonly unknown[] {
  return arrayMember(body(steps), 'choices');
}

const STOP: Step = { type: 'finish', choice: 0, reason: 'end' };

describe('chatBody', () => {
  it('makes a chat.completion of text, usage and what is known of the answer', () => {
    const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 };
    const folded = body([
      { type: 'about', native: openAiNative({ service_tier: 'flex', id: 'theirs' }) },
      { type: 'text', choice: 0, text: 'Hel' },
      { type: 'text', choice: 0, text: 'lo' },
      STOP,
      { type: 'usage', usage: { input: 1, output: 1 } },
      { type: 'usage', usage: { input: 1, output: 2 } },
      { type: 'about', native: openAiNative({ service_tier: 'default' }) },
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
      { type: 'call', choice: 0, call: 0, id: 'a', name: 'f', native: openAiNative({ extra_content: 1 }) },
      { type: 'call', choice: 0, call: 1, id: 'b', name: 'g' },
      { type: 'input', choice: 0, call: 1, text: '{}' },
      { type: 'input', choice: 0, call: 0, text: '{"x"' },
      { type: 'input', choice: 0, call: 0, text: ':1}' },
      { type: 'finish', choice: 0, reason: 'tool-calls', raw: 'tool_use' },
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
      { type: 'reasoning', choice: 0, text: 'hm' },
      { type: 'reasoning', choice: 0, text: 'm' },
      { type: 'refusal', choice: 0, text: 'no' },
    ]);
    assert.deepEqual(choice, {
      index: 0,
      message: { role: 'assistant', content: null, refusal: 'no', reasoning_content: 'hmm' },
      logprobs: null,
      finish_reason: null,
    });
  });

  it('puts choices in the order of their indexes', () => {
    const deltas: Step[] = [2, 0, 1].map((choice) => ({ type: 'text', choice, text: 'x' }));
    assert.deepEqual(
      choices(deltas).map((choice) => (choice as { index: number }).index),
      [0, 1, 2],
    );
  });

  it('makes each block of reasoning whole that came in pieces, and keeps others apart', () => {
    const details = (...items: readonly unknown[]): Step => ({
      type: 'native',
      choice: 0,
      native: openAiNative({ reasoning_details: items }),
    });
    const piece = { type: 'reasoning.text', index: 0, format: 'anthropic-claude-v1' };
    const blocks = (...items: object[]): Step => ({
      type: 'native',
      choice: 0,
      native: openAiNative({ thinking_blocks: items }),
    });
    const [choice] = choices([
      details({ ...piece, text: 'Let' }),
      details({ ...piece, text: ' me.', id: null }, { ...piece, signature: 'sig' }),
      details({ ...piece, text: 'Again', signature: 'sig2' }, { type: 'reasoning.encrypted', index: 1, data: 'a' }),
      details(
        { type: 'reasoning.encrypted', index: 1, data: 'b' },
        { type: 'reasoning.summary', index: 2, summary: 'x' },
      ),
      details({ type: 'reasoning.summary', index: 2, summary: 'y' }, 7),
      blocks({ type: 'thinking', thinking: 'Let', signature: null }),
      blocks({ type: 'thinking', thinking: '', signature: 'sig' }, { type: 'thinking', thinking: 'b', signature: 't' }),
      blocks({ type: 'redacted_thinking', data: 'c' }),
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(choice)).message, {
      role: 'assistant',
      content: '',
      refusal: null,
      reasoning_details: [
        { ...piece, text: 'Let me.', signature: 'sig' },
        { ...piece, text: 'Again', signature: 'sig2' },
        { type: 'reasoning.encrypted', index: 1, data: 'a' },
        { type: 'reasoning.encrypted', index: 1, data: 'b' },
        { type: 'reasoning.summary', index: 2, summary: 'xy' },
        7,
      ],
      thinking_blocks: [
        { type: 'thinking', thinking: 'Let', signature: 'sig' },
        { type: 'thinking', thinking: 'b', signature: 't' },
        { type: 'redacted_thinking', data: 'c' },
      ],
    });
  });

  it('gives a choice its own members beside its message', () => {
    const [choice] = choices([
      {
        type: 'native',
        choice: 0,
        of: 'choice',
        native: openAiNative({ content_filter_results: { hate: {} }, index: 9 }),
      },
      { type: 'finish', choice: 0, reason: 'end' },
    ]);
    assert.deepEqual(JSON.parse(JSON.stringify(choice)), {
      index: 0,
      message: { role: 'assistant', content: '', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
      content_filter_results: { hate: {} },
    });
  });

  it('joins unknown strings, appends unknown arrays, merges unknown objects, and lets none take a known place', () => {
    const fold = (fields: object): Step => ({ type: 'native', choice: 0, native: openAiNative({ ...fields }) });
    const [choice] = choices([
      fold({ note: 'a', list: [1], map: { a: 1, b: 1 }, flag: false, content: 'not this', ['__proto__']: { x: 1 } }),
      fold({ note: 'b', list: [2], map: { b: 2 }, flag: true, role: 'user' }),
      { type: 'logprobs', choice: 0, logprobs: { content: [1], refusal: null } },
      { type: 'logprobs', choice: 0, logprobs: { content: [2], refusal: null } },
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
