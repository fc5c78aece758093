import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isPlainTalk } from '../../../../functions/gateway/core/model/plain-talk.ts';
import type { Target } from '../../../../functions/gateway/core/protocols/protocol.ts';
import { PROTOCOLS } from '../../../../functions/gateway/core/protocols/protocols.ts';
import { namedResources, trustedPrompt } from '../../../../functions/gateway/core/protocols/trusted-prompt.ts';
import { promptOf } from '../../../support/prompt-of.ts';
import fc from '../../../support/property.ts';

const said = fc.constantFrom('Hi', 'Go on.', 'Grüße 👋', 'half \ud83d', ' ends in blanks \n');
const talk = fc
  .tuple(fc.option(fc.constantFrom('system', 'developer')), fc.array(fc.tuple(said, said), { maxLength: 3 }), said)
  .map(([role, exchanges, last]) => [
    ...(role === null ? [] : [{ role, content: 'Be brief.' }]),
    ...exchanges.flatMap(([asked, answered]) => [
      { role: 'user', content: asked },
      { role: 'assistant', content: answered },
    ]),
    { role: 'user', content: last },
  ]);
const body = fc.record(
  {
    messages: talk,
    stream: fc.boolean(),
    stream_options: fc.constantFrom({}, { include_usage: true }, { include_usage: false }),
    max_tokens: fc.constantFrom(1, 100, 500_000),
    max_completion_tokens: fc.constantFrom(5, 300),
  },
  { requiredKeys: ['messages'] },
);
const target: fc.Arbitrary<Target> = fc.record(
  {
    model: fc.constantFrom(
      'gpt-4o',
      'o3',
      'claude-sonnet-4-5',
      'claude-opus-4-8',
      'deepseek-chat',
      'mistral-large',
      'm',
    ),
    streaming: fc.boolean(),
    vendor: fc.constantFrom('compatible', 'openai', 'azure', 'groq', 'mistral', 'deepseek', 'anthropic', 'vllm'),
    maxOutputTokens: fc.constantFrom(64, 4096),
    rules: fc.constantFrom(
      { turns: 'as-sent', instructionRole: 'as-sent' },
      { instructionRole: 'developer' },
      { instructionRole: 'user' },
      { needsReasoning: true, reasoningMember: 'reasoning' },
      { refusedShapes: ['max_tokens'] },
      { prefillMember: 'prefix' },
      { maxTokensMember: 'max_completion_tokens' },
      { streamUsage: false },
      { systemTurns: true, documents: 'none' },
    ),
  },
  { requiredKeys: ['model', 'streaming'] },
);

describe('plain talk', () => {
  for (const name of ['openai', 'anthropic'] as const) {
    it(`is said over ${name} in the words of any other prompt`, () => {
      fc.assert(
        fc.property(body, target, (asked, deployment) => {
          const prompt = promptOf(asked);
          // An empty name of who asks is none: neither is told it.
          const other = { ...prompt, user: '' };
          assert.deepEqual([isPlainTalk(prompt), isPlainTalk(other)], [true, false]);
          const { encode } = PROTOCOLS[name];
          assert.deepEqual(encode(prompt, deployment), encode(other, deployment));
        }),
      );
    });
  }

  const user = { role: 'user', content: 'Hi' };
  const others: readonly (readonly [string, object])[] = [
    ['ends with the assistant', { messages: [user, { role: 'assistant', content: 'So' }] }],
    ['has a side speak twice', { messages: [user, user] }],
    ['is told something on the way', { messages: [user, { role: 'system', content: 'Now' }] }],
    ['is told two things', { messages: [{ role: 'system', content: 'A' }, { role: 'developer', content: 'B' }, user] }],
    ['says nothing', { messages: [{ role: 'user', content: ' \n' }] }],
    ['shows a picture', { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'u' } }] }] }],
    ['is marked for a cache', { messages: [{ ...user, cache_control: { type: 'ephemeral' } }] }],
    ['has tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['says how tools are chosen', { tool_choice: 'none' }],
    ['wants a form', { response_format: { type: 'json_object' } }],
    ['wants reasoning', { reasoning_effort: 'low' }],
    ['wants several answers', { n: 2 }],
    ['wants log probabilities', { logprobs: true }],
    ['says how tokens are drawn', { temperature: 0 }],
    ['says where to stop', { stop: 'x' }],
    ['says who asks', { user: 'u' }],
    ['names a tier', { service_tier: 'flex' }],
    ['has a member of one vendor’s', { verbosity: 'low' }],
  ];
  for (const [claim, more] of others) {
    it(`is no prompt that ${claim}`, () => assert.equal(isPlainTalk(promptOf(more)), false));
  }

  it('is no prompt with a turn of nothing', () => {
    assert.equal(isPlainTalk({ ...promptOf({}), turns: [{ role: 'user', parts: [], path: 'messages[0]' }] }), false);
  });

  it('is no prompt whose answer has begun', () => {
    assert.equal(isPlainTalk({ ...promptOf({}), begun: { text: 'So', tokens: 1 } }), false);
  });

  it('has nothing that a provider is not to be sent', () => {
    const extra = fc.constantFrom('tools', 'store', 'provider', 'api_key', 'mcp_servers', 'container', 'top_p', 'seed');
    const amount = fc.constantFrom('max_output_tokens', 'max_tokens', 'n', 'input', 'system', 'instructions');
    const value = fc.constantFrom<unknown>(1, 'x', { model: 'other' }, [{ server_url: 'x' }]);
    fc.assert(
      fc.property(
        body,
        fc.option(fc.oneof(fc.tuple(extra, value), fc.tuple(amount, fc.constant(5)))),
        (asked, more) => {
          const plain = promptOf(asked);
          const members = more === null ? plain.original.body : { ...plain.original.body, [more[0]]: more[1] };
          const prompt = { ...plain, original: { ...plain.original, body: members } };
          assert.ok(more !== null || isPlainTalk(prompt));
          if (isPlainTalk(prompt)) {
            assert.deepEqual(namedResources(prompt), []);
            assert.deepEqual(trustedPrompt(prompt, undefined), { prompt, dropped: [] });
          }
        },
      ),
    );
  });
});
