import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { JsonObject } from '../wire/json.ts';
import { type AttributeValues, attemptError, nanoseconds, otlpAttributes, requestError } from './otlp-attributes.ts';
import type { ProviderNames } from './otlp-spans.ts';

/** Borders of the buckets, as OpenTelemetry's conventions for generative AI ask for them. Seconds, and tokens. */
const DURATION = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const FIRST_TOKEN = [0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

/** Every metric: its unit and the borders of its buckets; a sum has none. */
const METRICS = {
  'gen_ai.server.request.duration': { unit: 's', bounds: DURATION },
  'gen_ai.server.time_to_first_token': { unit: 's', bounds: FIRST_TOKEN },
  'gen_ai.client.operation.duration': { unit: 's', bounds: DURATION },
  'gen_ai.client.operation.time_to_first_chunk': { unit: 's', bounds: FIRST_TOKEN },
  'gen_ai.client.token.usage': { unit: '{token}', bounds: TOKENS },
  'nemo.client.cost': { unit: 'USD', bounds: undefined },
} as const satisfies Readonly<
  Record<string, { readonly unit: string; readonly bounds: readonly number[] | undefined }>
>;

type MetricName = keyof typeof METRICS;

/** OTLP's temporality of what is counted anew after each export. */
const DELTA = 1;

/** Metrics of requests between two exports. */
export interface OtlpMetrics {
  readonly add: (record: RequestRecord) => void;
  /** All that was added since the last call, as OTLP's `metrics`; empty where there was nothing. */
  readonly take: (nowMs: number) => readonly JsonObject[];
}

/**
 * Counts requests and upstream calls into histograms of OpenTelemetry's conventions for generative AI. Attributes are names of the
 * configuration and our own words alone, so that no caller decides how many series there are.
 */
export function otlpMetrics(startMs: number, providerNames: ProviderNames): OtlpMetrics {
  let fromMs = startMs;
  let points = new Map<string, Point>();
  return {
    add: (record) => {
      if (record.operation === 'other') {
        return;
      }
      for (const measurement of [...ofRequest(record), ...record.attempts.flatMap(ofAttempt(record, providerNames))]) {
        addTo(points, measurement);
      }
    },
    take: (nowMs) => {
      const taken = points;
      points = new Map();
      const times = { startTimeUnixNano: nanoseconds(fromMs), timeUnixNano: nanoseconds(nowMs) };
      fromMs = nowMs;
      const byName = Map.groupBy(taken.values(), ({ name }) => name);
      return [...byName].map(([name, of]) =>
        metric(
          name,
          of.map((point) => ({ ...times, ...dataPoint(point) })),
        ),
      );
    },
  };
}

interface Measurement {
  readonly name: MetricName;
  readonly value: number;
  readonly attributes: AttributeValues;
}

function ofRequest(record: RequestRecord): readonly Measurement[] {
  const attributes = {
    'gen_ai.operation.name': record.operation,
    'gen_ai.request.model': record.route,
    'gen_ai.response.model': record.servedBy,
    'error.type': requestError(record),
  };
  const { ttftMs } = record;
  return [
    { name: 'gen_ai.server.request.duration', value: record.totalMs / 1000, attributes },
    ...(ttftMs === undefined
      ? []
      : [{ name: 'gen_ai.server.time_to_first_token' as const, value: ttftMs / 1000, attributes }]),
  ];
}

function ofAttempt(record: RequestRecord, providerNames: ProviderNames) {
  return (attempt: AttemptRecord): readonly Measurement[] => {
    const { usage, ttftMs, costUsd } = attempt;
    const call = {
      'gen_ai.operation.name': record.operation,
      'gen_ai.provider.name': providerNames(attempt.provider),
      'gen_ai.request.model': attempt.vendorModel,
      'nemo.deployment': attempt.deployment,
    };
    const attributes = { ...call, 'error.type': attemptError(attempt) };
    const tokens = (type: string, value: number): Measurement => ({
      name: 'gen_ai.client.token.usage',
      value,
      attributes: { ...call, 'gen_ai.token.type': type },
    });
    return [
      { name: 'gen_ai.client.operation.duration', value: attempt.totalMs / 1000, attributes },
      ...(ttftMs === undefined
        ? []
        : [{ name: 'gen_ai.client.operation.time_to_first_chunk' as const, value: ttftMs / 1000, attributes: call }]),
      ...(usage === undefined ? [] : [tokens('input', usage.input), tokens('output', usage.output)]),
      ...(costUsd === undefined ? [] : [{ name: 'nemo.client.cost' as const, value: costUsd, attributes: call }]),
    ];
  };
}

/** One series since the last export. */
interface Point {
  readonly name: MetricName;
  readonly attributes: AttributeValues;
  readonly buckets: number[];
  count: number;
  sum: number;
  min: number;
  max: number;
}

function addTo(points: Map<string, Point>, { name, value, attributes }: Measurement): void {
  const key = JSON.stringify([name, attributes]);
  const bounds = METRICS[name].bounds ?? [];
  let point = points.get(key);
  if (point === undefined) {
    const buckets = new Array<number>(bounds.length + 1).fill(0);
    point = { name, attributes, buckets, count: 0, sum: 0, min: Infinity, max: -Infinity };
    points.set(key, point);
  }
  const above = bounds.findIndex((bound) => value <= bound);
  const index = above === -1 ? bounds.length : above;
  point.buckets[index] = (point.buckets[index] ?? 0) + 1;
  point.count += 1;
  point.sum += value;
  point.min = Math.min(point.min, value);
  point.max = Math.max(point.max, value);
}

function dataPoint({ name, attributes, buckets, count, sum, min, max }: Point): JsonObject {
  const { bounds } = METRICS[name];
  const shared = { attributes: otlpAttributes(attributes) };
  return bounds === undefined
    ? { ...shared, asDouble: sum }
    : {
        ...shared,
        count: String(count),
        sum,
        min,
        max,
        bucketCounts: buckets.map(String),
        explicitBounds: [...bounds],
      };
}

function metric(name: MetricName, dataPoints: readonly JsonObject[]): JsonObject {
  const { unit, bounds } = METRICS[name];
  const data = { aggregationTemporality: DELTA, dataPoints };
  return bounds === undefined ? { name, unit, sum: { ...data, isMonotonic: true } } : { name, unit, histogram: data };
}
