import { describeFailure } from '../model/describe-failure.ts';
import type { RequestRecord } from '../model/request-record.ts';
import { toldDropped } from './answer-headers.ts';

/**
 * The whole story of a request as one line of JSON: which deployments could have served it, what was tried, what came of it. Sent as a
 * comment at the end of a stream. Times in milliseconds, cost in US dollars.
 */
export function trailJson(record: RequestRecord): string {
  return JSON.stringify({
    request_id: record.requestId,
    route: record.route,
    strategy: record.strategy,
    served_by: record.servedBy,
    routing: record.routing,
    explored: record.explored,
    ttft_ms: rounded(record.ttftMs),
    total_ms: rounded(record.totalMs),
    overhead_ms: rounded(record.overheadMs),
    candidates: record.candidates.map(({ deployment, score, state }) => ({ deployment, score: precise(score), state })),
    attempts: record.attempts.map((attempt) => ({
      deployment: attempt.deployment,
      outcome: attempt.outcome,
      reason: attempt.failure === undefined ? undefined : describeFailure(attempt.failure),
      hedge: attempt.hedge,
      started_after_ms: rounded(attempt.startedAfterMs),
      ttft_ms: rounded(attempt.ttftMs),
      total_ms: rounded(attempt.totalMs),
      cost_usd: attempt.costUsd,
      cost_is_estimate: attempt.isCostEstimate,
      continues: attempt.continues,
    })),
    prompt_tokens: record.usage?.input,
    completion_tokens: record.usage?.output,
    cost_usd: record.costUsd,
    dropped: record.dropped.length === 0 ? undefined : toldDropped(record.dropped),
  });
}

/** Scores may be dollars a call as well as milliseconds: six digits, wherever the point is. */
function precise(value: number): number {
  return Number(value.toPrecision(6));
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}
