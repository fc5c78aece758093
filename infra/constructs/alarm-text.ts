import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import type { AlarmPlan, CompositePlan } from './alarm-plan.ts';
import { dashboardLink, queryLink } from './console-link.ts';
import { savedQuery } from './saved-queries.ts';

export interface AlarmTextProps {
  readonly environment: Environment;
  readonly names: Pick<ResourceNames, 'dashboard' | 'gatewayLogGroup' | 'proberLogGroup'>;
}

/** CloudWatch takes no longer description. Source: CloudWatch API reference, PutMetricAlarm. */
const MAX_CHARS = 1024;

/** What an alarm's message says: what is wrong, what to look at first, and where. CloudWatch renders it as Markdown. */
export function alarmText(plan: AlarmPlan | CompositePlan, { environment, names }: AlarmTextProps): string {
  const textWith = (query: string): string =>
    [
      plan.description,
      `First: ${plan.first}`,
      query,
      `[Dashboard](${dashboardLink(names.dashboard)})`,
      `Runbook: ${environment.aws.runbookUrl ?? 'infra/RUNBOOK.md'}#${anchorOf(plan.heading ?? plan.name)}`,
    ].join('\n\n');
  const { of, text: query } = savedQuery(plan.query);
  const logGroup = of === 'gateway' ? names.gatewayLogGroup : names.proberLogGroup;
  const text = textWith(`[Query: ${plan.query}](${queryLink(logGroup, query)})`);
  // A long query makes a long link: then its name has to do.
  return text.length <= MAX_CHARS ? text : textWith(`Query: ${names.dashboard}/${plan.query}`);
}

/** A heading's anchor, as GitHub and others make it: lower case, dashes for spaces, and no other marks. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
