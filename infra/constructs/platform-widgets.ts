import { Duration } from 'aws-cdk-lib';
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { PlatformParts } from './platform-alarms.ts';
import { metricGraph } from './search-graph.ts';

const period = Duration.minutes(5);

/** How AWS itself does: the function and the tables. */
export function platformWidgets({ function: gateway, tables }: PlatformParts): IWidget[] {
  return [
    metricGraph('Lambda: calls at once, throttles, crashes', functionMetrics(gateway), 'calls'),
    metricGraph('DynamoDB: units used a period', tables.flatMap(consumed), 'units'),
    metricGraph('DynamoDB: throttled', tables.flatMap(throttled), 'calls'),
  ];
}

function functionMetrics(gateway: IFunction): readonly IMetric[] {
  return [
    gateway.metric('ConcurrentExecutions', { statistic: 'Maximum', period, label: 'at once' }),
    gateway.metricThrottles({ period, label: 'throttles' }),
    gateway.metricErrors({ period, label: 'crashes' }),
  ];
}

function consumed(table: Table): readonly IMetric[] {
  const name = table.node.id;
  return [
    table.metricConsumedReadCapacityUnits({ period, label: `${name} read` }),
    table.metricConsumedWriteCapacityUnits({ period, label: `${name} written` }),
  ];
}

function throttled(table: Table): readonly IMetric[] {
  const name = table.node.id;
  return [
    table.metric('ReadThrottleEvents', { statistic: 'Sum', period, label: `${name} reads` }),
    table.metric('WriteThrottleEvents', { statistic: 'Sum', period, label: `${name} writes` }),
  ];
}
