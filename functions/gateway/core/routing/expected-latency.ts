import type { Estimate } from '../statistics/estimate.ts';
import type { RequestFacts } from './request-facts.ts';

/** Observations the prior stands for: with this much evidence of its own, a deployment counts half. */
const PRIOR_EVIDENCE = 1;
/** What is assumed where the whole fleet knows nothing. */
const UNKNOWN_TTFT_MS = 1000;
const UNKNOWN_MS_PER_TOKEN = 20;
const UNKNOWN_OUTPUT_TOKENS = 200;
/** What a failed attempt costs the caller before the next one answers, in expected latency. */
const FAILURE_PRICE_MS = 2000;

/** What is expected of one deployment for one request. Times in milliseconds. */
export interface ExpectedLatency {
  readonly ttftMs: number;
  readonly latencyMs: number;
  readonly outputTokens: number;
}

/** What is assumed of a deployment that nobody has asked lately: as good as the best that is known, so that it gets its turn. */
export interface LatencyPrior {
  readonly ttftMs: number;
  readonly msPerToken: number;
  readonly outputTokens: number;
}

/** The prior for one request, from all candidates' estimates. */
export function latencyPrior(estimates: readonly Estimate[]): LatencyPrior {
  const best = (values: readonly (number | undefined)[], unknown: number): number => {
    const known = values.filter((value) => value !== undefined);
    return known.length === 0 ? unknown : Math.min(...known);
  };
  const known = estimates.filter((estimate) => estimate.evidence >= PRIOR_EVIDENCE);
  return {
    ttftMs: best(
      known.map((estimate) => estimate.ttftMs),
      UNKNOWN_TTFT_MS,
    ),
    msPerToken: best(
      known.map((estimate) => estimate.msPerToken),
      UNKNOWN_MS_PER_TOKEN,
    ),
    outputTokens: best(
      estimates.map((estimate) => estimate.outputTokens),
      UNKNOWN_OUTPUT_TOKENS,
    ),
  };
}

/** One deployment's expected latency: its own mean, shrunk towards the prior as its evidence decays, plus the price of its failures. */
export function expectedLatency(estimate: Estimate, facts: RequestFacts, prior: LatencyPrior): ExpectedLatency {
  const weight = Math.max(estimate.evidence, estimate.ttftMs === undefined ? 0 : estimate.requests);
  const shrunk = (own: number | undefined, assumed: number): number =>
    own === undefined ? assumed : (own * weight + assumed * PRIOR_EVIDENCE) / (weight + PRIOR_EVIDENCE);
  const outputTokens = Math.min(estimate.outputTokens ?? prior.outputTokens, facts.maxOutputTokens ?? Infinity);
  const ttftMs = shrunk(estimate.ttftMs, prior.ttftMs) + failureShare(estimate) * FAILURE_PRICE_MS;
  const answerMs = facts.stream ? 0 : outputTokens * shrunk(estimate.msPerToken, prior.msPerToken);
  return { ttftMs, latencyMs: ttftMs + answerMs, outputTokens };
}

/** The share of attempts (0 to 1) expected to fail: nobody is assumed to, so that failures are forgiven as their evidence decays. */
export function failureShare({ failureRate, requests }: Estimate): number {
  return (failureRate * requests) / (requests + PRIOR_EVIDENCE);
}
