import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { FilterPattern, type ILogGroup, MetricFilter } from 'aws-cdk-lib/aws-logs';
import type { Environment } from '../environment-file.ts';
import { addressMetrics } from './address-metrics.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { environmentMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';
import { CONCURRENCY } from './platform-alarms.ts';
import { CALLS_AT_ONCE } from './web-gateway.ts';

/** Of what may be in use: above it there is little time to allow more. */
const NEAR = 0.8;

/** What the web alarms look at. */
export interface WebAlarmParts {
  readonly environment: Environment;
  readonly function: IFunction;
  readonly logGroup: ILogGroup;
}

/**
 * Alarms that only a Web Function has. AWS counts what it turns away in `AWS/Lambda/Web/Usage`, under names that its documentation was not
 * found to say: these come before that, from the gateway's own metrics and from the counts at the address.
 */
export function webAlarms(parts: WebAlarmParts): readonly AlarmPlan[] {
  return [doesNotStart(parts), nearlyFull(parts), ...nearItsRate(parts)];
}

function doesNotStart({ environment: { name: environment }, logGroup }: WebAlarmParts): AlarmPlan {
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
  return {
    name: 'the gateway does not start',
    severity: 'page',
    description: 'Environments of the Web Function fail to start. Lambda sends them traffic all the same.',
    first: 'The last deployment: go back to the commit before and deploy.',
    query: 'Lines of no request',
    metric: filter.metric({ statistic: 'Sum', period: Duration.minutes(1) }),
    threshold: 0,
    periods: [1, 1],
  };
}

/** How many calls are answered at once on average is how long they took, all together, by the time in which they ended (Little's law). */
function nearlyFull({ environment: { name, aws } }: WebAlarmParts): AlarmPlan {
  const most = aws.web.maxEnvironments * CALLS_AT_ONCE;
  const period = Duration.minutes(1);
  return {
    name: CONCURRENCY,
    severity: 'ticket',
    description: `More than ${percent(NEAR)} of the ${most} calls that ${aws.web.maxEnvironments} processes may answer at once were.`,
    first: 'The trend of calls at once. Raise web.maxEnvironments before callers are turned away.',
    query: 'Busiest keys',
    metric: new MathExpression({
      expression: `took / ${period.toMilliseconds()}`,
      usingMetrics: { took: environmentMetric(name, 'InvocationLatency', 'Sum', period) },
      label: 'calls at once',
      period,
    }),
    threshold: Math.floor(most * NEAR),
    periods: [3, 5],
  };
}

/** Where a bound is set there is one to come near to. */
function nearItsRate({ environment: { aws }, function: gateway }: WebAlarmParts): readonly AlarmPlan[] {
  const { rateLimit = 0 } = aws.web;
  if (rateLimit === 0) {
    return [];
  }
  const { requests } = addressMetrics(gateway, 'web');
  return [
    {
      name: 'the rate is near its limit',
      severity: 'ticket',
      heading: CONCURRENCY,
      description: `Calls came at more than ${percent(NEAR)} of the ${rateLimit} a second that the address takes.`,
      first: 'The trend of requests at the address. Raise web.rateLimit before callers are turned away.',
      query: 'Busiest keys',
      metric: new MathExpression({
        expression: `requests / ${Duration.minutes(5).toSeconds()}`,
        usingMetrics: { requests },
        label: 'calls a second',
        period: Duration.minutes(5),
      }),
      threshold: Math.floor(rateLimit * NEAR),
      periods: [2, 3],
    },
  ];
}
