import { Duration } from 'aws-cdk-lib';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { AlarmPlan } from './alarm-plan.ts';

/** Alarms that only a Web Function has. */
export function webAlarms(logGroup: ILogGroup, environment: string): readonly AlarmPlan[] {
  const filter = new MetricFilter(logGroup, 'FailedStarts', {
    logGroup,
    filterPattern: FilterPattern.all(
      FilterPattern.stringValue('$.type', '=', 'platform.initReport'),
      FilterPattern.stringValue('$.record.status', '=', 'failure'),
    ),
    metricNamespace: 'NemoRouter/Web',
    metricName: `FailedStarts-${environment}`,
    metricValue: '1',
  });
  return [
    {
      name: 'the gateway does not start',
      severity: 'page',
      description: 'Environments of the Web Function fail to start. Lambda sends them traffic all the same.',
      first: 'The last deployment: go back to the commit before and deploy.',
      query: 'Failed requests',
      metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(1) }),
      threshold: 0,
      periods: [1, 1],
    },
  ];
}
