import { failureVerdict } from '../model/failure-verdict.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import { attemptFields, requestFields } from './decision-fields.ts';
import { embeddedMetricLine, type MetricValues } from './embedded-metric-line.ts';
import {
  ATTEMPT_METRICS,
  type AttemptMetric,
  DIMENSION_SETS,
  PROBE_METRICS,
  REQUEST_METRICS,
  type RequestMetric,
} from './metric-names.ts';
import { probeFields } from './probe-fields.ts';

/**
 * The log lines of one request, without line ends: one of the request, one of each attempt, one of each probe that was made beside it. CloudWatch makes metrics of their raw
 * values; the rest of each line says how the request was decided. `nowMs` is milliseconds since 1970.
 */
export function embeddedMetricLines(record: RequestRecord, environment: string, nowMs: number): readonly string[] {
  const about = { environment, nowMs };
  return [
    requestLine(record, about),
    ...record.attempts.map((attempt) => attemptLine(attempt, record, about)),
    ...(record.probes ?? []).map((probe) => lookLine(probe, record, about)),
  ];
}

interface LineContext {
  readonly environment: string;
  readonly nowMs: number;
}

function requestLine(record: RequestRecord, { environment, nowMs }: LineContext): string {
  // The route's name comes from the configuration. What the caller asked for may be anything: never a dimension.
  const isRouted = record.route !== undefined;
  return embeddedMetricLine({
    nowMs,
    dimensionSets: isRouted ? [DIMENSION_SETS.environment, DIMENSION_SETS.model] : [DIMENSION_SETS.environment],
    dimensions: { Environment: environment, ...(isRouted ? { Model: record.route } : {}) },
    units: REQUEST_METRICS,
    values: requestValues(record),
    fields: requestFields(record),
  });
}

function attemptLine(attempt: AttemptRecord, record: RequestRecord, { environment, nowMs }: LineContext): string {
  return embeddedMetricLine({
    nowMs,
    dimensionSets: [DIMENSION_SETS.deployment],
    dimensions: { Environment: environment, Provider: attempt.provider, Deployment: attempt.deployment },
    units: ATTEMPT_METRICS,
    values: attemptValues(attempt),
    fields: attemptFields(attempt, record),
  });
}

/** Its dollars are the environment's, and no request's: callers do not pay for what is learnt. */
function lookLine(probe: ProbeRecord, { requestId }: RequestRecord, { environment, nowMs }: LineContext): string {
  return embeddedMetricLine({
    nowMs,
    dimensionSets: [DIMENSION_SETS.environment],
    dimensions: { Environment: environment },
    units: PROBE_METRICS,
    values: { Probes: 1, CostUSD: probe.costUsd },
    fields: { requestId, ...probeFields(probe) },
  });
}

/** Zeros are written too: without them there is nothing to divide by. */
function requestValues(record: RequestRecord): MetricValues<RequestMetric> {
  const throttles = { Throttles: record.status === 429 ? 1 : 0 };
  if (record.operation === 'other' || (record.ending === 'refused' && record.attempts.length === 0)) {
    // Lists of models and what is turned away at the door would make the rates and percentiles look better than they are.
    return throttles;
  }
  const isTimed = record.ending !== 'refused' && record.ending !== 'hung-up';
  return {
    ...throttles,
    InvocationLatency: isTimed ? record.totalMs : undefined,
    TimeToFirstToken: record.ttftMs,
    GatewayOverhead: record.overheadMs,
    Attempts: record.attempts.length,
    Failovers: hasFailedOver(record.attempts) ? 1 : 0,
    Errors: record.ending === 'failed' || record.ending === 'cut' ? 1 : 0,
    Hedges: record.attempts.filter(({ hedge }) => hedge).length,
    StreamCuts: record.ending === 'cut' ? 1 : 0,
    InputTokenCount: record.usage?.input,
    OutputTokenCount: record.usage?.output,
    CostUSD: record.costUsd,
  };
}

/** Whether another deployment was tried because one failed. A retry at the same one is no failover, nor is a hedge. */
function hasFailedOver(attempts: readonly AttemptRecord[]): boolean {
  const first = attempts.find(({ hedge }) => !hedge);
  return attempts.some(({ hedge, deployment }) => !hedge && deployment !== first?.deployment);
}

function attemptValues(attempt: AttemptRecord): MetricValues<AttemptMetric> {
  const isThrottled = attempt.failure?.kind === 'rate-limited';
  const isBlamed = attempt.failure !== undefined && failureVerdict(attempt.failure).blame !== 'none';
  return {
    InvocationLatency: attempt.outcome === 'served' ? attempt.totalMs : undefined,
    TimeToFirstToken: attempt.ttftMs,
    Errors: isBlamed && !isThrottled ? 1 : 0,
    Throttles: isThrottled ? 1 : 0,
    StreamCuts: attempt.outcome === 'failed' && attempt.ttftMs !== undefined ? 1 : 0,
    InputTokenCount: attempt.usage?.input,
    OutputTokenCount: attempt.usage?.output,
    CostUSD: attempt.costUsd,
  };
}
