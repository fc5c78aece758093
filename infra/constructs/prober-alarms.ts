import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { AlarmPlan } from './alarm-plan.ts';

/** Alarms for the prober itself. What it finds out of the deployments is in their own alarms. */
export function proberAlarms(prober: IFunction): readonly AlarmPlan[] {
  return [
    {
      name: 'the prober fails',
      description:
        'It crashes, takes too long, or cannot read or write the statistics. Deployments that nobody calls are no longer watched.',
      metric: prober.metricErrors({ period: Duration.minutes(5) }),
      threshold: 0,
      periods: [2, 3],
    },
  ];
}
