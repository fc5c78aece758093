import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Deployment } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { callDemand } from '../../../../functions/gateway/core/serve/caller.ts';

function deployment(prices: Partial<Deployment>): Deployment {
  const settings = { provider: 'p', model: 'm', tags: [], prefill: false, streaming: true, kind: 'chat' as const };
  return { ...settings, id: 'd', providerSettings: { protocol: 'openai' }, ...prices };
}

describe('what a call is expected to take', () => {
  test('is the prompt and the longest answer that it allows, at the dearest deployment', () => {
    const deployments = [
      deployment({ inputPrice: 1, outputPrice: 2 }),
      deployment({ inputPrice: 2, outputPrice: 10 }),
      deployment({}),
    ];
    assert.deepEqual(callDemand({ promptTokens: 100, maxOutputTokens: 50, choices: 1 }, deployments, 1_000), {
      requests: 1,
      tokens: 150,
      usd: (100 * 2 + 50 * 10) / 1_000_000,
    });
  });

  test('assumes an answer of the configured length where the request sets no bound', () => {
    assert.equal(callDemand({ promptTokens: 100, choices: 1 }, [deployment({})], 1_000).tokens, 1_100);
  });

  test('costs nothing where nothing is priced', () => {
    assert.equal(callDemand({ promptTokens: 100, choices: 1 }, [], 1_000).usd, 0);
  });

  test('is twice the price in a dearer tier, and that of a written cache where it is more', () => {
    const asked = { promptTokens: 100, maxOutputTokens: 50, choices: 1 };
    const prices = { inputPrice: 1, outputPrice: 2, cacheWritePrice: 1.25 };
    const { usd } = callDemand({ ...asked, priceFactor: 2 }, [deployment(prices)], 1_000);
    assert.equal(usd, ((100 * 1.25 + 50 * 2) * 2) / 1_000_000);
  });

  test('is as many answers as are asked for', () => {
    const asked = { promptTokens: 100, maxOutputTokens: 50, choices: 128 };
    const { tokens, usd } = callDemand(asked, [deployment({ inputPrice: 1, outputPrice: 2 })], 1_000);
    assert.deepEqual([tokens, usd], [100 + 128 * 50, (100 + 128 * 50 * 2) / 1_000_000]);
  });

  test('costs the longest answer that a deployment makes where the request sets no bound', () => {
    const deployments = [
      deployment({ outputPrice: 10, maxOutputTokens: 64_000 }),
      deployment({ outputPrice: 20, maxOutputTokens: 8_000 }),
    ];
    const { tokens, usd } = callDemand({ promptTokens: 0, choices: 2 }, deployments, 1_000);
    assert.deepEqual([tokens, usd], [2 * 1_000, (2 * 64_000 * 10) / 1_000_000]);
  });

  test('costs the fees beside its tokens, and what its images come to at the most', () => {
    const asked = { promptTokens: 0, maxOutputTokens: 0, choices: 2, feesUsd: 0.1, imageTokens: 50_000 };
    assert.equal(callDemand(asked, [deployment({ inputPrice: 2 })], 1_000).usd, 0.1 + 0.1);
    const perplexity = { protocol: 'openai', baseUrl: 'https://api.perplexity.ai' } as const;
    const { usd } = callDemand({ promptTokens: 0, choices: 1 }, [deployment({ providerSettings: perplexity })], 0);
    assert.ok(usd >= 0.014, String(usd));
  });

  test('costs the longest answer by the rules of the model, else its window, where the settings say nothing', () => {
    const anthropic = { protocol: 'anthropic' } as const;
    const claude = deployment({ model: 'claude-haiku-4-5', providerSettings: anthropic, outputPrice: 5 });
    const asked = { promptTokens: 0, choices: 1 };
    assert.equal(callDemand(asked, [claude], 1_000).usd, (64_000 * 5) / 1_000_000);
    assert.equal(callDemand(asked, [deployment({ outputPrice: 5, contextWindow: 32_000 })], 1_000).usd, 0.16);
  });
});
