import type { Decision } from '../../core/status/decision.ts';
import { decisionKind } from './decision-kind.ts';

/** What the reader wants to see. Empty: everything. */
export interface DecisionFilter {
  readonly text: string;
  readonly route: string;
  readonly deployment: string;
  readonly failovers: boolean;
}

/** Whether a decision is wanted. Text is looked for in all that is shown, whatever its case. */
export function isWanted(decision: Decision, { text, route, deployment, failovers }: DecisionFilter): boolean {
  const isOfRoute = route === '' || decision.route === route;
  const isOfDeployment = deployment === '' || decision.attempts.some((attempt) => attempt.deployment === deployment);
  const isOfKind = !failovers || ['failover', 'hedge', 'failed'].includes(decisionKind(decision));
  return isOfRoute && isOfDeployment && isOfKind && textOf(decision).includes(text.trim().toLowerCase());
}

function textOf({ requestId, asked, route, servedBy, code, status, attempts, ...rest }: Decision): string {
  const tried = attempts.flatMap(({ deployment, reason, outcome }) => [deployment, reason, outcome]);
  const kind = decisionKind({ requestId, attempts, status, ...rest });
  return [requestId, asked, route, servedBy, code, status, kind, ...tried].join(' ').toLowerCase();
}
