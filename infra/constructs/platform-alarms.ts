import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { AlarmPlan } from './alarm-plan.ts';

/** What AWS runs for the gateway. */
export interface PlatformParts {
  readonly function: IFunction;
  readonly logGroup: LogGroup;
  readonly tables: readonly Table[];
}

/** Alarms for trouble with AWS and not with a provider. */
export function platformAlarms({ function: gateway, logGroup, tables }: PlatformParts): readonly AlarmPlan[] {
  return [
    {
      name: 'Lambda turns calls away',
      description: 'More calls at once than the reserved concurrency, or than the account has left.',
      metric: gateway.metricThrottles({ period: Duration.minutes(5) }),
      threshold: 0,
      periods: [1, 1],
    },
    {
      name: 'the gateway crashes',
      description:
        "The function itself failed, which it never should: the callers' streams broke without an error event.",
      metric: gateway.metricErrors({ period: Duration.minutes(5) }),
      threshold: 0,
      periods: [1, 1],
    },
    {
      name: 'DynamoDB is throttled',
      description: 'Reads or writes of a table were turned away. Requests go on with what is known in memory.',
      metric: sumOf('Throttled', tables.flatMap(throttleMetrics)),
      threshold: 0,
      periods: [2, 3],
    },
    {
      name: 'metrics are lost',
      description: 'CloudWatch could not read metrics from the log lines: dashboard and alarms are blind in part.',
      metric: sumOf(
        'Unread',
        ['EMFParsingErrors', 'EMFValidationErrors'].map((metricName) => logMetric(logGroup, metricName)),
      ),
      threshold: 0,
      periods: [1, 1],
    },
  ];
}

function throttleMetrics(table: Table): readonly Metric[] {
  return ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
    table.metric(name, { statistic: 'Sum', period: Duration.minutes(5) }),
  );
}

function logMetric(logGroup: LogGroup, metricName: string): Metric {
  const dimensionsMap = { LogGroupName: logGroup.logGroupName };
  return new Metric({
    namespace: 'AWS/Logs',
    metricName,
    dimensionsMap,
    statistic: 'Sum',
    period: Duration.minutes(5),
  });
}

/** The sum of metrics that are written only when there is something to count. */
function sumOf(label: string, metrics: readonly Metric[]): MathExpression {
  const named = metrics.map((metric, index) => [`m${index}`, metric] as const);
  return new MathExpression({
    expression: named.map(([name]) => `FILL(${name}, 0)`).join(' + '),
    usingMetrics: Object.fromEntries(named),
    label,
    period: Duration.minutes(5),
  });
}
