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
