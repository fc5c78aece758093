import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../../../functions/gateway/config/parse-config.ts';
import type { ProtocolName } from '../../../../functions/gateway/core/model/gateway-config.ts';
import type { Target } from '../../../../functions/gateway/core/protocols/protocol.ts';
import '../../../../functions/gateway/core/protocols/protocols.ts';
import { protocolFor } from '../../../../functions/gateway/core/protocols/spoken-protocols.ts';
import type { JsonObject } from '../../../../functions/gateway/core/wire/json.ts';
import { promptOf } from '../../../support/prompt-of.ts';

const ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc';

const ASKED = { max_completion_tokens: 2000, temperature: 0.5, reasoning_effort: 'high' };

function encoded(protocol: ProtocolName, target: Target) {
  const prompt = promptOf(ASKED);
  const encoding = protocolFor(protocol, prompt, target).encode(prompt, target);
  assert.ok(encoding.kind === 'encoded', JSON.stringify(encoding));
  return { body: encoding.request.body, dropped: encoding.dropped };
}

/** By protocol: a name that says nothing, the model behind it, and the same model under its own name. */
const ROWS: readonly (readonly [string, ProtocolName, Omit<Target, 'streaming'>, string])[] = [
  ['gpt-5-mini on Azure', 'openai', { model: 'prod-chat', vendor: 'azure' }, 'gpt-5-mini'],
  ['a model of the Responses API alone', 'openai', { model: 'prod', vendor: 'azure', hasResponses: true }, 'gpt-5-pro'],
  ['gpt-5-mini by Responses', 'openai-responses', { model: 'prod-chat', vendor: 'azure' }, 'gpt-5-mini'],
  ['Claude on Azure', 'anthropic', { model: 'prod-claude', vendor: 'azure' }, 'claude-haiku-4-5'],
  ['Claude on Vertex AI', 'anthropic', { model: 'endpoint-1', vendor: 'vertex' }, 'claude-opus-5'],
  ["Claude on Bedrock in Anthropic's words", 'anthropic', { model: ARN, vendor: 'bedrock' }, 'anthropic.claude-opus-5'],
  ['Claude on Bedrock', 'bedrock', { model: ARN, vendor: 'bedrock' }, 'anthropic.claude-opus-5'],
  ['Gemini on Vertex AI', 'gemini', { model: 'endpoint-2', vendor: 'vertex' }, 'gemini-2.5-flash'],
];

describe('the model that `baseModel` names behind a name of the operator', () => {
  for (const [name, protocol, target, baseModel] of ROWS) {
    it(`has the rules of its own: ${name}`, () => {
      const own = encoded(protocol, { ...target, model: baseModel, streaming: true });
      const named = encoded(protocol, { ...target, rules: { baseModel }, streaming: true });
      const unknown = encoded(protocol, { ...target, streaming: true });
      assert.deepEqual(named, { ...own, body: renamed(own.body, target.model) });
      assert.notDeepEqual(named, unknown);
    });
  }

  it('is asked for a limit and no temperature where it is gpt-5-mini, under the name on the wire', () => {
    const target: Target = { model: 'prod-chat', vendor: 'azure', streaming: true, rules: { baseModel: 'gpt-5-mini' } };
    const prompt = promptOf({ max_tokens: 2000, temperature: 0.5 });
    const encoding = protocolFor('openai', prompt, target).encode(prompt, target);
    assert.ok(encoding.kind === 'encoded');
    const { model, max_tokens, max_completion_tokens, temperature } = encoding.request.body;
    assert.deepEqual(
      [model, max_tokens, max_completion_tokens, temperature],
      ['prod-chat', undefined, 2000, undefined],
    );
  });

  it('thinks where it is claude-opus-5 and an effort is asked for', () => {
    const { body } = encoded('anthropic', {
      ...{ model: 'prod-claude', vendor: 'azure', streaming: true },
      rules: { baseModel: 'claude-opus-5' },
    });
    assert.deepEqual([body.model, body.thinking], ['prod-claude', { type: 'adaptive' }]);
  });

  it('is spoken to in its own words', () => {
    const azure = { host: 'azure', baseUrl: 'https://r.openai.azure.com', apiKey: 'K' };
    const deployment = { provider: 'azure', model: 'prod', rules: { baseModel: 'claude-opus-5' } };
    const parsed = parseConfig({
      providers: { azure },
      deployments: { prod: deployment },
      routes: { chat: { strategy: 'ordered', deployments: ['prod'] } },
      keys: [{ name: 'ci', sha256: '0'.repeat(64) }],
    });
    assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
    assert.equal(parsed.config.deployments.prod?.protocol, 'anthropic');
  });
});

/** A body that names another model, where it names one. */
function renamed(body: JsonObject, model: string): JsonObject {
  return 'model' in body ? { ...body, model } : body;
}
