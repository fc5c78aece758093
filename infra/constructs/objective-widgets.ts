import { Duration } from 'aws-cdk-lib';
import { type IWidget, MathExpression, SingleValueWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Environment } from '../environment-file.ts';
import { environmentMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';
import type { PlatformParts } from './platform-alarms.ts';
import { metricGraph } from './search-graph.ts';

/** What is left of the error budget, over the last thirty days. */
export function objectiveWidgets({ name, aws: { alarms } }: Environment): IWidget[] {
  const budget = Number((1 - alarms.availability).toPrecision(6));
  const left = new MathExpression({
    expression: `100 * (1 - failed / (${budget} * requests))`,
    usingMetrics: {
      failed: environmentMetric(name, 'Errors', 'Sum'),
      requests: environmentMetric(name, 'Errors', 'SampleCount'),
    },
    label: '% left',
    period: Duration.minutes(5),
  });
  return [
    new SingleValueWidget({
      title: `Error budget of 30 days (${percent(alarms.availability)} must not fail)`,
      metrics: [left],
      width: 8,
      height: 6,
      start: '-P30D',
      setPeriodToTimeRange: true,
    }),
  ];
}

/** The gateway as seen from outside and from beside: the prober's runs, its call from outside, and lost state. */
export function outsideWidgets({ environment: { name, aws }, prober }: PlatformParts): IWidget[] {
  const lost = environmentMetric(name, 'StateFailures', 'Sum').with({ label: 'failures of DynamoDB' });
  const beside = environmentMetric(name, 'Probes', 'Sum').with({ label: 'beside requests' });
  const runs =
    prober === undefined
      ? []
      : [prober.metricInvocations({ label: 'runs' }), prober.metricErrors({ label: 'failed runs' })];
  const canary =
    aws.prober !== 'off' && aws.prober.canary
      ? [environmentMetric(name, 'CanaryFailures', 'Sum').with({ label: 'failed calls from outside' })]
      : [];
  return [
    metricGraph('Probes', [beside, ...runs, ...canary], 'probes, runs'),
    metricGraph('Lost state', [lost], 'failures'),
  ];
}
