import type { Deployment } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Demand } from './reserve.ts';

/** What a call is expected to take before anybody is asked: the prompt as estimated, the longest answers, the dearest deployment. */
export function callDemand(
  facts: Pick<RequestFacts, 'promptTokens' | 'maxOutputTokens' | 'choices' | 'priceFactor'>,
  deployments: readonly Deployment[],
  assumedOutputTokens: number,
): Demand {
  const { promptTokens, choices, priceFactor = 1 } = facts;
  const outputTokens = choices * (facts.maxOutputTokens ?? assumedOutputTokens);
  let usd = 0;
  for (const { inputPrice = 0, cacheWritePrice = 0, outputPrice = 0, reasoningPrice = 0 } of deployments) {
    const input = promptTokens * Math.max(inputPrice, cacheWritePrice);
    usd = Math.max(usd, input + outputTokens * Math.max(outputPrice, reasoningPrice));
  }
  return { requests: 1, tokens: promptTokens + outputTokens, usd: (usd * priceFactor) / 1_000_000 };
}
