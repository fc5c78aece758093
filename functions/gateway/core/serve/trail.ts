import { rounded, sixDigits } from '../metrics/decision-fields.ts';
import { describeFailure } from '../model/attempt-failure.ts';
import type { RequestRecord } from '../model/request-record.ts';
import type { Stage } from './call.ts';
import type { AttemptHead, CallHead } from './call-record.ts';

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
      deployment,
      score: sixDigits(score),
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

/** The most names of fields that were left out, and the longest, that a caller is told: clients take no headers of megabytes. */
const MAX_DROPPED = 20;
const MAX_NAME_CHARS = 64;

function toldDropped(dropped: readonly string[]): readonly string[] {
  const names = dropped.slice(0, MAX_DROPPED).map((name) => name.slice(0, MAX_NAME_CHARS));
  return dropped.length > MAX_DROPPED ? [...names, `and ${dropped.length - MAX_DROPPED} more`] : names;
}

/**
 * The gateway's own headers, on every answer, errors included. All values are printable ASCII. They are written into `headers`: a copy of all
 * of them would be as much work again.
 */
export function answerHeaders(
  head: CallHead,
  stages: readonly Stage[],
  headers: Record<string, string> = {},
): Record<string, string> {
  const { requestId, servedBy, ttftMs, dropped } = head;
  headers['x-request-id'] = requestId;
  headers['x-nemo-request-id'] = requestId;
  if (servedBy !== undefined) {
    headers['x-nemo-routed-model'] = ODD.test(servedBy) ? printable(servedBy) : servedBy;
  }
  headers['x-nemo-routing'] = head.routing;
  headers['x-nemo-attempts'] = String(head.attempts.length);
  headers['x-nemo-latency-ms'] = milliseconds(head.totalMs);
  if (ttftMs !== undefined) {
    headers['x-nemo-ttft-ms'] = milliseconds(ttftMs);
  }
  headers['x-nemo-overhead-ms'] = milliseconds(head.overheadMs);
  if (dropped.length > 0) {
    headers['x-nemo-dropped-params'] = printable(toldDropped(dropped).join(', '));
  }
  headers['server-timing'] = serverTiming(head.attempts, stages);
  return headers;
}

/** Source: W3C Server Timing, section 3. */
function serverTiming(attempts: readonly AttemptHead[], stages: readonly Stage[]): string {
  const entries = stages.map(({ name, durationMs }) => `${name};dur=${milliseconds(durationMs)}`);
  let number = 0;
  for (const { deployment, outcome, failure, ttftMs, totalMs } of attempts) {
    number += 1;
    const told = `${deployment} ${failure === undefined ? outcome : describeFailure(failure)}`;
    const desc = UNQUOTABLE.test(told) ? printable(told).replaceAll(/["\\]/g, '') : told;
    entries.push(`attempt${number};dur=${milliseconds(ttftMs ?? totalMs)};desc="${desc}"`);
  }
  return entries.join(', ');
}

/** To the hundredth. Whole numbers are written at a tenth of the price of others. */
function milliseconds(value: number): string {
  const hundredths = Math.round(value * 100);
  const whole = Math.trunc(hundredths / 100);
  const rest = hundredths - whole * 100;
  if (rest <= 0) {
    return String(hundredths / 100);
  }
  const tenths = rest % 10 === 0 ? rest / 10 : rest;
  return `${whole}.${rest < 10 ? '0' : ''}${tenths}`;
}

const ODD = /[^\x20-\x7e]/;
const UNQUOTABLE = /[^\x20-\x7e]|["\\]/;

/** Header values take no control characters and nothing beyond ASCII. */
function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?');
}
