import { failureVerdict } from '../model/attempt-failure.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { JsonObject } from '../wire/json.ts';
import { attemptFields, probeFields, requestFields, rounded } from './decision-fields.ts';
import {
  ATTEMPT_METRICS,
  type AttemptMetric,
  DEPLOYMENT_METRICS,
  DIMENSION_SETS,
  METRIC_NAMESPACE,
  PROBE_METRICS,
  PROVIDER_METRICS,
  REQUEST_METRICS,
  type RequestMetric,
  ROUTE_METRICS,
} from './metric-names.ts';

/**
 * The log lines of one request, without line ends: one of the request, one of each attempt, one of each probe that was made beside it.
 * CloudWatch makes metrics of their raw values; the rest of each line says how the request was decided. `nowMs` is milliseconds since
 * 1970, `version` that of the deployed code.
 */
export function embeddedMetricLines(
  record: RequestRecord,
  environment: string,
  nowMs: number,
  version?: string,
): readonly string[] {
  const about = { environment, nowMs, version };
  return [
    requestLine(record, about),
    ...record.attempts.map((attempt) => attemptLine(attempt, record, about)),
    ...(record.probes ?? []).map((probe) => lookLine(probe, record, about)),
  ];
}

interface LineContext {
  readonly environment: string;
  readonly nowMs: number;
  readonly version: string | undefined;
}

/** Made once: what a line says of its metrics is looked up by them. */
const UNROUTED = [{ dimensions: DIMENSION_SETS.environment }];
const ROUTED = [...UNROUTED, { dimensions: DIMENSION_SETS.route, only: ROUTE_METRICS }];
const OF_ATTEMPTS = [
  { dimensions: DIMENSION_SETS.deployment, only: DEPLOYMENT_METRICS },
  { dimensions: DIMENSION_SETS.provider, only: PROVIDER_METRICS },
];

function requestLine(record: RequestRecord, { environment, version, nowMs }: LineContext): string {
  // The route's name comes from the configuration. What the caller asked for may be anything: never a dimension.
  const isRouted = record.route !== undefined;
  return embeddedMetricLine<RequestMetric>({
    nowMs,
    directives: isRouted ? ROUTED : UNROUTED,
    dimensions: isRouted ? { Environment: environment, Route: record.route } : { Environment: environment },
    units: REQUEST_METRICS,
    values: requestValues(record),
    version,
    fields: [requestFields(record)],
  });
}

function attemptLine(
  attempt: AttemptRecord,
  record: RequestRecord,
  { environment, version, nowMs }: LineContext,
): string {
  return embeddedMetricLine<AttemptMetric>({
    nowMs,
    directives: OF_ATTEMPTS,
    dimensions: { Environment: environment, Provider: attempt.provider, Deployment: attempt.deployment },
    units: ATTEMPT_METRICS,
    values: attemptValues(attempt),
    version,
    fields: [attemptFields(attempt, record)],
  });
}

/** Its dollars are the environment's, and no request's: callers do not pay for what is learnt. */
function lookLine(
  probe: ProbeRecord,
  { requestId }: RequestRecord,
  { environment, version, nowMs }: LineContext,
): string {
  return embeddedMetricLine<keyof typeof PROBE_METRICS>({
    nowMs,
    directives: UNROUTED,
    dimensions: { Environment: environment },
    units: PROBE_METRICS,
    values: { Probes: 1, CostUSD: probe.costUsd },
    version,
    fields: [{ requestId }, probeFields(probe)],
  });
}

/** Zeros are written too: without them there is nothing to divide by. */
function requestValues(record: RequestRecord): MetricValues<RequestMetric> {
  const throttles = { Throttles: record.status === 429 ? 1 : 0 };
  const isError = isFailure(record);
  if (isTurnedAway(record)) {
    // Lists of models and what is turned away at the door would make the rates and percentiles look better than they are. What fails
    // there counts: nobody gets further where no key can be read.
    return { ...throttles, Errors: isError ? 1 : undefined };
  }
  const isTimed = record.ending !== 'refused' && record.ending !== 'hung-up';
  return {
    ...throttles,
    InvocationLatency: isTimed ? rounded(record.totalMs) : undefined,
    TimeToFirstToken: rounded(record.ttftMs),
    GatewayOverhead: rounded(record.overheadMs),
    Attempts: record.attempts.length,
    Failovers: hasFailedOver(record.attempts) ? 1 : 0,
    Errors: isError ? 1 : 0,
    Hedges: record.attempts.filter(({ hedge }) => hedge).length,
    StreamCuts: record.ending === 'cut' ? 1 : 0,
    InputTokenCount: record.usage?.input,
    OutputTokenCount: record.usage?.output,
    CostUSD: record.costUsd,
  };
}

/** Whether no provider was to be asked, or none was. */
function isTurnedAway({ operation, ending, attempts }: RequestRecord): boolean {
  return operation === 'other' || (ending === 'refused' && attempts.length === 0);
}

/** Whether the caller got less than was due. Not where the caller left, or set a deadline that has passed. */
function isFailure({ status, ending, callersDeadline }: RequestRecord): boolean {
  if (ending === 'hung-up' || callersDeadline === true) {
    return false;
  }
  return status >= 500 || ending === 'failed' || ending === 'cut';
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
    InvocationLatency: attempt.outcome === 'served' ? rounded(attempt.totalMs) : undefined,
    TimeToFirstToken: rounded(attempt.ttftMs),
    Errors: isBlamed && !isThrottled ? 1 : 0,
    Throttles: isThrottled ? 1 : 0,
    StreamCuts: attempt.outcome === 'failed' && attempt.ttftMs !== undefined ? 1 : 0,
    CostUSD: attempt.costUsd,
  };
}

/** Dimensions, and what is measured by them: every metric of the line, or those of a list. */
export interface MetricDirective<Metric extends string> {
  readonly dimensions: readonly string[];
  readonly only?: readonly Metric[];
}

/** Metrics by name; `undefined` where there is nothing to tell. */
export type MetricValues<Metric extends string> = Readonly<Partial<Record<Metric, number | undefined>>>;

/** What one line in CloudWatch's embedded metric format is made of. */
export interface MetricLineParts<Metric extends string> {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  /** Which metrics are made by which dimensions. */
  readonly directives: readonly MetricDirective<Metric>[];
  readonly dimensions: JsonObject;
  readonly units: Readonly<Record<Metric, string>>;
  readonly values: MetricValues<Metric>;
  /** Of the deployed code. */
  readonly version?: string | undefined;
  /** What the line says beside its metrics. Names begin in lower case, so that none collides with a metric or a dimension. In parts, as they are made: one object of all members would be as many copies. */
  readonly fields: readonly JsonObject[];
}

/**
 * One log line, without its end, that CloudWatch makes metrics of. A value that is no finite number is left out, since CloudWatch would
 * refuse the whole line for it. Format:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetricLine<Metric extends string>(parts: MetricLineParts<Metric>): string {
  const { nowMs, directives, dimensions, units, values, fields, version } = parts;
  let measured = '';
  let which = 0;
  let bit = 1;
  for (const name in units) {
    const value = values[name];
    if (value !== undefined && Number.isFinite(value)) {
      which |= bit;
      measured += `,"${name}":${value}`;
    }
    bit <<= 1;
  }
  const head = `{"_aws":{"Timestamp":${Math.trunc(nowMs)},"CloudWatchMetrics":${metricsText(directives, which, units)}}`;
  return `${head}${membersText({ ...dimensions, version })}${measured}${fields.map(membersText).join('')}}`;
}

/** An object's members as JSON, after those of another. */
function membersText(members: JsonObject): string {
  const text = JSON.stringify(members);
  return text === '{}' ? '' : `,${text.slice(1, -1)}`;
}

/** The JSON of what lines measure: there are few kinds of lines, and each line has several hundred bytes of it. */
const TEXTS = new WeakMap<readonly object[], Map<number, string>>();
const MAX_TEXTS = 1000;

/** `which`: a bit for each of `units` that is measured. */
function metricsText<Metric extends string>(
  directives: readonly MetricDirective<Metric>[],
  which: number,
  units: Readonly<Record<Metric, string>>,
): string {
  const texts = TEXTS.get(directives) ?? new Map<number, string>();
  const known = texts.get(which);
  if (known !== undefined) {
    return known;
  }
  // The keys are those of the type, which `Object.keys` cannot say.
  const measured = (Object.keys(units) as Metric[]).filter((_, index) => (which & (1 << index)) !== 0);
  const text = JSON.stringify(directives.flatMap((one) => metricsOf(one, measured, units)));
  if (texts.size < MAX_TEXTS) {
    TEXTS.set(directives, texts.set(which, text));
  }
  return text;
}

function metricsOf<Metric extends string>(
  { dimensions, only }: MetricDirective<Metric>,
  names: readonly Metric[],
  units: Readonly<Record<Metric, string>>,
): readonly JsonObject[] {
  const metrics = names
    .filter((name) => only === undefined || only.includes(name))
    .map((name) => ({ Name: name, Unit: units[name] }));
  return metrics.length === 0 ? [] : [{ Namespace: METRIC_NAMESPACE, Dimensions: [dimensions], Metrics: metrics }];
}
