import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Prompt } from '../../../../../functions/gateway/core/model/prompt.ts';
import { portablePrompt } from '../../../../../functions/gateway/core/protocols/portable/portable-prompt.ts';
import { TOOL_RULES, vendorToolName } from '../../../../../functions/gateway/core/protocols/portable/tool-name.ts';
import { PROTOCOL_NAMES, PROTOCOLS } from '../../../../../functions/gateway/core/protocols/protocols.ts';
import { wellFormedJson } from '../../../../../functions/gateway/core/wire/json.ts';
import { messagesPrompt } from '../../../../support/messages-prompt.ts';
import { promptOf } from '../../../../support/prompt-of.ts';
import fc from '../../../../support/property.ts';
import { responsesPromptOf } from '../../../../support/responses-prompt-of.ts';

const LONG = `mcp__${'n'.repeat(90)}__first`;
const LONGER = `${LONG}${'n'.repeat(40)}`;
const DOTTED = 'files.read:all';
const HALF = 'cut \ud83d';
const SCHEMA = { type: 'object', properties: { q: { type: 'object', properties: { [HALF]: { type: 'string' } } } } };
const INPUT = String.raw`{"q":"cut \ud83d","r":"\ud83d\ude00"}`;

/** One conversation in the words of each surface: names that no vendor takes, an id that comes twice, halves of pairs wherever text is. */
const PROMPTS: Readonly<Record<string, () => Prompt>> = {
  'chat completions': () =>
    promptOf({
      messages: [
        { role: 'user', content: HALF },
        ...[1, 2].flatMap(() => [
          { role: 'assistant', content: null, tool_calls: [chatCall(LONG), chatCall(DOTTED)] },
          { role: 'tool', tool_call_id: 'call_0', content: HALF },
          { role: 'tool', tool_call_id: 'call_0', content: 'second' },
        ]),
      ],
      tools: [LONG, LONGER, DOTTED].map((name) => ({
        type: 'function',
        function: { name, description: HALF, parameters: SCHEMA },
      })),
      tool_choice: { type: 'function', function: { name: LONG } },
    }),
  messages: () =>
    messagesPrompt({
      messages: [
        { role: 'user', content: HALF },
        ...[1, 2].flatMap(() => [
          {
            role: 'assistant',
            content: [LONG, DOTTED].map((name) => ({ type: 'tool_use', id: 'call_0', name, input: { q: HALF } })),
          },
          {
            role: 'user',
            content: [HALF, 'second'].map((content) => ({ type: 'tool_result', tool_use_id: 'call_0', content })),
          },
        ]),
      ],
      tools: [LONG, LONGER, DOTTED].map((name) => ({ name, description: HALF, input_schema: SCHEMA })),
      tool_choice: { type: 'tool', name: LONG },
    }),
  responses: () =>
    responsesPromptOf({
      input: [
        { role: 'user', content: HALF },
        ...[1, 2].flatMap(() => [
          ...[LONG, DOTTED].map((name) => ({ type: 'function_call', call_id: 'call_0', name, arguments: INPUT })),
          { type: 'function_call_output', call_id: 'call_0', output: HALF },
          { type: 'function_call_output', call_id: 'call_0', output: 'second' },
        ]),
      ],
      tools: [LONG, LONGER, DOTTED].map((name) => ({ type: 'function', name, description: HALF, parameters: SCHEMA })),
      tool_choice: { type: 'function', name: LONG },
    }),
};

function chatCall(name: string): object {
  return { id: 'call_0', type: 'function', function: { name, arguments: INPUT } };
}

/** Where each vendor's request has what. Source: their API references. */
const WIRE = {
  openai: { name: /^[a-zA-Z0-9_-]{1,64}$/, names: ['name'], ids: ['id'], results: ['tool_call_id'] },
  'openai-responses': { name: /^[a-zA-Z0-9_-]{1,64}$/, names: ['name'], ids: ['call_id'], results: ['call_id'] },
  anthropic: { name: /^[a-zA-Z0-9_-]{1,128}$/, names: ['name'], ids: ['id'], results: ['tool_use_id'] },
  gemini: { name: /^[a-zA-Z_][a-zA-Z0-9_.-]{0,63}$/, names: ['name', 'allowedFunctionNames'], ids: [], results: [] },
  bedrock: { name: /^[a-zA-Z0-9_-]{1,64}$/, names: ['name'], ids: ['toolUseId'], results: ['toolUseId'] },
} as const;

/** A member of an object of the body that has one of `keys`, with the object. */
function membersOf(
  value: unknown,
  keys: readonly string[],
): readonly { readonly holder: object; readonly text: string }[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const texts = [inner].flat().filter((text): text is string => typeof text === 'string');
    const own = keys.includes(key) ? texts.map((text) => ({ holder: value, text })) : [];
    return [...own, ...membersOf(inner, keys)];
  });
}

function bodyOf(protocol: (typeof PROTOCOL_NAMES)[number], prompt: Prompt): unknown {
  const encoding = PROTOCOLS[protocol].encode(prompt, { model: 'claude-sonnet-4-5', streaming: true });
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  return JSON.parse(wellFormedJson(encoding.request.body));
}

describe('a conversation from elsewhere', () => {
  for (const [surface, prompt] of Object.entries(PROMPTS)) {
    for (const protocol of PROTOCOL_NAMES) {
      const { name: pattern, names, ids, results } = WIRE[protocol];

      it(`from ${surface} names its tools as ${protocol} takes them, the same everywhere`, () => {
        const found = membersOf(bodyOf(protocol, prompt()), names).map(({ text }) => text);
        assert.ok(found.length >= 7, String(found));
        assert.ok(
          found.every((name) => pattern.test(name)),
          String(found),
        );
        const known = [LONG, LONGER, DOTTED].map((name) =>
          vendorToolName(name, TOOL_RULES[PROTOCOLS[protocol].dialect].names),
        );
        assert.deepEqual(new Set(found), new Set(known));
      });

      it(`from ${surface} gives ${protocol} distinct ids, each answered once and in order`, () => {
        const body = bodyOf(protocol, prompt());
        const isResult = (holder: object) =>
          /result|output|content/i.test(JSON.stringify(Object.keys(holder)) + ('type' in holder ? holder.type : ''));
        const calls = membersOf(body, ids)
          .filter(({ holder }) => !isResult(holder))
          .map(({ text }) => text);
        const answered = membersOf(body, results)
          .filter(({ holder }) => isResult(holder))
          .map(({ text }) => text);
        assert.equal(calls.length, ids.length * 4);
        assert.equal(new Set(calls).size, calls.length);
        assert.deepEqual(answered, calls);
      });

      it(`from ${surface} is Unicode throughout for ${protocol}`, () => {
        const text = JSON.stringify(bodyOf(protocol, prompt()));
        assert.ok(text.includes('cut \ufffd'));
        // A pair that is told by escapes is whole.
        assert.doesNotMatch(text.replaceAll(String.raw`\\ud83d\\ude00`, ''), /\\ud[89a-f]/i);
      });
    }
  }

  it('is the very same prompt where there is nothing to change', () => {
    const tools = [{ type: 'function', function: { name: 'weather' } }];
    const prompt = promptOf({ tools, tool_choice: 'auto' });
    for (const { dialect } of Object.values(PROTOCOLS)) {
      assert.equal(portablePrompt(prompt, dialect), prompt);
    }
  });

  it('keeps the names of people, and of tools that the vendor runs or fetches', () => {
    const named = { role: 'user', name: 'Ann.Other', content: 'Hi' };
    const server = { type: 'mcp_tool_use', id: 'mcptoolu_1', name: DOTTED, server_name: 's', input: {} };
    const chat = portablePrompt(promptOf({ messages: [named] }), 'openai-chat');
    const own = messagesPrompt({
      messages: [
        { role: 'user', content: 'Hi' },
        { role: 'assistant', content: [server] },
        { role: 'user', content: 'x' },
      ],
    });
    assert.deepEqual(chat.original.body.messages, [named]);
    assert.equal(portablePrompt(own, 'anthropic-messages'), own);
  });
});

describe('vendorToolName', () => {
  const rules = Object.values(TOOL_RULES).map(({ names }) => names);
  const anyName = fc.oneof(fc.string({ maxLength: 200 }), fc.stringMatching(/^[a-zA-Z0-9_.:-]{1,200}$/));

  it('keeps within the rule, and what does so already stays', () => {
    fc.assert(
      fc.property(anyName, fc.constantFrom(...rules), (name, rule) => {
        const known = vendorToolName(name, rule);
        assert.ok(known.length <= rule.maxChars);
        assert.equal(vendorToolName(known, rule), known);
      }),
      { seed: 15 },
    );
  });

  it('tells two names apart that are alike in what fits', () => {
    for (const rule of rules) {
      assert.notEqual(vendorToolName(LONGER, rule), vendorToolName(`${LONGER}x`, rule));
      assert.notEqual(vendorToolName('a b', rule), vendorToolName('a_b', rule));
    }
  });
});
