import type { DeploymentSettings } from '../model/gateway-config.ts';
import type { Usage } from '../model/usage.ts';

/** What an hour's cache costs beyond one of minutes: Anthropic writes the one at 2 and the other at 1.25 times the input price. */
const HOUR_TO_MINUTES = 1.6;

/**
 * Dollars for one attempt's tokens by the configured prices; `undefined` where there are none at all. A price that is missing counts as 0 for
 * itself alone. Cached tokens cost the input price and reasoning the output price, unless priced apart. `priceFactor`: of a dearer tier.
 */
export function costUsd(usage: Usage | undefined, prices: DeploymentSettings, priceFactor = 1): number | undefined {
  if (usage === undefined || !hasPrice(prices)) {
    return undefined;
  }
  const { inputPrice = 0, outputPrice = 0 } = prices;
  const { cacheRead = 0, cacheWrite5m = 0, cacheWrite1h = 0, reasoning = 0 } = usage;
  const writePrice = prices.cacheWritePrice ?? inputPrice;
  const hourPrice = prices.cacheWrite1hPrice ?? writePrice * HOUR_TO_MINUTES;
  const input = Math.max(0, usage.input - cacheRead - cacheWrite5m - cacheWrite1h) * inputPrice;
  const cache =
    cacheRead * (prices.cachedInputPrice ?? inputPrice) + cacheWrite5m * writePrice + cacheWrite1h * hourPrice;
  const output = Math.max(0, usage.output - reasoning) * outputPrice;
  const usd = (input + cache + output + reasoning * (prices.reasoningPrice ?? outputPrice)) / 1_000_000;
  return usd * priceFactor;
}

const PRICES = [
  'inputPrice',
  'outputPrice',
  'cachedInputPrice',
  'cacheWritePrice',
  'cacheWrite1hPrice',
  'reasoningPrice',
] as const satisfies readonly (keyof DeploymentSettings)[];

function hasPrice(prices: DeploymentSettings): boolean {
  return PRICES.some((name) => prices[name] !== undefined);
}
