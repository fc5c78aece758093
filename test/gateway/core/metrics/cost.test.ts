import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { costUsd } from '../../../../functions/gateway/core/model/cost.ts';
import type { DeploymentSettings } from '../../../../functions/gateway/core/model/gateway-config.ts';
import type { Usage } from '../../../../functions/gateway/core/model/usage.ts';
import { deployment } from '../../../support/routes.ts';

const M = 1_000_000;

function usage(change: Partial<Usage> = {}): Usage {
  return { input: M, output: M, ...change };
}

function cost(prices: Partial<DeploymentSettings>, used: Usage | undefined = usage()): number | undefined {
  return costUsd(used, deployment('a', prices));
}

describe('the cost of an attempt', () => {
  const cached = usage({ cacheRead: M / 2, cacheWrite5m: M / 4 });
  const rows: readonly {
    readonly name: string;
    readonly prices: Partial<DeploymentSettings>;
    readonly used: Usage;
    readonly dollars: number;
  }[] = [
    {
      name: 'input and output at their prices',
      prices: { inputPrice: 3, outputPrice: 15 },
      used: usage(),
      dollars: 18,
    },
    { name: 'cached tokens at the input price', prices: { inputPrice: 4, outputPrice: 0 }, used: cached, dollars: 4 },
    {
      name: 'cached tokens at their own prices',
      prices: { inputPrice: 4, outputPrice: 0, cachedInputPrice: 1, cacheWritePrice: 8 },
      used: cached,
      dollars: 0.25 * 4 + 0.5 * 1 + 0.25 * 8,
    },
    {
      name: "an hour's cache at its own price",
      prices: { inputPrice: 4, outputPrice: 0, cacheWritePrice: 5, cacheWrite1hPrice: 8 },
      used: usage({ cacheWrite5m: M / 4, cacheWrite1h: M / 2 }),
      dollars: 0.25 * 4 + 0.25 * 5 + 0.5 * 8,
    },
    {
      name: "an hour's cache at 1.6 times the price of a cache of minutes",
      prices: { inputPrice: 4, outputPrice: 0, cacheWritePrice: 5 },
      used: usage({ cacheWrite1h: M }),
      dollars: 8,
    },
    {
      name: 'no less than nothing for a vendor that counts cached tokens apart',
      prices: { inputPrice: 4, outputPrice: 0, cachedInputPrice: 1 },
      used: usage({ input: 0, cacheRead: M }),
      dollars: 1,
    },
    {
      name: 'output where the input has no price',
      prices: { outputPrice: 10, cachedInputPrice: 2 },
      used: cached,
      dollars: 10 + 0.5 * 2,
    },
    { name: 'input where the output has no price', prices: { inputPrice: 3 }, used: usage(), dollars: 3 },
    {
      name: 'reasoning where nothing else has a price',
      prices: { reasoningPrice: 20 },
      used: usage({ reasoning: M / 4 }),
      dollars: 5,
    },
    {
      name: 'reasoning at the price of the answer',
      prices: { inputPrice: 0, outputPrice: 10 },
      used: usage({ reasoning: M / 4 }),
      dollars: 10,
    },
    {
      name: 'reasoning at its own price',
      prices: { inputPrice: 0, outputPrice: 10, reasoningPrice: 20 },
      used: usage({ reasoning: M / 4 }),
      dollars: 0.75 * 10 + 0.25 * 20,
    },
  ];
  for (const { name, prices, used, dollars } of rows) {
    it(`counts ${name}`, () => assert.equal(cost(prices, used), dollars));
  }

  it('is not known without a price or without tokens', () => {
    assert.equal(cost({}), undefined);
    assert.equal(costUsd(undefined, deployment('a', { inputPrice: 1, outputPrice: 1 })), undefined);
    assert.equal(costUsd(usage(), deployment('a', { inputPrice: 1, outputPrice: 1 }), 2), 4);
  });
});
