import { vendorOf } from '../hosts/vendor-of.ts';
import type { Demand } from '../limits/reserve.ts';
import type { Deployment } from '../model/gateway-config.ts';
import { pricesAt } from '../model/prices.ts';
import type { RequestFacts } from '../model/request-facts.ts';
import { requestFeeUsd } from '../model/vendor-fees.ts';
import { longestAnswer } from './longest-answer.ts';

/**
 * What a call may take before anybody is asked: the prompt as estimated, the longest answers, the dearest deployment, and fees. Where the
 * request sets no limit to its answer, dollars are for the longest that the deployment makes, or its window; tokens are for an answer of
 * `assumedOutputTokens`, because a call that is larger than a minute's worth would wait until the key has used nothing for a minute.
 */
export function callDemand(facts: AskedFacts, deployments: readonly Deployment[], assumedOutputTokens: number): Demand {
  const { promptTokens, choices } = facts;
  const tokens = promptTokens + choices * (facts.maxOutputTokens ?? assumedOutputTokens);
  const usd = deployments.reduce((most, each) => Math.max(most, mostUsd(facts, each, assumedOutputTokens)), 0);
  return { requests: 1, tokens, usd };
}

type AskedFacts = Pick<
  RequestFacts,
  'promptTokens' | 'maxOutputTokens' | 'choices' | 'priceFactor' | 'imageTokens' | 'feesUsd'
>;

/** What the call may cost at one deployment. Without a price, nothing. */
function mostUsd(facts: AskedFacts, deployment: Deployment, assumedOutputTokens: number): number {
  const { promptTokens, choices, priceFactor = 1, imageTokens = 0, feesUsd = 0 } = facts;
  const answerTokens =
    facts.maxOutputTokens ?? longestAnswer(deployment) ?? deployment.contextWindow ?? assumedOutputTokens;
  const prices = pricesAt(deployment, promptTokens);
  const { inputPrice = 0, cacheWritePrice = 0, outputPrice = 0, reasoningPrice = 0 } = prices;
  const input = (promptTokens + imageTokens) * Math.max(inputPrice, cacheWritePrice);
  const output = choices * answerTokens * Math.max(outputPrice, reasoningPrice);
  const fees = Math.max(feesUsd, requestFeeUsd({}, vendorOf(deployment.providerSettings), choices));
  return ((input + output) * priceFactor) / 1_000_000 + fees;
}
