import type { Environment } from '../environment-file.ts';
import type { ResourceNames } from '../resource-names.ts';
import type { AlarmPlan, CompositePlan } from './alarm-plan.ts';
import { dashboardLink, queryLink } from './console-link.ts';
import { SAVED_QUERIES } from './saved-queries.ts';

export interface AlarmTextProps {
  readonly environment: Environment;
  readonly names: Pick<ResourceNames, 'dashboard' | 'gatewayLogGroup'>;
}

/** What an alarm's message says: what is wrong, what to look at first, and where. CloudWatch takes 1,024 characters and renders Markdown. */
export function alarmText(plan: AlarmPlan | CompositePlan, { environment, names }: AlarmTextProps): string {
  const query =
    plan.query === undefined
      ? []
      : [`[Query: ${plan.query}](${queryLink(names.gatewayLogGroup, SAVED_QUERIES[plan.query].join('\n| '))})`];
  return [
    plan.description,
    `First: ${plan.first}`,
    ...query,
    `[Dashboard](${dashboardLink(names.dashboard)})`,
    `Runbook: ${environment.aws.runbookUrl ?? 'infra/RUNBOOK.md'}#${anchorOf(plan.heading ?? plan.name)}`,
  ].join('\n\n');
}

/** A heading's anchor, as GitHub and others make it: lower case, dashes for spaces, and no other marks. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
