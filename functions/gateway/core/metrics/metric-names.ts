/** The CloudWatch namespace of everything below. */
export const METRIC_NAMESPACE = 'NemoRouter';

/**
 * What is measured of a request, with CloudWatch's unit. The dashboard, the alarms and the operator's commands take the names from
 * here, so that none of them watches a metric that nobody writes. Names as in AWS/Bedrock where that has the metric.
 */
export const REQUEST_METRICS = {
  /** The whole answer as the caller saw it; not of requests that the caller got wrong or left. */
  InvocationLatency: 'Milliseconds',
  TimeToFirstToken: 'Milliseconds',
  /** The gateway's own share of the time. */
  GatewayOverhead: 'Milliseconds',
  /** Upstream calls. */
  Attempts: 'Count',
  /** 1 where another deployment was tried after a failed one. */
  Failovers: 'Count',
  /** 1 where the request failed through no fault of the caller's: every answer of status 500 or more, and every broken stream. */
  Errors: 'Count',
  /** 1 where the caller got a 429. */
  Throttles: 'Count',
  Hedges: 'Count',
  /** 1 where the caller's stream broke. */
  StreamCuts: 'Count',
  InputTokenCount: 'Count',
  OutputTokenCount: 'Count',
  CostUSD: 'None',
} as const;

/** What is measured of a function and not of a request. */
export const FLEET_METRICS = {
  /** 1 where DynamoDB did not do what was asked of it: state that the fleet shares was not read or not written. */
  StateFailures: 'Count',
  /** Of one call from outside to the gateway's own address: 1 where it failed, 0 where it was answered as it should be. */
  CanaryFailures: 'Count',
} as const;

/** What is measured of one upstream call. */
export const ATTEMPT_METRICS = {
  /** From dial to last byte, of calls that served the request. */
  InvocationLatency: 'Milliseconds',
  /** From dial to first content token. */
  TimeToFirstToken: 'Milliseconds',
  /** 1 where the provider failed; a caller's bad request and a rate limit are no failure. */
  Errors: 'Count',
  /** 1 where the provider's rate limit was hit. */
  Throttles: 'Count',
  /** 1 where the answer broke after its first token. */
  StreamCuts: 'Count',
  CostUSD: 'None',
} as const;

/** What is measured of one probe, the prober's or one beside a request: in the environment's dimensions alone. */
export const PROBE_METRICS = {
  /** 1. */
  Probes: 'Count',
  CostUSD: 'None',
} as const;

/** The name of a metric that has a value a request. */
export type RequestMetric = keyof typeof REQUEST_METRICS;
/** The name of a metric of the fleet. */
export type FleetMetric = keyof typeof FLEET_METRICS;
/** The name of a metric that has a value an attempt. */
export type AttemptMetric = keyof typeof ATTEMPT_METRICS;

/** Sets of dimensions. Each distinct set of values costs money, so nothing that a caller invents is one. */
export const DIMENSION_SETS = {
  environment: ['Environment'],
  route: ['Environment', 'Route'],
  provider: ['Environment', 'Provider'],
  deployment: ['Environment', 'Provider', 'Deployment'],
} as const;

/** The metrics that a route has of its own: those that a graph, an alarm or a command reads, since each is paid for by the hour. */
export const ROUTE_METRICS = [
  'TimeToFirstToken',
  'InvocationLatency',
  'Errors',
  'CostUSD',
] as const satisfies readonly RequestMetric[];

/** The metrics of a provider over all of its deployments: percentiles cannot be added up. */
export const PROVIDER_METRICS = [
  'TimeToFirstToken',
  'InvocationLatency',
  'StreamCuts',
] as const satisfies readonly AttemptMetric[];

/** The metrics of one deployment. */
export const DEPLOYMENT_METRICS = [
  'TimeToFirstToken',
  'InvocationLatency',
  'Errors',
  'Throttles',
  'CostUSD',
] as const satisfies readonly AttemptMetric[];
