import { defined } from '../model/defined.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { Usage } from '../model/usage.ts';
import { codeWord, redactSecrets } from '../model/vendor-text.ts';
import type { JsonObject } from '../wire/json.ts';
import { type AttributeValues, attemptError, nanoseconds, otlpAttributes, requestError } from './otlp-attributes.ts';

/** `gen_ai.provider.name` of a provider of the configuration. */
export type ProviderNames = (provider: string) => string;

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;
const SAMPLED = 1;
/** What callers chose is cut to this. */
const MAX_TEXT_LENGTH = 200;

/**
 * The spans of one request for OTLP's JSON: the gateway's own, and one of each upstream call below it. None where the caller's trace is
 * not sampled, nor of what is no call of a model. No prompt, no answer, no key.
 * Source: OpenTelemetry's semantic conventions for generative AI, and opentelemetry-proto's trace.proto.
 */
export function otlpSpans(record: RequestRecord, providerNames: ProviderNames): readonly JsonObject[] {
  if (record.operation === 'other' || (record.trace.flags & SAMPLED) === 0) {
    return [];
  }
  const attempts = record.attempts.filter(({ spanId }) => spanId !== undefined);
  return [requestSpan(record), ...attempts.map((attempt) => attemptSpan(attempt, record, providerNames))];
}

function requestSpan(record: RequestRecord): JsonObject {
  const { trace, operation, startedAtMs, totalMs, status } = record;
  const asked =
    record.askedModel === undefined ? undefined : redactSecrets(record.askedModel).slice(0, MAX_TEXT_LENGTH);
  const error = requestError(record);
  return {
    traceId: trace.traceId,
    spanId: trace.spanId,
    ...defined({ parentSpanId: trace.parentSpanId, traceState: trace.traceState }),
    flags: trace.flags,
    // Of the route and not of what was asked for: names of spans are few.
    name: record.route === undefined ? operation : `${operation} ${record.route}`,
    kind: SERVER,
    startTimeUnixNano: nanoseconds(startedAtMs),
    endTimeUnixNano: nanoseconds(startedAtMs + totalMs),
    attributes: otlpAttributes({
      'gen_ai.operation.name': operation,
      'gen_ai.request.model': asked,
      'gen_ai.response.model': record.servedBy,
      'gen_ai.response.time_to_first_chunk': record.ttftMs === undefined ? undefined : record.ttftMs / 1000,
      ...usageValues(record.usage),
      'http.response.status_code': status,
      'error.type': error,
      'nemo.error.code': codeWord(record.errorCode),
      'nemo.request.id': record.requestId,
      'nemo.route': record.route,
      'nemo.strategy': record.strategy,
      'nemo.routing': record.routing,
      'nemo.key': record.keyName,
      'nemo.attempts': record.attempts.length,
      'nemo.overhead_ms': record.overheadMs,
      'nemo.cost.usd': record.costUsd,
    }),
    ...(error === undefined ? {} : { status: { code: ERROR, message: error } }),
  };
}

function attemptSpan(attempt: AttemptRecord, record: RequestRecord, providerNames: ProviderNames): JsonObject {
  const { trace, operation } = record;
  const startMs = record.startedAtMs + attempt.startedAfterMs;
  const error = attemptError(attempt);
  return {
    traceId: trace.traceId,
    spanId: attempt.spanId,
    parentSpanId: trace.spanId,
    ...defined({ traceState: trace.traceState }),
    flags: trace.flags,
    name: `${operation} ${attempt.vendorModel}`,
    kind: CLIENT,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(startMs + attempt.totalMs),
    attributes: otlpAttributes({
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': providerNames(attempt.provider),
      'gen_ai.request.model': attempt.vendorModel,
      'gen_ai.response.time_to_first_chunk': attempt.ttftMs === undefined ? undefined : attempt.ttftMs / 1000,
      ...usageValues(attempt.usage),
      'http.response.status_code': attempt.failure?.vendor?.status,
      'error.type': error,
      'nemo.deployment': attempt.deployment,
      'nemo.hedge': attempt.hedge,
      'nemo.continues': attempt.continues,
      'nemo.cost.usd': attempt.costUsd,
    }),
    ...(error === undefined ? {} : { status: { code: ERROR, message: error } }),
  };
}

function usageValues(usage: Usage | undefined): AttributeValues {
  if (usage === undefined) {
    return {};
  }
  const { cacheWrite5m, cacheWrite1h } = usage;
  const written =
    cacheWrite5m === undefined && cacheWrite1h === undefined ? undefined : (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0);
  return {
    'gen_ai.usage.input_tokens': usage.input,
    'gen_ai.usage.output_tokens': usage.output,
    'gen_ai.usage.cache_read.input_tokens': usage.cacheRead,
    'gen_ai.usage.cache_creation.input_tokens': written,
    'gen_ai.usage.reasoning.output_tokens': usage.reasoning,
  };
}
