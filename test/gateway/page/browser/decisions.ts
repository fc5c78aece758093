import type { Decision } from '../../../../functions/gateway/core/status/decision.ts';

/** A streamed call that the first deployment served in 300 ms. What a test changes is what it is about. */
export function decision(change: Partial<Decision> = {}): Decision {
  return {
    requestId: 'a1',
    atMs: 1_000_000,
    operation: 'chat',
    asked: 'best',
    route: 'best',
    strategy: 'latency-based',
    stream: true,
    explored: false,
    status: 200,
    ending: 'complete',
    routing: 'direct',
    servedBy: 'x/one',
    ttftMs: 300,
    totalMs: 900,
    overheadMs: 1,
    attempts: [served('x/one')],
    ...change,
  };
}

export function served(deployment: string): Decision['attempts'][number] {
  return { deployment, provider: 'x', outcome: 'served', hedge: false, startedAfterMs: 0, ttftMs: 300, totalMs: 900 };
}

export function failed(deployment: string, reason = 'overloaded (503)'): Decision['attempts'][number] {
  return { deployment, provider: 'x', outcome: 'failed', reason, hedge: false, startedAfterMs: 0, totalMs: 20 };
}
