import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hasResponses } from '../../../../../functions/gateway/core/hosts/key-hosts.ts';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import '../../../../../functions/gateway/core/protocols/protocols.ts';
import { protocolFor } from '../../../../../functions/gateway/core/protocols/spoken-protocols.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import { responsesPromptOf } from '../../../../support/responses-prompt-of.ts';

const TOOLS = [{ type: 'function', function: { name: 'f' } }];
const PLAIN = promptOf({});
const WITH_TOOLS = promptOf({ tools: TOOLS });
const WITH_BOTH = promptOf({ tools: TOOLS, reasoning_effort: 'low' });
const WITHOUT_THOUGHT = promptOf({ tools: TOOLS, reasoning_effort: 'none' });
const OWN = responsesPromptOf({});

const CASES: readonly (readonly [model: string, prompts: Readonly<Record<string, boolean>>])[] = [
  ['gpt-4o', { plain: false, tools: false, both: false, none: false, own: true }],
  ['gpt-5.2', { plain: false, tools: false, both: false, none: false, own: true }],
  ['gpt-5.4', { plain: false, tools: false, both: true, none: false, own: true }],
  ['gpt-5.5-2026-04-01', { plain: false, tools: false, both: true, none: false, own: true }],
  ['gpt-5.6-terra', { plain: false, tools: true, both: true, none: false, own: true }],
  ['gpt-6', { plain: false, tools: true, both: true, none: false, own: true }],
  ['gpt-5-pro', { plain: true, tools: true, both: true, none: true, own: true }],
  ['gpt-5.1-codex-max', { plain: true, tools: true, both: true, none: true, own: true }],
  ['o3-deep-research', { plain: true, tools: true, both: true, none: true, own: true }],
  ['gpt-4o-audio-preview', { plain: false, tools: false, both: false, none: false, own: false }],
  ['llama-3.3-70b', { plain: false, tools: false, both: false, none: false, own: false }],
  ['gpt-oss-120b', { plain: false, tools: false, both: false, none: false, own: false }],
];

const PROMPTS: Readonly<Record<string, Prompt>> = {
  plain: PLAIN,
  tools: WITH_TOOLS,
  both: WITH_BOTH,
  none: WITHOUT_THOUGHT,
  own: OWN,
};

function dialect(prompt: Prompt, target: object): string {
  return protocolFor('openai', prompt, { model: 'gpt-5.6', streaming: true, ...target }).dialect;
}

describe('a prompt for a model of the openai protocol', () => {
  for (const [model, prompts] of CASES) {
    it(`is said over the Responses API to ${model} where that serves it better, at hosts that have it`, () => {
      for (const [name, prompt] of Object.entries(PROMPTS)) {
        const expected = prompts[name] === true ? 'openai-responses' : 'openai-chat';
        assert.equal(dialect(prompt, { model, hasResponses: true }), expected, name);
        assert.equal(dialect(prompt, { model }), 'openai-chat', name);
      }
    });
  }

  it('is said as the operator wants it', () => {
    assert.equal(dialect(PLAIN, { model: 'x', rules: { responses: 'always' } }), 'openai-responses');
    assert.equal(dialect(OWN, { model: 'x', rules: { responses: 'where-chat-refuses' } }), 'openai-responses');
    assert.equal(dialect(WITH_BOTH, { hasResponses: true, rules: { responses: 'never' } }), 'openai-chat');
  });
});

describe('hasResponses', () => {
  const HOSTS: readonly (readonly [baseUrl: string | undefined, known: boolean])[] = [
    [undefined, true],
    ['https://eu.api.openai.com/v1', true],
    ['https://mine.openai.azure.com/openai/v1', true],
    ['https://mine.services.ai.azure.com/openai/v1', true],
    ['https://api.groq.com/openai/v1', false],
    ['https://api.openai.com.example.com/v1', false],
    ['http://127.0.0.1:1', false],
  ];
  for (const [baseUrl, known] of HOSTS) {
    it(`is ${known} of ${baseUrl ?? "OpenAI's own address"}`, () => {
      assert.equal(hasResponses({ protocol: 'openai', ...(baseUrl !== undefined && { baseUrl }) }), known);
    });
  }

  it('is true of every provider of that protocol, and of no other vendor', () => {
    assert.equal(hasResponses({ protocol: 'openai-responses', baseUrl: 'https://api.x.ai/v1' }), true);
    assert.equal(hasResponses({ protocol: 'anthropic' }), false);
  });
});
