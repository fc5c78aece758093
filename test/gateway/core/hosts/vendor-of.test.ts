import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { vendorOf } from '../../../../functions/gateway/core/hosts/vendor-of.ts';
import type { Vendor } from '../../../../functions/gateway/core/model/vendor.ts';

const ADDRESSES: readonly (readonly [string, Vendor])[] = [
  ['https://api.openai.com/v1', 'openai'],
  ['https://eu.api.openai.com/v1', 'openai'],
  ['https://my-resource.openai.azure.com/openai/v1', 'azure'],
  ['https://my-resource.services.ai.azure.com/models', 'azure'],
  ['https://api.groq.com/openai/v1', 'groq'],
  ['https://api.mistral.ai/v1', 'mistral'],
  ['https://api.deepseek.com/v1', 'deepseek'],
  ['https://api.x.ai/v1', 'xai'],
  ['https://api.cerebras.ai/v1', 'cerebras'],
  ['https://api.together.xyz/v1', 'together'],
  ['https://api.fireworks.ai/inference/v1', 'fireworks'],
  ['https://openrouter.ai/api/v1', 'openrouter'],
  ['https://api.perplexity.ai', 'perplexity'],
  ['https://integrate.api.nvidia.com/v1', 'nvidia'],
  ['https://api.moonshot.cn/v1', 'moonshot'],
  ['https://open.bigmodel.cn/api/paas/v4', 'zhipu'],
  ['https://api.z.ai/api/paas/v4', 'zhipu'],
  ['https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'dashscope'],
  ['https://models.github.ai/inference', 'github-models'],
  ['https://generativelanguage.googleapis.com/v1beta/openai', 'google-ai'],
  ['https://us-east5-aiplatform.googleapis.com/v1', 'vertex'],
  ['https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1', 'bedrock'],
  ['https://bedrock-mantle.us-east-1.api.aws/v1', 'bedrock'],
  ['http://10.0.0.5:8000/v1', 'compatible'],
  ['https://api.openai.com.example.org/v1', 'compatible'],
  ['https://notgroq.com/v1', 'compatible'],
];

describe('the vendor of a provider', () => {
  for (const [baseUrl, vendor] of ADDRESSES) {
    it(`is ${vendor} at ${baseUrl}`, () => {
      assert.equal(vendorOf({ protocol: 'openai', baseUrl }), vendor);
    });
  }

  it("is the protocol's own where no address is configured", () => {
    assert.equal(vendorOf({ protocol: 'openai' }), 'openai');
    assert.equal(vendorOf({ protocol: 'gemini' }), 'google-ai');
  });
});
