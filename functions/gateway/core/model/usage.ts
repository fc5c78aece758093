import type { JsonObject } from '../wire/json.ts';
import type { Dialect } from './dialect.ts';
import type { DeploymentSettings } from './gateway-config.ts';

/** Token counts of one answer, whoever the vendor was. */
export interface Usage {
  /** Of the prompt, with those read from and written to a cache. */
  readonly input: number;
  /** Of the answer, with those of reasoning. */
  readonly output: number;
  readonly cacheRead?: number;
  /** Written to a cache that is kept for minutes. */
  readonly cacheWrite5m?: number;
  /** Written to a cache that is kept for an hour: dearer. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  /** The vendor's own object; absent for counts of our own. */
  readonly raw?: { readonly dialect: Dialect; readonly value: JsonObject };
}

/** Prompt and answer together. */
export function totalTokens({ input, output }: Usage): number {
  return input + output;
}

/** More than any call has: who counts beyond it has miscounted, and would close a key's account for years. */
const MAX_TOKENS = 100_000_000;

/** Whether a vendor's counts can be true. A negative count would be a gift to the key's account, and half a token fits in no sum. */
export function isCredible({ input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning }: Usage): boolean {
  return [input, output, cacheRead ?? 0, cacheWrite5m ?? 0, cacheWrite1h ?? 0, reasoning ?? 0].every(
    (count) => Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS,
  );
}

/** What an hour's cache costs beyond one of minutes: Anthropic writes the one at 2 and the other at 1.25 times the input price. */
const HOUR_TO_MINUTES = 1.6;

/**
 * Dollars for one attempt's tokens by the configured prices; `undefined` where there are none at all. A price that is missing counts as 0 for
 * itself alone. Cached tokens cost the input price and reasoning the output price, unless priced apart. `priceFactor`: of a dearer tier.
 */
export function costUsd(usage: Usage | undefined, settings: DeploymentSettings, priceFactor = 1): number | undefined {
  if (usage === undefined || PRICES.every((name) => settings[name] === undefined)) {
    return undefined;
  }
  const prices = pricesAt(settings, usage.input);
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

/** Prices of a request whose prompt has more than so many tokens, cached ones among them. What is absent costs what it costs below. */
export interface PriceTier extends Partial<Record<PriceName, number>> {
  readonly aboveInputTokens: number;
}

/** A setting that is a price. */
export type PriceName =
  | 'inputPrice'
  | 'outputPrice'
  | 'cachedInputPrice'
  | 'cacheWritePrice'
  | 'cacheWrite1hPrice'
  | 'reasoningPrice';

/** Prices in US dollars per million tokens, with those of longer prompts. */
export interface Prices extends Partial<Record<PriceName, number>> {
  readonly priceTiers?: readonly PriceTier[];
}

/** The prices of a request whose prompt has so many tokens, cached ones among them: those of every tier that it is above, the longest last. */
export function pricesAt(prices: Prices, inputTokens: number): Readonly<Partial<Record<PriceName, number>>> {
  const { priceTiers } = prices;
  const met = priceTiers?.filter(({ aboveInputTokens }) => inputTokens > aboveInputTokens) ?? [];
  if (met.length === 0) {
    return prices;
  }
  const { priceTiers: _, ...base } = prices;
  const ordered = met.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  return Object.assign({}, base, ...ordered);
}

/** The prices that a deployment lacks and without which its answers cost nothing, or too little. 0 is a price. */
export function missingPrices({
  kind,
  inputPrice,
  outputPrice,
}: Prices & { readonly kind: 'chat' | 'embeddings' }): readonly ('inputPrice' | 'outputPrice')[] {
  return [
    ...(inputPrice === undefined ? (['inputPrice'] as const) : []),
    ...(outputPrice === undefined && kind === 'chat' ? (['outputPrice'] as const) : []),
  ];
}
