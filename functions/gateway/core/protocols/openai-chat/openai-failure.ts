import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { arrayMember, type JsonObject, parseJson, stringMember } from '../../wire/json.ts';
import type { FailedResponse } from '../protocol.ts';
import { askedWaitMs, durationMs, memberWaitMs, retryAfterMs } from '../retry-after.ts';
import { statusFailure, unreadableError } from '../status-failure.ts';
import type { ErrorMeaning } from './error-codes.ts';
import { errorMeaning, impliedError, statedStatus, vendorError } from './openai-error.ts';

/** Reads a failed response of an OpenAI-shaped server. Codes speak first, then the status. */
export function readOpenAiFailure({ status, headers, body, nowMs }: FailedResponse): AttemptFailure {
  const error = impliedError(parseJson(body));
  const waitMs = retryAfterMs(headers, nowMs);
  const requestId = requestIdOf(headers);
  if (error === undefined) {
    const vendor = unreadableError(status, body);
    return statusFailure({ vendor: requestId === undefined ? vendor : { ...vendor, requestId }, retryAfterMs: waitMs });
  }
  return failureOf(error, { status, retryAfterMs: waitMs ?? memberWaitMs(error, nowMs), requestId });
}

/** The failure that an error inside a stream, or in a body with status 200, stands for. */
export function streamedFailure(error: JsonObject): AttemptFailure {
  return failureOf(error, {});
}

/** An error in a stream that says neither a status nor a known code. */
const UNSTATED_STATUS = 502;

interface Circumstances {
  /** The response's, where that was no success. */
  readonly status?: number;
  readonly retryAfterMs?: number | undefined;
  readonly requestId?: string | undefined;
}

function failureOf(error: JsonObject, circumstances: Circumstances): AttemptFailure {
  const meaning = errorMeaning(error);
  const vendor = vendorError(error, statusOf(error, meaning, circumstances), circumstances.requestId);
  if (meaning?.malformed === true) {
    const status = circumstances.status ?? vendor.status;
    return {
      kind: 'malformed',
      reason: vendor.code ?? vendor.type ?? 'unusable output',
      vendor: { ...vendor, status },
    };
  }
  return statusFailure({
    vendor,
    retryAfterMs: circumstances.retryAfterMs ?? statedWaitMs(error) ?? askedWaitMs(vendor.message),
    quota: meaning?.quota === true || isDailyQuota(error),
    contextExceeded: meaning?.contextExceeded === true,
    isCertain: meaning?.outweighsStatus === true || meaning?.callers === true,
    isStatusAssumed: (circumstances.status ?? statedStatus(error) ?? meaning?.status) === undefined,
  });
}

function statusOf(error: JsonObject, meaning: ErrorMeaning | undefined, { status }: Circumstances): number {
  return meaning?.outweighsStatus === true
    ? meaning.status
    : (status ?? statedStatus(error) ?? meaning?.status ?? UNSTATED_STATUS);
}

/** Google's compatible endpoint puts the wait in the body, as `{"retryDelay": "34.4s"}`. */
function statedWaitMs(error: JsonObject): number | undefined {
  const delays = arrayMember(error, 'details').map((detail) => durationMs(stringMember(detail, 'retryDelay'), 0));
  return delays.find((delay) => delay !== undefined);
}

/** Google names the quota that is spent: one a day does not come back in seconds. */
function isDailyQuota(error: JsonObject): boolean {
  const violations = arrayMember(error, 'details').flatMap((detail) => arrayMember(detail, 'violations'));
  return violations.some((violation) => stringMember(violation, 'quotaId')?.includes('PerDay') === true);
}

/** OpenAI's, then Azure's, then what others use. */
const REQUEST_ID_HEADERS: readonly string[] = ['x-request-id', 'apim-request-id', 'x-ms-request-id', 'request-id'];

function requestIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  return REQUEST_ID_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
}
