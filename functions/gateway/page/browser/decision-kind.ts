import type { Decision } from '../../core/status/decision.ts';

/** What a reader wants to tell apart at a glance. */
export type DecisionKind = 'direct' | 'failover' | 'hedge' | 'failed' | 'refused' | 'left';

/** `failed`: the caller got an error or half an answer. `failover`: another served it. `left`: the caller went away. */
export function decisionKind({ ending, routing, attempts }: Decision): DecisionKind {
  if (ending === 'failed' || ending === 'cut') {
    return 'failed';
  }
  if (ending === 'hung-up') {
    return 'left';
  }
  if (ending === 'refused') {
    return 'refused';
  }
  const isContinued = attempts.some(({ continues }) => continues === true);
  return isContinued || routing === 'fallback' ? 'failover' : KINDS[routing];
}

const KINDS = { direct: 'direct', hedge: 'hedge', fallback: 'failover' } as const;
