import type { AttemptFailure, VendorError } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import { arrayMember, isJsonObject, type JsonObject, member, parseJson, stringMember } from '../../wire/json.ts';
import type { FailedResponse } from '../protocol.ts';
import { durationMs, memberWaitMs, retryAfterMs, statusFailure, unreadableError } from '../status-failure.ts';
import { ERROR_CODES, type ErrorMeaning, POLICY } from './error-codes.ts';

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

/**
 * OpenAI's and Groq's 429 and 413 for a request larger than what an account has a minute: no wait makes it fit, another deployment may.
 * Source: their pages of rate limits and of errors, 2026-11.
 */
const TOO_LARGE = /^request too large for .{0,160}(?:\bTPM\b|tokens per min)/i;
const TOO_LARGE_STATUS = 413;
/** xAI's 429 for money. Source: its public bug reports, 2026-11. */
const SPENT = /used all available credits|monthly spending limit/i;

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
    return malformed({ ...vendor, status: circumstances.status ?? vendor.status });
  }
  if (OF_STREAMS.has(vendor.param) && REFUSALS.includes(vendor.status)) {
    return { kind: 'unsupported', status: vendor.status, vendor, isStream: true };
  }
  const isTooLarge = TOO_LARGE.test(vendor.message);
  const details = arrayMember(error, 'details');
  return statusFailure({
    vendor: isTooLarge ? { ...vendor, status: TOO_LARGE_STATUS } : vendor,
    retryAfterMs: circumstances.retryAfterMs ?? statedWaitMs(details),
    quota: meaning?.quota === true || isSpent(vendor, details),
    contextExceeded: meaning?.contextExceeded === true,
    unsupported: meaning?.unsupported === true,
    isCertain: !isTooLarge && (meaning?.outweighsStatus === true || meaning?.callers === true),
    isStatusAssumed: (circumstances.status ?? statedStatus(error) ?? meaning?.status) === undefined,
  });
}

/** With which a member is refused. */
const REFUSALS: readonly number[] = [400, 422];
/** Members that the gateway writes, and as they should be: whatever is said of one, it is that no stream is given. */
const OF_STREAMS: ReadonlySet<string | undefined> = new Set(['stream', 'stream_options']);

function malformed(vendor: VendorError): AttemptFailure {
  return { kind: 'malformed', reason: vendor.code ?? vendor.type ?? 'unusable output', vendor };
}

function statusOf(error: JsonObject, meaning: ErrorMeaning | undefined, { status }: Circumstances): number {
  return meaning?.outweighsStatus === true
    ? meaning.status
    : (status ?? statedStatus(error) ?? meaning?.status ?? UNSTATED_STATUS);
}

/** Google's compatible endpoint puts the wait in the body, as `{"retryDelay": "34.4s"}`. */
function statedWaitMs(details: readonly unknown[]): number | undefined {
  const delays = details.map((detail) => durationMs(stringMember(detail, 'retryDelay'), 0));
  return delays.find((delay) => delay !== undefined);
}

/** Whether money is spent, or a quota that does not come back in seconds: Google names one a day. */
function isSpent({ status, message }: VendorError, details: readonly unknown[]): boolean {
  const violations = details.flatMap((detail) => arrayMember(detail, 'violations'));
  return (
    (status === 429 && SPENT.test(message)) ||
    violations.some((violation) => stringMember(violation, 'quotaId')?.includes('PerDay') === true)
  );
}

/** OpenAI's, then Azure's, then what others use. Source: each one's API reference and recordings, 2026-11. */
const REQUEST_ID_HEADERS: readonly string[] = ['x-request-id', 'apim-request-id', 'x-ms-request-id', 'request-id'];

function requestIdOf(headers: Readonly<Record<string, string>>): string | undefined {
  return REQUEST_ID_HEADERS.map((name) => headers[name]).find((value) => value !== undefined);
}

/**
 * The error in a body or chunk that says it is one: `{"error": {...}}`, `{"error": "text"}`, the same in an array (Google), or
 * `{"object": "error", ...}` (vLLM, Mistral). `undefined` for anything else.
 */
export function statedError(json: unknown): JsonObject | undefined {
  const outer = Array.isArray(json) ? json[0] : json;
  const error = member(outer, 'error');
  if (isJsonObject(error)) {
    return error;
  }
  if (typeof error === 'string' && error !== '') {
    return { ...(isJsonObject(outer) && outer), message: stringMember(outer, 'message') ?? error };
  }
  const isError = member(outer, 'object') === 'error' || member(outer, 'type') === 'error';
  return isError && isJsonObject(outer) ? outer : undefined;
}

/** The error in a body that is known to be one, in whatever shape: beside the stated ones, `{"message"}` and FastAPI's `{"detail"}`. */
export function impliedError(json: unknown): JsonObject | undefined {
  return statedError(json) ?? (isJsonObject(json) ? { ...json, message: looseMessage(json) } : undefined);
}

function looseMessage(json: JsonObject): unknown {
  const detail = json.detail ?? json.message;
  return Array.isArray(detail) ? detail.map(detailText).join('; ') : detail;
}

/** One complaint of FastAPI's: where, and what. */
function detailText(item: unknown): string {
  return `${arrayMember(item, 'loc').join('.')}: ${stringMember(item, 'msg') ?? 'invalid'}`;
}

/** What the error's words stand for: its `code`, else its `type`, else what stands deeper in. */
function errorMeaning(error: JsonObject): ErrorMeaning | undefined {
  const details = arrayMember(error, 'details').map((detail) => stringMember(detail, 'reason'));
  const inner = stringMember(member(error, 'innererror'), 'code');
  const words = [
    inner,
    ...details,
    stringMember(error, 'code'),
    stringMember(error, 'type'),
    stringMember(error, 'status'),
  ];
  const isModerated = arrayMember(member(error, 'metadata'), 'reasons').length > 0;
  return isModerated ? POLICY : words.map((word) => ERROR_CODES.get(word ?? '')).find((found) => found !== undefined);
}

/** The HTTP status that the error names itself: OpenRouter's numeric `code`, Groq's `status_code`, Azure's `status`. */
function statedStatus(error: JsonObject): number | undefined {
  const stated = [error.status_code, error.status, error.statusCode, error.code].map(Number);
  return stated.find((status) => Number.isInteger(status) && status >= 400 && status <= 599);
}

/** What is passed on of the error. */
function vendorError(error: JsonObject, status: number, requestId: string | undefined): VendorError {
  const code = typeof error.code === 'number' ? String(error.code) : stringMember(error, 'code');
  const type = stringMember(error, 'type');
  const param = stringMember(error, 'param');
  const failedGeneration = stringMember(error, 'failed_generation');
  return {
    status,
    message: unreadableError(status, messageOf(error)).message,
    ...defined({ type, code, param, requestId, failedGeneration }),
  };
}

/** OpenRouter says "Provider returned error", and what that error was in `metadata.raw`. */
function messageOf(error: JsonObject): string {
  const raw = stringMember(error.metadata, 'raw');
  const { message = '' } = error;
  const text = typeof message === 'string' ? message : textOf(message);
  return raw === undefined ? text : `${text}: ${raw}`;
}

/** Mistral's message may be an object. */
function textOf(message: unknown): string {
  return message === null ? '' : JSON.stringify(message);
}
