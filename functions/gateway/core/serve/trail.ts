import { describeFailure } from '../model/attempt-failure.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';

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
    candidates: record.candidates.map(({ deployment, score, state }) => ({
      deployment, // Scores may be dollars a call as well as milliseconds: six digits, wherever the point is.
      score: Number(score.toPrecision(6)),
      state,
    })),
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

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Math.round(value * 1000) / 1000;
}

/** The most names of fields that were left out, and the longest, that a caller is told: clients take no headers of megabytes. */
const MAX_DROPPED = 20;
const MAX_NAME_CHARS = 64;

function toldDropped(dropped: readonly string[]): readonly string[] {
  const names = dropped.slice(0, MAX_DROPPED).map((name) => name.slice(0, MAX_NAME_CHARS));
  return dropped.length > MAX_DROPPED ? [...names, `and ${dropped.length - MAX_DROPPED} more`] : names;
}

/** The gateway's own headers, on every answer, errors included. All values are printable ASCII. */
export function answerHeaders(
  record: RequestRecord,
  stages: readonly { readonly name: string; readonly durationMs: number }[],
): Record<string, string> {
  const { requestId, servedBy, ttftMs, dropped } = record;
  const headers: Record<string, string> = { 'x-request-id': requestId, 'x-nemo-request-id': requestId };
  if (servedBy !== undefined) {
    headers['x-nemo-routed-model'] = printable(servedBy);
  }
  headers['x-nemo-routing'] = record.routing;
  headers['x-nemo-attempts'] = String(record.attempts.length);
  headers['x-nemo-latency-ms'] = milliseconds(record.totalMs);
  if (ttftMs !== undefined) {
    headers['x-nemo-ttft-ms'] = milliseconds(ttftMs);
  }
  headers['x-nemo-overhead-ms'] = milliseconds(record.overheadMs);
  if (dropped.length > 0) {
    headers['x-nemo-dropped-params'] = printable(toldDropped(dropped).join(', '));
  }
  headers['server-timing'] = serverTiming(record.attempts, stages);
  return headers;
}

/** Source: W3C Server Timing, section 3. */
function serverTiming(
  attempts: readonly AttemptRecord[],
  stages: readonly { readonly name: string; readonly durationMs: number }[],
): string {
  const ofStages = stages.map(({ name, durationMs }) => `${name};dur=${milliseconds(durationMs)}`);
  const ofAttempts = attempts.map((attempt, index) => {
    const outcome = attempt.failure === undefined ? attempt.outcome : describeFailure(attempt.failure);
    const desc = printable(`${attempt.deployment} ${outcome}`).replaceAll(/["\\]/g, '');
    return `attempt${index + 1};dur=${milliseconds(attempt.ttftMs ?? attempt.totalMs)};desc="${desc}"`;
  });
  return [...ofStages, ...ofAttempts].join(', ');
}

function milliseconds(value: number): string {
  return (Math.round(value * 100) / 100).toString();
}

/** Header values take no control characters and nothing beyond ASCII. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
