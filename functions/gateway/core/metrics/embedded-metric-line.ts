import type { JsonObject } from '../wire/json.ts';
import { METRIC_NAMESPACE } from './metric-names.ts';

/** Metrics by name; `undefined` where there is nothing to tell. */
export type MetricValues<Metric extends string> = Readonly<Partial<Record<Metric, number | undefined>>>;

/** What one line in CloudWatch's embedded metric format is made of. */
export interface MetricLineParts<Metric extends string> {
  /** Milliseconds since 1970. */
  readonly nowMs: number;
  readonly dimensionSets: readonly (readonly string[])[];
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
      CloudWatchMetrics: [
        {
          Namespace: METRIC_NAMESPACE,
          Dimensions: parts.dimensionSets,
          Metrics: measured.map(([name]) => ({ Name: name, Unit: parts.units[name] })),
        },
      ],
    },
    ...parts.dimensions,
    ...Object.fromEntries(measured),
    ...parts.fields,
  });
}
