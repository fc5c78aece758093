import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { arrayMember, type JsonObject, objectMember } from '../../functions/gateway/core/wire/json.ts';
import { askedAt, type Place, PROMPTS, servedAt } from './places.ts';

/** What each family behind Converse takes of a conversation's form, written out. */
interface Family {
  readonly model: string;
  /** Whether the user's words may share a turn with a tool's result. */
  readonly mergesResults: boolean;
  /** Whether the conversation may begin with the assistant. */
  readonly assistantFirst: boolean;
  readonly hasTools: boolean;
  readonly streamsTools: boolean;
}

function family(model: string, traits: Partial<Family> = {}): Family {
  return { model, mergesResults: true, assistantFirst: false, hasTools: true, streamsTools: true, ...traits };
}

const APART = { mergesResults: false };
const FIRST = { assistantFirst: true };

/** Sources: strands-agents/sdk-python#1223, langchain-ai/langchain-aws#141, pydantic-ai's recordings of 2026-07, AWS's "Supported models and model features". */
const FAMILIES: readonly Family[] = [
  family('us.anthropic.claude-sonnet-4-5-20250929-v1:0', FIRST),
  family('global.anthropic.claude-opus-5', FIRST),
  family('us.amazon.nova-pro-v1:0'),
  family('us.amazon.nova-2-lite-v1:0'),
  family('us.meta.llama3-3-70b-instruct-v1:0', { ...APART, streamsTools: false }),
  family('us.meta.llama4-maverick-17b-instruct-v1:0', { ...APART, streamsTools: false }),
  family('mistral.mistral-large-2407-v1:0', { ...APART, streamsTools: false }),
  family('us.writer.palmyra-x5-v1:0', APART),
  family('qwen.qwen3-32b-v1:0', FIRST),
  family('zai.glm-4.7', FIRST),
  family('moonshotai.kimi-k2.5', FIRST),
  family('openai.gpt-oss-120b-1:0'),
  family('amazon.titan-text-premier-v1:0', { hasTools: false }),
];

const TOOLS = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }];
const LOOP = [
  { role: 'user', content: 'Hi' },
  {
    role: 'assistant',
    content: null,
    tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
  },
  { role: 'tool', tool_call_id: 'c', content: 'done' },
  { role: 'user', content: 'Go on.' },
];
const GREETING = [
  { role: 'assistant', content: 'How can I help?' },
  { role: 'user', content: 'Hi' },
];

function placeOf({ model }: Family): Place {
  return { name: model, protocol: 'bedrock', vendor: 'bedrock', model };
}

/** The sides of a conversation, a letter each; `r` where results stand in the turn, `w` where words. */
function formOf(body: JsonObject): string {
  return arrayMember(body, 'messages')
    .map((message) => {
      const blocks = arrayMember(message, 'content');
      const results = blocks.some((block) => objectMember(block, 'toolResult') !== undefined) ? 'r' : '';
      const words = blocks.some((block) => typeof Object(block).text === 'string') ? 'w' : '';
      return `${Object(message).role === 'user' ? 'u' : 'a'}${results}${words}`;
    })
    .join(' ');
}

describe('a conversation on Bedrock', () => {
  for (const one of FAMILIES) {
    const place = placeOf(one);

    it(`has words beside a tool’s result where the family takes them, else a turn between: ${one.model}`, {
      skip: !one.hasTools && 'The family takes no tools: the test of streams with tools holds that it is not asked.',
    }, () => {
      const { body } = servedAt(place, PROMPTS.chat({ messages: LOOP, tools: TOOLS }));
      assert.equal(formOf(body), one.mergesResults ? 'uw a urw' : 'uw a ur aw uw');
    });

    it(`begins with the assistant where the family takes it, else another deployment serves: ${one.model}`, () => {
      const found = askedAt(place, PROMPTS.chat({ messages: GREETING }));
      assert.equal(found.kind, one.assistantFirst ? 'asked' : 'unsupported');
      assert.ok(found.kind !== 'asked' || formOf(found.body) === 'aw uw', JSON.stringify(found));
    });

    it(`is streamed with tools where the family streams them, else asked for whole: ${one.model}`, () => {
      const found = askedAt(place, PROMPTS.chat({ tools: TOOLS }));
      assert.equal(found.kind, one.hasTools ? 'asked' : 'unsupported');
      assert.equal(
        found.kind === 'asked' && found.operation,
        one.hasTools && (one.streamsTools ? 'answer-stream' : 'answer'),
      );
    });
  }
});
