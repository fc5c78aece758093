import { Duration } from 'aws-cdk-lib';
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { ILogGroup } from 'aws-cdk-lib/aws-logs';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { environmentMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';

/** What AWS runs for the gateway. */
export interface PlatformParts {
  readonly environment: Environment;
  readonly function: IFunction;
  /** The gateway's. */
  readonly logGroup: ILogGroup;
  /** Of every function whose lines make metrics. */
  readonly logGroups: readonly ILogGroup[];
  readonly tables: readonly (Table | TableV2)[];
  /** The prober, where there is one. */
  readonly prober?: IFunction | undefined;
}

/** Crashes and throttles of a moment are Lambda's own business. */
const FEW = 2;

/** The name of the alarm of either form for calls at once. */
export const CONCURRENCY = 'concurrency is near its limit';

/** Of the reserved concurrency: above it there is little time to raise it. */
const CONCURRENCY_SHARE = 0.8;

/** Failures of DynamoDB in five minutes that a retry has not mended. */
const STATE_FAILURES = 5;

/** Alarms for trouble with AWS and not with a provider. */
export function platformAlarms(parts: PlatformParts): readonly AlarmPlan[] {
  return [
    // Of a Web Function Lambda writes none of these metrics: an alarm would be silent for ever.
    ...(parts.environment.aws.form === 'event' ? [turnedAway(parts), crashes(parts), ...nearlyFull(parts)] : []),
    stateLost(parts),
    throttledTables(parts),
    metricsLost(parts),
  ];
}

function turnedAway({ function: gateway }: PlatformParts): AlarmPlan {
  return {
    name: 'Lambda turns calls away',
    severity: 'page',
    description:
      'More calls at once than the reserved concurrency, or than the account has left. Callers get 429 in words of AWS.',
    first: 'Calls at once against reservedConcurrency: raise it, or find the caller who sends so many.',
    query: 'Busiest keys',
    metric: gateway.metricThrottles({ period: Duration.minutes(5) }),
    threshold: FEW,
    periods: [1, 1],
  };
}

function crashes({ function: gateway }: PlatformParts): AlarmPlan {
  return {
    name: 'the gateway crashes',
    severity: 'page',
    description:
      "The function itself failed, which it never should: the callers' streams broke without an error event.",
    first: 'The log group for stack traces, and the last deployment: roll back.',
    query: 'Lines of no request',
    metric: gateway.metricErrors({ period: Duration.minutes(5) }),
    threshold: FEW,
    periods: [1, 1],
  };
}

/** Where a bound is set there is one to come near to. */
function nearlyFull({ function: gateway, environment: { aws } }: PlatformParts): readonly AlarmPlan[] {
  if (aws.reservedConcurrency === 'none') {
    return [];
  }
  return [
    {
      name: CONCURRENCY,
      severity: 'ticket',
      description: `More than ${percent(CONCURRENCY_SHARE)} of the ${aws.reservedConcurrency} calls that may be in flight at once were.`,
      first: 'The trend of calls at once. Raise reservedConcurrency before callers are turned away.',
      query: 'Busiest keys',
      metric: gateway.metric('ConcurrentExecutions', { statistic: 'Maximum', period: Duration.minutes(1) }),
      threshold: Math.floor(aws.reservedConcurrency * CONCURRENCY_SHARE),
      periods: [3, 5],
    },
  ];
}

function stateLost({ environment }: PlatformParts): AlarmPlan {
  return {
    name: 'shared state is lost',
    severity: 'page',
    description:
      "DynamoDB does not do what is asked: each instance routes by what it has seen itself, and keys' limits are not shared.",
    first: "The error in the lines: a right that is missing, a table that is gone, or DynamoDB's own outage.",
    query: 'Lost state',
    metric: environmentMetric(environment.name, 'StateFailures', 'Sum'),
    threshold: STATE_FAILURES,
    periods: [2, 3],
  };
}

function throttledTables({ tables }: PlatformParts): AlarmPlan {
  return {
    name: 'DynamoDB is throttled',
    severity: 'ticket',
    description: 'Reads or writes of a table were turned away. Requests go on with what is known in memory.',
    first: 'Which table, and statistics.writesPerSecond in the environment file.',
    query: 'Lost state',
    metric: sumOf('Throttled', tables.flatMap(throttleMetrics)),
    threshold: 0,
    periods: [2, 3],
  };
}

function metricsLost({ logGroups }: PlatformParts): AlarmPlan {
  return {
    name: 'metrics are lost',
    severity: 'ticket',
    description: 'CloudWatch could not read metrics from log lines: dashboard and alarms are blind in part.',
    first: 'The newest lines of both log groups: one is cut short or has a value that is no number.',
    query: 'Lines of no request',
    metric: sumOf(
      'Unread',
      logGroups.flatMap((logGroup) =>
        ['EMFParsingErrors', 'EMFValidationErrors'].map((metricName) => logMetric(logGroup, metricName)),
      ),
    ),
    threshold: 0,
    periods: [1, 1],
  };
}

function throttleMetrics(table: Table | TableV2): readonly Metric[] {
  return ['ReadThrottleEvents', 'WriteThrottleEvents'].map((name) =>
    table.metric(name, { statistic: 'Sum', period: Duration.minutes(5) }),
  );
}

function logMetric(logGroup: ILogGroup, metricName: string): Metric {
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
