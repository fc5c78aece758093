import type { Deployment } from '../model/gateway-config.ts';
import { pricesAt } from '../model/prices.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Demand } from './reserve.ts';

/** What a call is expected to take before anybody is asked: the prompt as estimated, the longest answers, the dearest deployment. */
export function callDemand(
  facts: Pick<RequestFacts, 'promptTokens' | 'maxOutputTokens' | 'choices'>,
  deployments: readonly Deployment[],
  assumedOutputTokens: number,
): Demand {
  const { promptTokens, choices } = facts;
  const outputTokens = choices * (facts.maxOutputTokens ?? assumedOutputTokens);
  let usd = 0;
  for (const deployment of deployments) {
    const { inputPrice = 0, outputPrice = 0, reasoningPrice = 0 } = pricesAt(deployment, promptTokens);
    usd = Math.max(usd, promptTokens * inputPrice + outputTokens * Math.max(outputPrice, reasoningPrice));
  }
  return { requests: 1, tokens: promptTokens + outputTokens, usd: usd / 1_000_000 };
}
