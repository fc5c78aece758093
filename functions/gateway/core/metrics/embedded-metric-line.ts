import type { JsonObject } from '../wire/json.ts';
import { METRIC_NAMESPACE } from './metric-names.ts';

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
  /** What the line says beside its metrics. Names begin in lower case, so that none collides with a metric or a dimension. */
  readonly fields: JsonObject;
}

/**
 * One log line, without its end, that CloudWatch makes metrics of. A value that is no finite number is left out, since CloudWatch would
 * refuse the whole line for it. Format:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function embeddedMetricLine<Metric extends string>(parts: MetricLineParts<Metric>): string {
  const measured = Object.entries<number | undefined>(parts.values).filter(
    (entry): entry is [Metric, number] => entry[1] !== undefined && Number.isFinite(entry[1]),
  );
  return JSON.stringify({
    _aws: {
      Timestamp: Math.trunc(parts.nowMs),
      CloudWatchMetrics: parts.directives.flatMap(({ dimensions, only }) => {
        const names = measured.map(([name]) => name).filter((name) => only === undefined || only.includes(name));
        const metrics = names.map((name) => ({ Name: name, Unit: parts.units[name] }));
        return metrics.length === 0
          ? []
          : [{ Namespace: METRIC_NAMESPACE, Dimensions: [dimensions], Metrics: metrics }];
      }),
    },
    ...parts.dimensions,
    ...Object.fromEntries(measured),
    ...parts.fields,
  });
}
