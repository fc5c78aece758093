import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import type { SavedQueryName } from './saved-queries.ts';

/** Who is told: `page` wakes somebody, `ticket` waits for the day, and a `part` is told of by the alarm that it is a part of. */
export type Severity = 'page' | 'ticket' | 'part';

/** What the person who is told should know. */
interface AlarmText {
  /** Follows the prefix in the alarm's name. */
  readonly name: string;
  readonly severity: Severity;
  /** What is wrong. */
  readonly description: string;
  /** What to look at first. */
  readonly first: string;
  /** The saved query that helps. */
  readonly query: SavedQueryName;
  /** Its heading in infra/RUNBOOK.md. @default its name */
  readonly heading?: string;
}

/** One alarm: when it goes off, who is told and what that person should know. */
export interface AlarmPlan extends AlarmText {
  readonly metric: IMetric;
  /** Goes off above this. */
  readonly threshold: number;
  /** Goes off below the threshold. @default false */
  readonly isBelow?: boolean;
  /** `[2, 3]`: when two of the last three periods are above. */
  readonly periods: readonly [number, number];
  /** Whether a period without data counts as bad: for what must never be silent. @default false */
  readonly isSilenceBad?: boolean;
}

/** An alarm over other alarms: one message in place of many. */
export interface CompositePlan extends AlarmText {
  /** Goes off while every alarm of one of these lists does. By name. */
  readonly anyOf: readonly (readonly string[])[];
  /** Says nothing while this one is on: what it has to say follows from that. By name. */
  readonly mutedBy?: string;
}
