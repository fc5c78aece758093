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
