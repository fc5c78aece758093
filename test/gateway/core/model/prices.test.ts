import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costUsd, pricesAt } from '../../../../functions/gateway/core/model/cost.ts';
import type { Deployment } from '../../../../functions/gateway/core/model/gateway-config.ts';
import { callDemand } from '../../../../functions/gateway/core/serve/caller.ts';

const PRICES = {
  inputPrice: 1,
  outputPrice: 10,
  cachedInputPrice: 0.5,
  priceTiers: [
    { aboveInputTokens: 400, inputPrice: 4 },
    { aboveInputTokens: 200, inputPrice: 2, outputPrice: 15 },
  ],
};

const DEPLOYMENT: Deployment = {
  ...PRICES,
  id: 'a',
  provider: 'p',
  model: 'm',
  tags: [],
  prefill: false,
  streaming: true,
  kind: 'chat',
  providerSettings: { protocol: 'openai' },
};

describe('the prices of a request', () => {
  const rows = [
    [0, 1, 10],
    [200, 1, 10],
    [201, 2, 15],
    [400, 2, 15],
    [401, 4, 15],
  ] as const;
  for (const [tokens, inputPrice, outputPrice] of rows) {
    it(`are ${inputPrice} and ${outputPrice} for a prompt of ${tokens} tokens, and the cache's as they were`, () => {
      const at = pricesAt(PRICES, tokens);
      assert.deepEqual([at.inputPrice, at.outputPrice, at.cachedInputPrice], [inputPrice, outputPrice, 0.5]);
    });
  }

  it('are those of its whole prompt, cached tokens among them, in what it costs', () => {
    assert.equal(
      costUsd({ input: 300, output: 100, cacheRead: 200 }, DEPLOYMENT),
      (100 * 2 + 200 * 0.5 + 100 * 15) / 1e6,
    );
    assert.equal(costUsd({ input: 200, output: 100 }, DEPLOYMENT), (200 * 1 + 100 * 10) / 1e6);
  });

  it('are those of its tier in what is reserved for it', () => {
    const facts = { promptTokens: 300, maxOutputTokens: 100, choices: 1 };
    assert.equal(callDemand(facts, [DEPLOYMENT], 0).usd, (300 * 2 + 100 * 15) / 1e6);
  });
});
