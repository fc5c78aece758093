import type { Deployment } from '../model/gateway-config.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import type { Demand } from './reserve.ts';

/** What a call is expected to take before anybody is asked: the prompt as estimated, the longest answer, the dearest deployment. */
export function callDemand(
  facts: Pick<RequestFacts, 'promptTokens' | 'maxOutputTokens'>,
  deployments: readonly Deployment[],
  assumedOutputTokens: number,
): Demand {
  const { promptTokens, maxOutputTokens = assumedOutputTokens } = facts;
  const costs = deployments.map(
    ({ inputPrice = 0, outputPrice = 0, reasoningPrice = 0 }) =>
      promptTokens * inputPrice + maxOutputTokens * Math.max(outputPrice, reasoningPrice),
  );
  return { requests: 1, tokens: promptTokens + maxOutputTokens, usd: Math.max(0, ...costs) / 1_000_000 };
}
