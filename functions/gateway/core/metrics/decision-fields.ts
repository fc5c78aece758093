import { type AttemptFailure, isUnknownRefusal } from '../model/attempt-failure.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { Usage } from '../model/usage.ts';
import { codeWord, operatorsFault, redactSecrets } from '../model/vendor-text.ts';
import type { JsonObject } from '../wire/json.ts';
import { knownWords } from './known-words.ts';

/** What a line says, and of what it is. */
type LineFields = JsonObject & { readonly line: string };

/** Texts that callers or vendors chose are cut to this: a log line is paid for by the byte. */
const MAX_TEXT_LENGTH = 200;
/** Names of fields that callers sent in vain. */
const MAX_DROPPED = 20;

/**
 * How a request was decided, for the log: who was asked, in which order and with which scores, and what came of it. Names begin in
 * lower case, so that none collides with a metric or a dimension. No prompt, no answer, no key. `outcomes`: what came of its attempts.
 */
export function requestFields(record: RequestRecord, outcomes: readonly JsonObject[]): LineFields {
  const { traceId, spanId, parentSpanId, xrayTraceId } = record.trace;
  return {
    line: 'request',
    requestId: record.requestId,
    // Not the caller's `tracestate`: it is other systems' own.
    traceId,
    spanId,
    parentSpanId,
    xrayTraceId,
    operation: record.operation,
    asked: record.askedModel === undefined ? undefined : redactSecrets(record.askedModel).slice(0, MAX_TEXT_LENGTH),
    route: record.route,
    strategy: record.strategy,
    stream: record.stream,
    explored: record.explored,
    key: record.keyName,
    status: record.status,
    code: codeWord(record.errorCode),
    ending: record.ending,
    callersDeadline: record.callersDeadline,
    routing: record.routing,
    servedBy: record.servedBy,
    ttftMs: rounded(record.ttftMs),
    totalMs: rounded(record.totalMs),
    overheadMs: rounded(record.overheadMs),
    usage: usageFields(record.usage),
    costUsd: record.costUsd,
    // Logs Insights finds the first 200 fields of a line: what may be many comes last.
    attempts: outcomes,
    order: record.candidates.map(({ deployment }) => deployment),
    candidates: record.candidates.map(({ deployment, score, state }) => ({
      deployment,
      score: sixDigits(score),
      state,
    })),
    dropped: record.dropped.slice(0, MAX_DROPPED).map((name) => name.slice(0, MAX_TEXT_LENGTH)),
  };
}

/** One upstream call for the log, to be joined with its request by `requestId`. `outcome`: what came of it. */
export function attemptFields(
  attempt: AttemptRecord,
  record: RequestRecord,
  outcome: JsonObject | undefined,
): LineFields {
  return {
    line: 'attempt',
    requestId: record.requestId,
    traceId: record.trace.traceId,
    spanId: attempt.spanId,
    parentSpanId: record.trace.spanId,
    operation: record.operation,
    route: record.route,
    protocol: attempt.protocol,
    vendorModel: attempt.vendorModel,
    ...outcome,
    usage: usageFields(attempt.usage),
    costUsd: attempt.costUsd,
    isCostEstimate: attempt.isCostEstimate,
  };
}

/** Milliseconds to the thousandth: what is finer is noise, and a line of the log is paid for by the byte. */
export function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000;
}

/** Scores may be dollars a call as well as milliseconds: six digits, wherever the point is. */
export function sixDigits(score: number): number {
  const digits = score === 0 ? 1 : Math.floor(Math.log10(Math.abs(score))) + 1;
  if (digits > 6) {
    return Number(score.toPrecision(6));
  }
  const scale = 10 ** (6 - digits);
  return Math.round(score * scale) / scale;
}

/** Names as in OpenAI's `usage`, which is what people know. What else a vendor has put into its own stays out of the log: it may be a text. */
function usageFields(usage: Usage | undefined): JsonObject | undefined {
  if (usage === undefined) {
    return undefined;
  }
  const { input, output, cacheRead: cached, cacheWrite5m: written, cacheWrite1h: writtenForAnHour, reasoning } = usage;
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    // Nothing where nothing of it is known.
    prompt_tokens_details:
      cached === undefined && written === undefined && writtenForAnHour === undefined
        ? undefined
        : { cached_tokens: cached, cache_write_tokens: written, cache_write_1h_tokens: writtenForAnHour },
    completion_tokens_details: reasoning === undefined ? undefined : { reasoning_tokens: reasoning },
  };
}

/** What came of one attempt, in its own line and in its request's. */
export function outcomeFields(attempt: AttemptRecord): JsonObject {
  const fields = {
    deployment: attempt.deployment,
    provider: attempt.provider,
    hedge: attempt.hedge,
    continues: attempt.continues,
    startedAfterMs: rounded(attempt.startedAfterMs),
    outcome: attempt.outcome,
    ttftMs: rounded(attempt.ttftMs),
    totalMs: rounded(attempt.totalMs),
  };
  return attempt.failure === undefined ? fields : { ...fields, ...failureFields(attempt.failure) };
}

/** Why it failed, with the vendor's codes. Its message only where the fault is the operator's: of requests vendors quote prompts. */
function failureFields(failure: AttemptFailure): JsonObject {
  const { kind, vendor } = failure;
  return {
    reason: kind,
    detail: failureDetail(failure),
    vendorStatus: vendor?.status,
    vendorType: codeWord(vendor?.type),
    vendorCode: codeWord(vendor?.code),
    vendorRequestId: codeWord(vendor?.requestId),
    unknownWords: isUnknownRefusal(failure) ? knownWords(vendor?.message ?? '') : undefined,
    ...operatorsFault(failure),
  };
}

function failureDetail(failure: AttemptFailure): string | number | undefined {
  switch (failure.kind) {
    case 'unreachable':
      return failure.code;
    case 'timed-out':
      return failure.phase;
    case 'overloaded':
    case 'conflicted':
    case 'misconfigured':
    case 'unsupported':
    case 'rejected':
      return failure.status;
    case 'rate-limited':
      return failure.quota ? 'quota' : failure.retryAfterMs;
    case 'malformed':
      return failure.reason.slice(0, MAX_TEXT_LENGTH);
    case 'aborted':
      return failure.by;
    case 'context-exceeded':
    case 'truncated':
      return undefined;
  }
}

/** What came of asking one deployment, for the log. No answer and no key. */
export function probeFields({ deployment, failure, ttftMs, totalMs, costUsd }: ProbeRecord): LineFields {
  const { id, provider, model, kind, providerSettings } = deployment;
  return {
    line: 'probe',
    operation: kind,
    deployment: id,
    provider,
    protocol: providerSettings.protocol,
    vendorModel: model,
    outcome: failure === undefined ? 'served' : 'failed',
    ...(failure === undefined ? {} : failureFields(failure)),
    ttftMs,
    totalMs,
    costUsd,
  };
}
