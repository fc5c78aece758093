import { pricesAt } from '../../model/cost.ts';
import type { Strategy } from '../strategy.ts';

/**
 * The cheapest for this request, in dollars, from the configured prices and what its vendor has in its cache; among equals the fastest. A
 * deployment without prices comes last.
 */
export const costBased: Strategy = {
  score: ({ deployment, facts, cachedTokens, outputTokens }) => {
    const { inputPrice, outputPrice, cachedInputPrice = inputPrice } = pricesAt(deployment, facts.promptTokens);
    if (inputPrice === undefined || outputPrice === undefined || cachedInputPrice === undefined) {
      return Number.MAX_VALUE;
    }
    const readTokens = facts.promptTokens - cachedTokens;
    return (readTokens * inputPrice + cachedTokens * cachedInputPrice + outputTokens * outputPrice) / 1_000_000;
  },
  ties: 'exact',
  adapts: false,
  failingLast: true,
};
