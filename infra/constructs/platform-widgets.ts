import { Duration } from 'aws-cdk-lib';
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { Table, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AwsSettings } from '../../functions/gateway/config/aws-settings.ts';
import { addressMetrics } from './address-metrics.ts';
import type { PlatformParts } from './platform-alarms.ts';
import { type GraphMarks, metricGraph } from './search-graph.ts';

const period = Duration.minutes(5);

/** How AWS itself does: the function and the tables. */
export function platformWidgets({ environment: { aws }, function: gateway, tables }: PlatformParts): IWidget[] {
  return [
    metricGraph("The gateway's address: requests, 4xx, 5xx", addressGraph(gateway, aws), 'requests'),
    ...(aws.form === 'event' ? [functionGraph(gateway, aws)] : []),
    metricGraph('DynamoDB: units used a period', tables.flatMap(consumed), 'units'),
    metricGraph('DynamoDB: throttled', tables.flatMap(throttled), 'calls'),
  ];
}

function addressGraph(gateway: IFunction, { form }: AwsSettings): readonly IMetric[] {
  const { requests, clientErrors, serverErrors } = addressMetrics(gateway, form);
  return [requests, clientErrors, serverErrors];
}

/** Of a Web Function Lambda writes none of these. */
function functionGraph(gateway: IFunction, aws: AwsSettings): IWidget {
  return metricGraph('Lambda: calls at once, throttles, crashes', functionMetrics(gateway), 'calls', {
    limit: concurrencyLimit(aws),
  });
}

function concurrencyLimit({ reservedConcurrency: value }: AwsSettings): GraphMarks['limit'] {
  return value === 'none' ? undefined : { value, label: 'reserved' };
}

function functionMetrics(gateway: IFunction): readonly IMetric[] {
  return [
    gateway.metric('ConcurrentExecutions', { statistic: 'Maximum', period, label: 'at once' }),
    gateway.metricThrottles({ period, label: 'throttles' }),
    gateway.metricErrors({ period, label: 'crashes' }),
  ];
}

function consumed(table: Table | TableV2): readonly IMetric[] {
  const name = table.node.id;
  return [
    table.metricConsumedReadCapacityUnits({ period, label: `${name} read` }),
    table.metricConsumedWriteCapacityUnits({ period, label: `${name} written` }),
  ];
}

function throttled(table: Table | TableV2): readonly IMetric[] {
  const name = table.node.id;
  return [
    table.metric('ReadThrottleEvents', { statistic: 'Sum', period, label: `${name} reads` }),
    table.metric('WriteThrottleEvents', { statistic: 'Sum', period, label: `${name} writes` }),
  ];
}
