import { failureVerdict } from '../model/attempt-failure.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { JsonObject } from '../wire/json.ts';
import { attemptFields, outcomeFields, probeFields, requestFields, rounded } from './decision-fields.ts';
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
  const { route, requestId, attempts, probes = [] } = record;
  const outcomes = attempts.map(outcomeFields);
  const ofRequest = embeddedMetricLine<RequestMetric>({
    nowMs,
    version,
    directives: route === undefined ? UNROUTED : ROUTED,
    // The route's name comes from the configuration. What the caller asked for may be anything: never a dimension.
    dimensions: route === undefined ? { Environment: environment } : { Environment: environment, Route: route },
    units: REQUEST_METRICS,
    values: requestValues(record),
    fields: requestFields(record, outcomes),
  });
  const ofAttempts = attempts.map((attempt, index) =>
    embeddedMetricLine<AttemptMetric>({
      nowMs,
      version,
      directives: OF_ATTEMPTS,
      dimensions: { Environment: environment, Provider: attempt.provider, Deployment: attempt.deployment },
      units: ATTEMPT_METRICS,
      values: attemptValues(attempt),
      fields: attemptFields(attempt, record, outcomes[index]),
    }),
  );
  // Their dollars are the environment's, and no request's: callers do not pay for what is learnt.
  const ofProbes = probes.map((probe) =>
    embeddedMetricLine<keyof typeof PROBE_METRICS>({
      nowMs,
      version,
      directives: UNROUTED,
      dimensions: { Environment: environment },
      units: PROBE_METRICS,
      values: { Probes: 1, CostUSD: probe.costUsd },
      fields: { requestId, ...probeFields(probe) },
    }),
  );
  return [ofRequest, ...ofAttempts, ...ofProbes];
}

/** Made once: what a line says of its metrics is looked up by them. */
const UNROUTED = [{ dimensions: DIMENSION_SETS.environment }];
const ROUTED = [...UNROUTED, { dimensions: DIMENSION_SETS.route, only: ROUTE_METRICS }];
const OF_ATTEMPTS = [
  { dimensions: DIMENSION_SETS.deployment, only: DEPLOYMENT_METRICS },
  { dimensions: DIMENSION_SETS.provider, only: PROVIDER_METRICS },
];

/** Zeros are written too: without them there is nothing to divide by. */
function requestValues(record: RequestRecord): MetricValues<RequestMetric> {
  const { operation, status, ending, attempts, usage } = record;
  const Throttles = Number(status === 429);
  // The caller got less than was due. Not where the caller left, or set a deadline that has passed.
  const isLeft = ending === 'hung-up' || record.callersDeadline === true;
  const isFailure = !isLeft && (status >= 500 || ending === 'failed' || ending === 'cut');
  // No provider was to be asked, or none was.
  const isTurnedAway = operation === 'other' || (ending === 'refused' && attempts.length === 0);
  if (isTurnedAway) {
    // Lists of models and what is turned away at the door would make the rates and percentiles look better than they are. What fails
    // there counts: nobody gets further where no key can be read.
    return { Throttles, Errors: isFailure ? 1 : undefined };
  }
  const isTimed = ending !== 'refused' && ending !== 'hung-up';
  // Another deployment was tried because one failed. A retry at the same one is no failover, nor is a hedge.
  const inTurn = attempts.filter(({ hedge }) => !hedge);
  const hasFailedOver = inTurn.some(({ deployment }) => deployment !== inTurn[0]?.deployment);
  return {
    Throttles,
    InvocationLatency: isTimed ? rounded(record.totalMs) : undefined,
    TimeToFirstToken: rounded(record.ttftMs),
    GatewayOverhead: rounded(record.overheadMs),
    Attempts: attempts.length,
    Failovers: Number(hasFailedOver),
    Errors: Number(isFailure),
    Hedges: attempts.length - inTurn.length,
    StreamCuts: Number(ending === 'cut'),
    InputTokenCount: usage?.input,
    OutputTokenCount: usage?.output,
    CostUSD: record.costUsd,
  };
}

function attemptValues({ failure, outcome, ttftMs, totalMs, costUsd }: AttemptRecord): MetricValues<AttemptMetric> {
  const isThrottled = failure?.kind === 'rate-limited';
  const isBlamed = failure !== undefined && failureVerdict(failure).blame !== 'none';
  return {
    InvocationLatency: outcome === 'served' ? rounded(totalMs) : undefined,
    TimeToFirstToken: rounded(ttftMs),
    Errors: Number(isBlamed && !isThrottled),
    Throttles: Number(isThrottled),
    StreamCuts: Number(outcome === 'failed' && ttftMs !== undefined),
    CostUSD: costUsd,
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
  readonly dimensions: JsonObject & { readonly Environment: string };
  readonly units: Readonly<Record<Metric, string>>;
  readonly values: MetricValues<Metric>;
  /** Of the deployed code. */
  readonly version?: string | undefined;
  /** What the line says beside its metrics. Names begin in lower case, so that none collides with a metric or a dimension. */
  readonly fields: JsonObject & { readonly line: string };
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
  const about = JSON.stringify({ ...dimensions, version }).slice(1, -1);
  return `${head},${about}${measured},${JSON.stringify(fields).slice(1)}`;
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
  const blocks = directives.flatMap(({ dimensions, only = measured }) => {
    const Metrics = measured.filter((name) => only.includes(name)).map((name) => ({ Name: name, Unit: units[name] }));
    return Metrics.length === 0 ? [] : [{ Namespace: METRIC_NAMESPACE, Dimensions: [dimensions], Metrics }];
  });
  const text = JSON.stringify(blocks);
  if (texts.size < MAX_TEXTS) {
    TEXTS.set(directives, texts.set(which, text));
  }
  return text;
}
