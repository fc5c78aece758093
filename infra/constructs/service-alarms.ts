import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { RequestMetric } from '../../functions/gateway/core/metrics/metric-names.ts';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { attemptMetric, requestMetric } from './gateway-metrics.ts';

const DAYS_A_MONTH = 30;

/** Of requests in a minute: with fewer, one caller's bad luck would look like an outage. */
const OUTAGE_MIN_REQUESTS = 3;

/** The share of failed requests at which the whole gateway counts as down. */
const OUTAGE_ERROR_RATE = 0.9;

/** Slow answers. With few requests the p99 is the slowest of them and says nothing: then the alarms are silent. */
export function latencyAlarms({ name, aws: { alarms } }: Environment): readonly AlarmPlan[] {
  const p99 = (metric: RequestMetric) =>
    new MathExpression({
      expression: `IF(requests >= ${alarms.minimumRequests}, p99, 0)`,
      usingMetrics: {
        requests: requestMetric(name, metric, 'SampleCount'),
        p99: requestMetric(name, metric, 'p99'),
      },
      label: `${metric} p99`,
      period: Duration.minutes(5),
    });
  return [
    {
      name: 'time to first token is high',
      description: `The p99 of time to first token was above ${alarms.ttftP99Ms} ms for ten minutes.`,
      metric: p99('TimeToFirstToken'),
      threshold: alarms.ttftP99Ms,
      periods: [2, 3],
    },
    {
      name: 'latency is high',
      description: `The p99 of whole answers was above ${alarms.latencyP99Ms} ms for ten minutes.`,
      metric: p99('InvocationLatency'),
      threshold: alarms.latencyP99Ms,
      periods: [2, 3],
    },
  ];
}

/** Failures that callers see, and failovers that they do not. */
export function rateAlarms({ name, aws: { alarms } }: Environment): readonly AlarmPlan[] {
  const rate = (metric: RequestMetric) => requestRate(name, metric, alarms.minimumRequests, Duration.minutes(5));
  return [
    {
      name: 'requests fail',
      description: `More than ${percent(alarms.errorRate)} of the requests failed at every provider that was tried.`,
      metric: rate('Errors'),
      threshold: alarms.errorRate,
      periods: [2, 3],
    },
    {
      name: 'requests fail over',
      description: `More than ${percent(alarms.failoverRate)} of the requests needed another deployment. Callers notice only delay.`,
      metric: rate('Failovers'),
      threshold: alarms.failoverRate,
      periods: [2, 3],
    },
  ];
}

/** Nothing works any more. Told within two minutes. */
export function outageAlarms({ name }: Environment): readonly AlarmPlan[] {
  return [
    {
      name: 'all providers are down',
      description: 'Nearly every request fails at every provider.',
      metric: requestRate(name, 'Errors', OUTAGE_MIN_REQUESTS, Duration.minutes(1)),
      threshold: OUTAGE_ERROR_RATE,
      periods: [2, 2],
    },
  ];
}

/** What the providers charge. An alarm looks back at most a day, so that the month is judged by the day's pace. */
export function spendingAlarms({ name, aws: { alarms } }: Environment): readonly AlarmPlan[] {
  const spend = requestMetric(name, 'CostUSD', 'Sum', Duration.days(1));
  return [
    {
      name: 'spending is high',
      description: `At the last day's pace a month costs more than ${alarms.monthlySpendUsd} US dollars at the providers.`,
      metric: new MathExpression({
        expression: `spend * ${DAYS_A_MONTH}`,
        usingMetrics: { spend },
        label: 'US dollars a month',
        period: Duration.days(1),
      }),
      threshold: alarms.monthlySpendUsd,
      periods: [1, 1],
    },
  ];
}

/** One deployment fails. An ejected one gets a few calls a minute only, so that here the periods and not the number of calls guard against chance. */
export function deploymentAlarms({ name, config, aws: { alarms } }: Environment): readonly AlarmPlan[] {
  return Object.entries(config.deployments).map(([deployment, { provider }]) => ({
    name: `${deployment} is down`,
    description: `More than ${percent(alarms.providerErrorRate)} of the calls to ${deployment} (${provider}) failed. Other deployments serve its requests where a route has them. A wrong credential counts too.`,
    metric: new MathExpression({
      expression: 'failed / calls',
      usingMetrics: {
        calls: attemptMetric({ environment: name, provider, deployment }, 'Errors', 'SampleCount'),
        failed: attemptMetric({ environment: name, provider, deployment }, 'Errors', 'Sum'),
      },
      label: 'Failed share of calls',
      period: Duration.minutes(5),
    }),
    threshold: alarms.providerErrorRate,
    periods: [2, 3],
  }));
}

function requestRate(environment: string, metric: RequestMetric, minimum: number, period: Duration): MathExpression {
  return new MathExpression({
    expression: `IF(requests >= ${minimum}, counted / requests, 0)`,
    usingMetrics: {
      requests: requestMetric(environment, metric, 'SampleCount', period),
      counted: requestMetric(environment, metric, 'Sum', period),
    },
    label: `${metric} a request`,
    period,
  });
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))} %`;
}
