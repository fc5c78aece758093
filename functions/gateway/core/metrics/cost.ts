import type { ChatUsage } from '../chat/chat-usage.ts';
import type { DeploymentSettings } from '../config/gateway-config.ts';

/**
 * Dollars for one attempt's tokens by the configured prices; `undefined` where there are none at all. A price that is missing counts as 0 for
 * itself alone. Cached tokens cost the input price and reasoning the output price, unless priced apart.
 */
export function costUsd(usage: ChatUsage | undefined, prices: DeploymentSettings): number | undefined {
  if (usage === undefined || !hasPrice(prices)) {
    return undefined;
  }
  const { inputPrice = 0, outputPrice = 0 } = prices;
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const written = usage.prompt_tokens_details?.cache_write_tokens ?? 0;
  const input = Math.max(0, usage.prompt_tokens - cached - written) * inputPrice;
  const cache = cached * (prices.cachedInputPrice ?? inputPrice) + written * (prices.cacheWritePrice ?? inputPrice);
  const reasoning = usage.completion_tokens_details?.reasoning_tokens ?? 0;
  const output = Math.max(0, usage.completion_tokens - reasoning) * outputPrice;
  return (input + cache + output + reasoning * (prices.reasoningPrice ?? outputPrice)) / 1_000_000;
}

function hasPrice(prices: DeploymentSettings): boolean {
  const { inputPrice, outputPrice, cachedInputPrice, cacheWritePrice, reasoningPrice } = prices;
  return [inputPrice, outputPrice, cachedInputPrice, cacheWritePrice, reasoningPrice].some(
    (price) => price !== undefined,
  );
}
