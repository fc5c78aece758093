import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { UpstreamCall } from '../../../../functions/gateway/core/model/dial.ts';
import type { Deployment, ProtocolName } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { probeAttempt } from '../../../../functions/gateway/core/probe/probe.ts';
import '../../../../functions/gateway/core/protocols/protocols.ts';
import type { JsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import { deployment, route } from '../../../support/routes.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

/** What the vendor would be sent; `undefined` where it cannot be asked. */
async function sentTo(
  protocol: ProtocolName,
  change: Partial<Deployment>,
): Promise<UpstreamCall['request'] | undefined> {
  const calls: UpstreamCall[] = [];
  const asked = deployment('a', { providerSettings: { protocol, region: 'us-east-1' }, ...change });
  const attempt = probeAttempt(asked, {
    timeouts: route().timeouts,
    clock: virtualClock().clock,
    dial: async (call) => {
      calls.push(call);
      return { kind: 'failed', failure: { kind: 'unreachable', code: 'TEST' } };
    },
  });
  await attempt?.open();
  assert.equal(calls.length, attempt === undefined ? 0 : 1);
  return calls[0]?.request;
}

const OPENAI: readonly (readonly [model: string, limit: JsonObject])[] = [
  ['gpt-4o-mini', { max_tokens: 1 }],
  ['mistral-small', { max_tokens: 1 }],
  ['openai/gpt-oss-120b', { max_tokens: 16 }],
  ['qwen3.5-omni-plus', { max_tokens: 16 }],
  ['gpt-5', { max_completion_tokens: 16, reasoning_effort: 'minimal' }],
  ['gpt-5-mini-2025-08-07', { max_completion_tokens: 16, reasoning_effort: 'minimal' }],
  ['openai/gpt-5-nano', { max_completion_tokens: 16, reasoning_effort: 'minimal' }],
  ['gpt-5-chat-latest', { max_completion_tokens: 16 }],
  ['gpt-5.1', { max_completion_tokens: 16, reasoning_effort: 'none' }],
  ['gpt-5.6-terra', { max_completion_tokens: 16, reasoning_effort: 'none' }],
  ['o4-mini', { max_completion_tokens: 256, reasoning_effort: 'low' }],
];

describe('a probe asks', () => {
  for (const [model, limit] of OPENAI) {
    it(`${model} for ${JSON.stringify(limit)}`, async () => {
      const { operation, body } = (await sentTo('openai', { model })) ?? assert.fail();
      const { max_tokens, max_completion_tokens, reasoning_effort, stream, ...rest } = body;
      assert.equal(operation, 'answer-stream');
      const said = Object.entries({ max_tokens, max_completion_tokens, reasoning_effort });
      assert.deepEqual(Object.fromEntries(said.filter(([, value]) => value !== undefined)), limit);
      assert.equal(stream, true);
      assert.deepEqual(rest.messages, [{ role: 'user', content: 'Hi' }]);
    });
  }

  it('a model that is at the Responses API alone there, for as little as it takes', async () => {
    const asked = await sentTo('openai', { model: 'gpt-5.2-codex' });
    assert.equal(asked?.dialect, 'openai-responses');
    assert.equal(asked?.body.max_output_tokens, 16);
  });

  it('Claude for one token, without a thought where it can do without', async () => {
    const haiku = await sentTo('anthropic', { model: 'claude-haiku-4-5' });
    assert.equal(haiku?.body.max_tokens, 1);
    assert.deepEqual(haiku?.body.thinking, { type: 'disabled' });
    const newest = await sentTo('anthropic', { model: 'claude-opus-9' });
    assert.equal(newest?.body.max_tokens, 1);
    assert.deepEqual(newest?.body.output_config, { effort: 'low' });
  });

  it('another server of that protocol for one token, and says nothing of thinking, which it may not know', async () => {
    const { body } = (await sentTo('anthropic', { model: 'some-model' })) ?? assert.fail();
    assert.equal(body.max_tokens, 1);
    assert.equal(body.thinking, undefined);
  });

  const gemini: readonly (readonly [model: string, thinking: object | undefined])[] = [
    ['gemini-2.0-flash', undefined],
    ['gemini-2.5-flash', { thinkingBudget: 0, includeThoughts: false }],
    ['gemini-2.5-pro', { thinkingBudget: 128, includeThoughts: false }],
    ['gemini-3-pro', { thinkingLevel: 'LOW', includeThoughts: false }],
    ['gemini-3-flash', { thinkingLevel: 'MINIMAL', includeThoughts: false }],
  ];
  for (const [model, thinkingConfig] of gemini) {
    it(`${model} for one token and as little thinking as it takes`, async () => {
      const { body } = (await sentTo('gemini', { model })) ?? assert.fail();
      const config = { maxOutputTokens: 1, ...(thinkingConfig === undefined ? {} : { thinkingConfig }) };
      assert.deepEqual(body.generationConfig, config);
    });
  }

  it('models behind Bedrock for one token, Claude by any name without a thought', async () => {
    const nova = (await sentTo('bedrock', { model: 'us.amazon.nova-lite-v1:0' })) ?? assert.fail();
    assert.deepEqual(nova.body.inferenceConfig, { maxTokens: 1 });
    const arn = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc';
    const rules = { baseModel: 'anthropic.claude-sonnet-4-5' };
    const claude = (await sentTo('bedrock', { model: arn, rules })) ?? assert.fail();
    assert.deepEqual(claude.body.inferenceConfig, { maxTokens: 1 });
    assert.deepEqual(claude.body.additionalModelRequestFields, { thinking: { type: 'disabled' } });
  });

  it('what the operator says, where the model differs', async () => {
    const rules = { probeMaxTokens: 32, probeEffort: 'low' };
    const { body } = (await sentTo('openai', { model: 'my-azure-deployment', rules })) ?? assert.fail();
    assert.equal(body.max_tokens, 32);
    assert.equal(body.reasoning_effort, 'low');
    assert.equal(body.probeMaxTokens, undefined);
  });

  it('for a whole answer where the deployment gives no streams', async () => {
    const { body } = (await sentTo('openai', { model: 'm', streaming: false })) ?? assert.fail();
    assert.equal(body.stream, false);
  });

  it('for one small vector where the deployment gives vectors', async () => {
    const { operation, body } = (await sentTo('openai', { model: 'vectors', kind: 'embeddings' })) ?? assert.fail();
    assert.equal(operation, 'embed');
    assert.deepEqual(body, { model: 'vectors', input: 'Hi' });
    const titan = await sentTo('bedrock', { model: 'amazon.titan-embed-text-v2:0', kind: 'embeddings' });
    assert.deepEqual(titan?.body, { inputText: 'Hi' });
  });

  it('nothing of whom cannot be asked: a vendor without vectors', async () => {
    assert.equal(await sentTo('anthropic', { kind: 'embeddings' }), undefined);
    assert.equal(await sentTo('bedrock', { model: 'no-such-family', kind: 'embeddings' }), undefined);
  });
});
