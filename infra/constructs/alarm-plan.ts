import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';

/** One alarm: when it goes off and what the person who is paged should know. */
export interface AlarmPlan {
  /** Follows the prefix in the alarm's name. */
  readonly name: string;
  readonly description: string;
  readonly metric: IMetric;
  /** Goes off above this. */
  readonly threshold: number;
  /** `[2, 3]`: when two of the last three periods are above. */
  readonly periods: readonly [number, number];
}
