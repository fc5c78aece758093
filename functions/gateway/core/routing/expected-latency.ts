import type { RequestFacts } from '../model/request-facts.ts';
import type { Estimate } from '../statistics/estimate.ts';

/** Observations the prior stands for: with this much evidence of its own, a deployment counts half. */
const PRIOR_EVIDENCE = 1;
/** Observations of the last seconds that weigh as much as all that is remembered, where they are not faster. */
const LASTING_EVIDENCE = 4;
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
  const known = estimates.filter((estimate) => estimate.evidence >= PRIOR_EVIDENCE);
  return {
    ttftMs: least(
      known.map((estimate) => estimate.ttftTotalMs / estimate.evidence),
      UNKNOWN_TTFT_MS,
    ),
    msPerToken: least(
      known.map((estimate) => estimate.msPerToken),
      UNKNOWN_MS_PER_TOKEN,
    ),
    outputTokens: least(
      estimates.map((estimate) => estimate.outputTokens),
      UNKNOWN_OUTPUT_TOKENS,
    ),
  };
}

function least(values: readonly (number | undefined)[], unknown: number): number {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? unknown : Math.min(...known);
}

/**
 * One deployment's expected latency. The mean is total time over ends seen, which for waits in vain is right where an invented end would
 * not be (Epstein and Sobel, "Life Testing", JASA 1953). It begins at the prior, moves to what the lasting memory says and from there to
 * what the last seconds say, each as far as its evidence goes; a prior that stands for k observations is k more ends in k times its mean.
 */
export function expectedLatency(estimate: Estimate, facts: RequestFacts, prior: LatencyPrior): ExpectedLatency {
  const { recent } = estimate;
  const lastingMs = shrunkMean(prior.ttftMs, PRIOR_EVIDENCE, estimate);
  const ttftMs =
    shrunkMean(lastingMs, lastingWeight(lastingMs, recent), recent) + failureShare(estimate) * FAILURE_PRICE_MS;
  const outputTokens = Math.min(estimate.outputTokens ?? prior.outputTokens, facts.maxOutputTokens ?? Infinity);
  const answerMs = facts.stream ? 0 : outputTokens * (estimate.msPerToken ?? prior.msPerToken);
  return { ttftMs, latencyMs: ttftMs + answerMs, outputTokens };
}

/**
 * A single slow first token may be a straggler, but a fast one is no accident: the further the last seconds are below what is remembered,
 * the less that weighs. Else a deployment that has recovered is believed only after many looks.
 */
function lastingWeight(lastingMs: number, recent: Pick<Estimate, 'evidence' | 'ttftTotalMs'>): number {
  const ratio = recent.evidence > 0 ? recent.ttftTotalMs / (recent.evidence * lastingMs) : 1;
  return LASTING_EVIDENCE * Math.min(1, ratio) ** (2 * Math.min(1, recent.evidence));
}

function shrunkMean(priorMs: number, priorEvidence: number, seen: Pick<Estimate, 'evidence' | 'ttftTotalMs'>): number {
  return (priorMs * priorEvidence + seen.ttftTotalMs) / (priorEvidence + seen.evidence);
}

/** The share of attempts (0 to 1) expected to fail: nobody is assumed to, so that failures are forgiven as their evidence decays. */
export function failureShare({ recent: { failureRate, requests } }: Estimate): number {
  return (failureRate * requests) / (requests + PRIOR_EVIDENCE);
}
