import type { PriceName, PriceTier } from './gateway-config.ts';

/** Prices in US dollars per million tokens, with those of longer prompts. */
export interface Prices extends Partial<Record<PriceName, number>> {
  readonly priceTiers?: readonly PriceTier[];
}

/** The prices of a request whose prompt has so many tokens, cached ones among them: those of every tier that it is above, the longest last. */
export function pricesAt(prices: Prices, inputTokens: number): Readonly<Partial<Record<PriceName, number>>> {
  const { priceTiers = [], ...base } = prices;
  const met = priceTiers.filter(({ aboveInputTokens }) => inputTokens > aboveInputTokens);
  if (met.length === 0) {
    return prices;
  }
  const ordered = met.toSorted((a, b) => a.aboveInputTokens - b.aboveInputTokens);
  return Object.assign({}, base, ...ordered);
}
