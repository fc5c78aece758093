import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../functions/gateway/core/model/prompt.ts';
import { objectMember } from '../../functions/gateway/core/wire/json.ts';
import { messagesPrompt } from '../support/messages-prompt.ts';
import { promptOf } from '../support/prompt-of.ts';
import { type Place, servedAt } from './places.ts';

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

/** Wherever a Claude is hosted. Callers of Messages are asked by InvokeModel where Converse is configured. */
function placesOf(model: string): readonly Place[] {
  return [
    { name: 'Anthropic', protocol: 'anthropic', vendor: 'anthropic', model },
    { name: 'Foundry', protocol: 'anthropic', vendor: 'azure', model },
    { name: 'Vertex AI', protocol: 'anthropic', vendor: 'vertex', model },
    { name: 'Bedrock', protocol: 'bedrock', vendor: 'bedrock', model: `us.anthropic.${model}-v1:0` },
    { name: 'Bedrock by InvokeModel', protocol: 'anthropic', vendor: 'bedrock', model: `us.anthropic.${model}-v1:0` },
  ];
}

function thinkingType(place: Place, prompt: Prompt): unknown {
  const { body } = servedAt(place, prompt);
  return objectMember(objectMember(body, 'additionalModelRequestFields') ?? body, 'thinking')?.type;
}

describe('Claude’s reasoning', () => {
  for (const [model, expected] of Object.entries(MODELS)) {
    for (const place of placesOf(model)) {
      for (const [situation, prompt] of Object.entries(SITUATIONS)) {
        it(`is ${expected} for ${model} in ${situation}, at ${place.name}`, () => {
          assert.equal(thinkingType(place, prompt()), expected);
        });
      }
    }
  }

  for (const place of placesOf('claude-opus-4-7')) {
    it(`keeps the caller’s effort through the loop, at ${place.name}`, () => {
      const { body, dropped } = servedAt(place, promptOf({ messages: LOOP, tools: TOOLS, reasoning_effort: 'high' }));
      const config = objectMember(body, 'output_config') ?? objectMember(body, 'outputConfig');
      assert.deepEqual(config, { effort: 'high' });
      assert.deepEqual(dropped, []);
    });
  }
});
