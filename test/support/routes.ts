import type { Deployment, Route } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestFacts } from '../../functions/gateway/core/model/request-facts.ts';
import type { Estimate, RecentEstimate, UsualEstimate } from '../../functions/gateway/core/statistics/estimate.ts';
import type { Standing } from '../../functions/gateway/core/statistics/standing.ts';

/** A deployment at an OpenAI-shaped provider. What a test changes is what it is about. */
export function deployment(id: string, change: Partial<Deployment> = {}): Deployment {
  return {
    id,
    provider: id,
    providerSettings: { protocol: 'openai', baseUrl: 'http://127.0.0.1:9' },
    model: 'model',
    tags: [],
    prefill: false,
    streaming: true,
    kind: 'chat',
    ...change,
  };
}

/** A route that neither explores nor hedges. */
export function route(change: Partial<Route> = {}): Route {
  return {
    name: 'route',
    strategy: 'latency-based',
    deployments: [],
    timeouts: { connectMs: 1000, firstTokenMs: 10_000, stallMs: 15_000, deadlineMs: 120_000 },
    maxAttempts: 3,
    sameTargetRetries: 0,
    onStreamCut: 'error',
    explorationShare: 0,
    secondOpinions: 0.05,
    band: 0.1,
    ...change,
  };
}

export function facts(change: Partial<RequestFacts> = {}): RequestFacts {
  return { stream: true, choices: 1, promptTokens: 1000, affinityKey: 'conversation', tags: [], ...change };
}

export const NOTHING_RECENT: RecentEstimate = {
  evidence: 0,
  ttftTotalMs: 0,
  requests: 0,
  requestsPerSecond: 0,
  failureRate: 0,
  last: [],
  isSparse: false,
  seenMiddleMs: () => undefined,
  seenMedianMs: () => undefined,
};

export const NOTHING_USUAL: UsualEstimate = {
  evidence: 0,
  typicalMs: undefined,
  requests: 0,
  hedges: 0,
  cachedShare: 0.5,
  probes: { probeMs: 0, trafficMs: 0 },
};

/** What is known of a deployment that nobody has asked yet. */
export function estimate(change: Partial<Estimate> = {}): Estimate {
  return {
    evidence: 0,
    ttftTotalMs: 0,
    seenMiddleMs: () => undefined,
    msPerToken: undefined,
    outputTokens: undefined,
    requests: 0,
    failureRate: 0,
    hedges: 0,
    retries: 0,
    requestsPerSecond: 0,
    tokensPerSecond: 0,
    recent: NOTHING_RECENT,
    usual: NOTHING_USUAL,
    ttftPercentileMs: () => undefined,
    rememberedTtftMs: () => undefined,
    recentTtftMs: () => undefined,
    totalPercentileMs: () => undefined,
    ...change,
  };
}

/**
 * A healthy deployment with plenty of evidence, old and new, for its mean time to first token. `failureRate` is that of both memories.
 */
export function measured(ttftMs: number, change: Partial<Estimate> = {}): Standing {
  const seen = { evidence: 1000, requests: 1000, ttftTotalMs: 1000 * ttftMs };
  const failureRate = change.failureRate ?? 0;
  const recent = { ...NOTHING_RECENT, ...seen, failureRate, seenMiddleMs: () => ttftMs, seenMedianMs: () => ttftMs };
  const usual = { ...NOTHING_USUAL, evidence: 1000, typicalMs: ttftMs };
  const known = estimate({ ...seen, seenMiddleMs: () => ttftMs, recent, usual, ...change });
  return { estimate: known, state: 'healthy', lookedAtMs: -Infinity, breaksAnswers: false, isSuspect: false };
}
