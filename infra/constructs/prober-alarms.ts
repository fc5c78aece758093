import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan } from './alarm-plan.ts';
import { CALLERS_GET_ERRORS } from './error-alarms.ts';
import { environmentMetric } from './gateway-metrics.ts';

/** The call from outside, as an alarm: it is a part of what callers see. */
export const CANARY = 'the call from outside fails or is silent';

/** Runs that an alarm looks at, so that one that is late raises none. */
const RUNS = 5;

/** Alarms for the prober itself. What it finds out of the deployments is in their own alarms. */
export function proberAlarms(
  { name, aws: { prober: settings } }: Environment,
  prober: IFunction,
): readonly AlarmPlan[] {
  if (settings === 'off') {
    return [];
  }
  const period = Duration.minutes(settings.everyMinutes * RUNS);
  return [
    {
      name: 'the prober fails',
      severity: 'ticket',
      description:
        'It crashes, takes too long, or cannot read or write the statistics. Deployments that nobody calls are no longer watched.',
      first: "The prober's newest lines.",
      query: 'Runs of the prober',
      metric: prober.metricErrors({ period: Duration.minutes(5) }),
      threshold: 0,
      periods: [2, 3],
    },
    {
      name: 'the prober is silent',
      severity: 'ticket',
      description: `It has not run in ${period.toHumanString()}: its rule is off, or Lambda turns it away. Nobody watches from outside.`,
      first: 'The rule in EventBridge, then the throttles of the prober.',
      query: 'Runs of the prober',
      metric: prober.metricInvocations({ period }),
      threshold: 1,
      isBelow: true,
      isSilenceBad: true,
      periods: [1, 1],
    },
    ...(settings.canary ? [canary(name, period)] : []),
  ];
}

function canary(environment: string, period: Duration): AlarmPlan {
  return {
    name: CANARY,
    severity: 'part',
    heading: CALLERS_GET_ERRORS,
    description: `Most calls of the prober to the gateway's own address failed in ${period.toHumanString()}, or none was made.`,
    first:
      "The problem in the prober's newest canary line: a key that is revoked, no right to call the address, or no answer.",
    query: 'Calls from outside',
    metric: environmentMetric(environment, 'CanaryFailures', 'Average', period),
    threshold: 0.5,
    isSilenceBad: true,
    periods: [1, 1],
  };
}
