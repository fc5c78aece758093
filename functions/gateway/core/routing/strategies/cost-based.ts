import type { Strategy } from '../strategy.ts';

/** The cheapest for this request, in dollars, from the configured prices; among equals the fastest. A deployment without prices comes last. */
export const costBased: Strategy = {
  score: ({ deployment, facts, outputTokens }) => {
    const { inputPrice, outputPrice } = deployment;
    if (inputPrice === undefined || outputPrice === undefined) {
      return Number.MAX_VALUE;
    }
    return (facts.promptTokens * inputPrice + outputTokens * outputPrice) / 1_000_000;
  },
  ties: 'exact',
  adapts: false,
  failingLast: true,
};
