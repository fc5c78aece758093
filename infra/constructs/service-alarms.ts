import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { EXCESS, excess } from './excess.ts';
import { environmentMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';

const DAYS_A_MONTH = 30;

/** A p99 is kept while no more than this share of the calls takes longer. */
const SLOW_SHARE = 0.01;

/** Slow answers, counted: the p99 of twenty calls is the slowest of them, and says nothing. */
export function latencyAlarms({ name, aws: { alarms } }: Environment): readonly AlarmPlan[] {
  const slow = (metric: 'TimeToFirstToken' | 'InvocationLatency', limitMs: number) =>
    excess({
      // A trimmed count: so many values were above. Source: CloudWatch user guide, "Statistics definitions".
      counted: environmentMetric(name, metric, `TC(${limitMs}:)`),
      all: environmentMetric(name, metric, 'SampleCount'),
      share: SLOW_SHARE,
      label: `${metric} above ${limitMs} ms, beyond ${percent(SLOW_SHARE)}`,
    });
  return [
    {
      name: 'first tokens are slow',
      severity: 'page',
      description: `More than ${percent(SLOW_SHARE)} of the first tokens took over ${alarms.ttftP99Ms} ms for ten minutes.`,
      first: 'Time to first token by deployment: one that is slow, or all.',
      query: 'Slowest first tokens',
      metric: slow('TimeToFirstToken', alarms.ttftP99Ms),
      threshold: EXCESS,
      periods: [2, 3],
    },
    {
      name: 'answers are slow',
      severity: 'ticket',
      description: `More than ${percent(SLOW_SHARE)} of the answers took over ${alarms.latencyP99Ms} ms for ten minutes.`,
      first: 'The slowest calls: their length in tokens, then their deployment.',
      query: 'Slowest calls',
      metric: slow('InvocationLatency', alarms.latencyP99Ms),
      threshold: EXCESS,
      periods: [2, 3],
    },
  ];
}

/** What callers notice as delay only, and what costs. */
export function serviceAlarms(environment: Environment): readonly AlarmPlan[] {
  return [failovers(environment), spending(environment)];
}

function failovers({ name, aws: { alarms } }: Environment): AlarmPlan {
  return {
    name: 'requests fail over',
    severity: 'ticket',
    description: `More than ${percent(alarms.failoverRate)} of the requests needed another deployment. Callers notice only delay.`,
    first: 'From which deployment they fail over, and why.',
    query: 'Most failed over',
    metric: excess({
      counted: environmentMetric(name, 'Failovers', 'Sum'),
      all: environmentMetric(name, 'Failovers', 'SampleCount'),
      share: alarms.failoverRate,
      label: 'Failovers above what may be',
    }),
    threshold: EXCESS,
    periods: [2, 3],
  };
}

function spending({ name, aws: { alarms } }: Environment): AlarmPlan {
  return {
    name: 'spending is high',
    severity: 'ticket',
    description: `At the last day's pace a month costs more than ${alarms.monthlySpendUsd} US dollars at the providers.`,
    first: 'Which key and which route spend it.',
    query: 'Cost by key',
    metric: new MathExpression({
      expression: `spend * ${DAYS_A_MONTH}`,
      usingMetrics: { spend: environmentMetric(name, 'CostUSD', 'Sum', Duration.days(1)) },
      label: 'US dollars a month',
      period: Duration.days(1),
    }),
    threshold: alarms.monthlySpendUsd,
    periods: [1, 1],
  };
}
