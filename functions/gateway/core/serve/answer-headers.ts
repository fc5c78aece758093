import { describeFailure } from '../model/describe-failure.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';

/** The gateway's own headers, on every answer, errors included. All values are printable ASCII. */
export function answerHeaders(
  record: RequestRecord,
  stages: readonly { readonly name: string; readonly durationMs: number }[],
): Readonly<Record<string, string>> {
  return {
    'x-request-id': record.requestId,
    'x-nemo-request-id': record.requestId,
    ...(record.servedBy === undefined ? {} : { 'x-nemo-routed-model': printable(record.servedBy) }),
    'x-nemo-routing': record.routing,
    'x-nemo-attempts': String(record.attempts.length),
    'x-nemo-latency-ms': milliseconds(record.totalMs),
    ...(record.ttftMs === undefined ? {} : { 'x-nemo-ttft-ms': milliseconds(record.ttftMs) }),
    'x-nemo-overhead-ms': milliseconds(record.overheadMs),
    ...(record.dropped.length === 0
      ? {}
      : { 'x-nemo-dropped-params': printable(toldDropped(record.dropped).join(', ')) }),
    'server-timing': serverTiming(record.attempts, stages),
  };
}

/** The most names of fields that were left out, and the longest, that a caller is told: clients take no headers of megabytes. */
const MAX_DROPPED = 20;
const MAX_NAME_CHARS = 64;

/** The names of fields that were left out, as many and as long as callers are told. */
export function toldDropped(dropped: readonly string[]): readonly string[] {
  const names = dropped.slice(0, MAX_DROPPED).map((name) => name.slice(0, MAX_NAME_CHARS));
  return dropped.length > MAX_DROPPED ? [...names, `and ${dropped.length - MAX_DROPPED} more`] : names;
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
