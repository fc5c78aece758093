import { Duration } from 'aws-cdk-lib';
import { type IMetric, MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';

export interface ExcessProps {
  /** How many there were that should not be. */
  readonly counted: IMetric;
  /** Of how many. */
  readonly all: IMetric;
  /** What may be, 0 to 1. */
  readonly share: number;
  readonly label: string;
  /** @default five minutes */
  readonly period?: Duration;
}

/**
 * By how many more than a share of all calls are bad: with `EXCESS` for a threshold this finds out what a share alone cannot, whether one
 * above the limit is chance. Of twenty calls one is five per cent; of a thousand, fifty are.
 */
export function excess({ counted, all, share, label, period = Duration.minutes(5) }: ExcessProps): MathExpression {
  return new MathExpression({
    expression: `FILL(bad, 0) - ${Number(share.toPrecision(6))} * calls`,
    usingMetrics: { bad: over(counted, period), calls: over(all, period) },
    label,
    period,
  });
}

/** A metric with another period. What is computed of several has one of its own. */
function over(metric: IMetric, period: Duration): IMetric {
  return metric instanceof Metric ? metric.with({ period }) : metric;
}

/** So many calls more than the allowed share are believed. Simulated traffic of 20 to 1,000 calls in five minutes at half the share: less than one false alarm a month. */
export const EXCESS = 3;
