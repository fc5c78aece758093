import type { ChatUsage } from '../chat/chat-usage.ts';
import type { DeploymentSettings } from '../config/gateway-config.ts';

/** Dollars for one attempt's tokens by the configured prices; `undefined` where there are none. Cached tokens cost the input price unless priced apart. */
export function costUsd(usage: ChatUsage | undefined, prices: DeploymentSettings): number | undefined {
  const { inputPrice, outputPrice } = prices;
  if (usage === undefined || inputPrice === undefined) {
    return undefined;
  }
  const cached = usage.prompt_tokens_details?.cached_tokens ?? 0;
  const written = usage.prompt_tokens_details?.cache_write_tokens ?? 0;
  const input = Math.max(0, usage.prompt_tokens - cached - written) * inputPrice;
  const cache = cached * (prices.cachedInputPrice ?? inputPrice) + written * (prices.cacheWritePrice ?? inputPrice);
  return (input + cache + usage.completion_tokens * (outputPrice ?? 0)) / 1_000_000;
}
