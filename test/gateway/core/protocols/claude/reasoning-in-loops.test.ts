import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { PROTOCOLS } from '../../../../../functions/gateway/core/protocols/protocols.ts';
import { type JsonObject, objectMember } from '../../../../../functions/gateway/core/wire/json.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';
import { promptOf } from '../../../../support/prompt-of.ts';

/** Each Claude with what it does where its thoughts of a loop of calls are lost, or a tool is forced. Source: Anthropic's pages on thinking. */
const MODELS = {
  'claude-sonnet-4-5': 'disabled',
  'claude-haiku-4-5': 'disabled',
  'claude-opus-4-6': 'adaptive',
  'claude-sonnet-4-6': 'adaptive',
  'claude-opus-4-7': 'adaptive',
  'claude-sonnet-5': 'adaptive',
  'claude-opus-5': 'adaptive',
} as const;

const TOOL = { type: 'object', properties: {} };
const CALL = { id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } };
const TOOLS = [{ type: 'function', function: { name: 'f', parameters: TOOL } }];
const LOOP = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: null, tool_calls: [CALL] },
  { role: 'tool', tool_call_id: 'c', content: 'x' },
];
const OWN_LOOP = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: [{ type: 'tool_use', id: 'c', name: 'f', input: {} }] },
  { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'c', content: 'x' }] },
];
const OWN = { tools: [{ name: 'f', input_schema: TOOL }], thinking: { type: 'adaptive' }, max_tokens: 9000 };

const SITUATIONS: Readonly<Record<string, () => Prompt>> = {
  'a loop of calls without thoughts': () => promptOf({ messages: LOOP, tools: TOOLS, reasoning_effort: 'low' }),
  'a tool that must be called': () => promptOf({ tools: TOOLS, tool_choice: 'required', reasoning_effort: 'low' }),
  'one tool that must be called': () =>
    promptOf({ tools: TOOLS, tool_choice: { type: 'function', function: { name: 'f' } }, reasoning_effort: 'low' }),
  'a loop of calls in the caller’s own words': () => messagesPrompt({ ...OWN, messages: OWN_LOOP }),
  'a tool that must be called in the caller’s own words': () =>
    messagesPrompt({ ...OWN, tool_choice: { type: 'any' } }),
};

function thinkingType(protocol: 'anthropic' | 'bedrock', model: string, prompt: Prompt): unknown {
  const encoding = PROTOCOLS[protocol].encode(prompt, { model, streaming: true });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  const { body } = encoding.request;
  const fields: JsonObject | undefined =
    protocol === 'bedrock' ? objectMember(body, 'additionalModelRequestFields') : body;
  return objectMember(fields, 'thinking')?.type;
}

describe('Claude’s reasoning', () => {
  for (const [model, expected] of Object.entries(MODELS)) {
    for (const [situation, prompt] of Object.entries(SITUATIONS)) {
      it(`is ${expected} for ${model} in ${situation}, at Anthropic and on Bedrock`, () => {
        assert.equal(thinkingType('anthropic', model, prompt()), expected);
        assert.equal(thinkingType('bedrock', `us.anthropic.${model}-v1:0`, prompt()), expected);
      });
    }
  }

  it('keeps the caller’s effort through the loop', () => {
    const encoding = PROTOCOLS.anthropic.encode(promptOf({ messages: LOOP, tools: TOOLS, reasoning_effort: 'high' }), {
      model: 'claude-opus-4-7',
      streaming: true,
    });
    assert.ok(encoding.kind === 'encoded');
    assert.deepEqual(objectMember(encoding.request.body, 'output_config'), { effort: 'high' });
    assert.deepEqual(encoding.dropped, []);
  });
});
