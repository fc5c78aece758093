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
