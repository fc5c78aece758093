import type { AttemptFailure, VendorError } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import { arrayMember, isJsonObject, type JsonObject, member, parseJson, stringMember } from '../../wire/json.ts';
import type { FailedResponse } from '../protocol.ts';
import { durationMs, memberWaitMs, retryAfterMs, statusFailure, unreadableError } from '../status-failure.ts';
import { ERROR_CODES, type ErrorMeaning, POLICY } from './error-codes.ts';

/** Reads a failed response of an OpenAI-shaped server. Codes speak first, then the status. */
export function readOpenAiFailure({ status, headers, body, nowMs }: FailedResponse): AttemptFailure {
  const json = parseJson(body);
  const error = statedError(json) ?? unstatedError(json);
  const waitMs = retryAfterMs(headers, nowMs);
  const idHeader = REQUEST_ID_HEADERS.find((name) => headers[name] !== undefined);
  const requestId = idHeader === undefined ? undefined : headers[idHeader];
  if (error === undefined) {
    const vendor = unreadableError(status, body);
    return statusFailure({ vendor: requestId === undefined ? vendor : { ...vendor, requestId }, retryAfterMs: waitMs });
  }
  return failureOf(error, { status, waitMs, requestId, nowMs });
}

/** OpenAI's, then Azure's, then what others use. Source: each one's API reference and recordings, 2026-11. */
const REQUEST_ID_HEADERS: readonly string[] = ['x-request-id', 'apim-request-id', 'x-ms-request-id', 'request-id'];

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

/** What is known of an error beside its members. */
interface Circumstances {
  /** The response's, where that was no success. */
  readonly status?: number;
  /** The wait that the response's headers ask for. */
  readonly waitMs?: number | undefined;
  readonly requestId?: string | undefined;
  /** The instant of reading: without it, no wait is read off the error's members. */
  readonly nowMs?: number;
}

function failureOf(error: JsonObject, circumstances: Circumstances): AttemptFailure {
  const more = Object.keys(error).every((name) => PLAIN.has(name)) ? NO_MORE : moreSaid(error, circumstances.nowMs);
  const meaning =
    more.meaning ?? ERROR_CODES.get(error.code) ?? ERROR_CODES.get(error.type) ?? ERROR_CODES.get(error.status);
  const told = circumstances.status ?? statedStatus(error) ?? meaning?.status;
  const status = meaning?.outweighsStatus === true ? meaning.status : (told ?? UNSTATED_STATUS);
  const vendor = vendorError(error, status, circumstances, more);
  if (meaning?.malformed === true) {
    return malformed({ ...vendor, status: circumstances.status ?? status });
  }
  if (OF_STREAMS.has(vendor.param) && REFUSALS.includes(status)) {
    return { kind: 'unsupported', status, vendor, isStream: true };
  }
  const waitMs = circumstances.waitMs ?? more.waitMs;
  return toldFailure(vendor, { ...more, meaning, waitMs, isStatusAssumed: told === undefined });
}

/** The failure of an error that is none of the streams' and of no answer that came to nothing. */
function toldFailure(
  vendor: VendorError,
  { meaning, waitMs, isSpent, isStatusAssumed }: MoreSaid & { readonly isStatusAssumed: boolean },
): AttemptFailure {
  const isTooLarge = TOO_LARGE.test(vendor.message);
  return statusFailure({
    vendor: isTooLarge ? { ...vendor, status: TOO_LARGE_STATUS } : vendor,
    retryAfterMs: waitMs,
    quota: meaning?.quota === true || isSpent === true || (vendor.status === 429 && SPENT.test(vendor.message)),
    contextExceeded: meaning?.contextExceeded === true,
    unsupported: meaning?.unsupported === true,
    isCertain: !isTooLarge && (meaning?.outweighsStatus === true || meaning?.callers === true),
    isStatusAssumed,
  });
}

/** Members of an error that are all that most errors have. */
const PLAIN: ReadonlySet<string> = new Set(['message', 'type', 'code', 'param', 'object']);

/** What an error says in members that few have. */
interface MoreSaid {
  /** What it stands for, by words that speak before its `code` and its `type`. */
  readonly meaning?: ErrorMeaning | undefined;
  readonly waitMs?: number | undefined;
  /** Whether a quota is spent that does not come back in seconds: Google names one a day. */
  readonly isSpent?: boolean;
  /** OpenRouter says "Provider returned error", and here what that error was. */
  readonly raw?: string | undefined;
  /** What the model wrote, where that could not be used. */
  readonly failedGeneration?: string | undefined;
}

const NO_MORE: MoreSaid = {};

function moreSaid(error: JsonObject, nowMs: number | undefined): MoreSaid {
  const details = arrayMember(error, 'details');
  const violations = details.flatMap((detail) => arrayMember(detail, 'violations'));
  return {
    meaning: deeperMeaning(error, details),
    waitMs: (nowMs === undefined ? undefined : memberWaitMs(error, nowMs)) ?? statedWaitMs(details),
    isSpent: violations.some((violation) => stringMember(violation, 'quotaId')?.includes('PerDay') === true),
    raw: stringMember(error.metadata, 'raw'),
    failedGeneration: stringMember(error, 'failed_generation'),
  };
}

/** What the error's words deeper in stand for. */
function deeperMeaning(error: JsonObject, details: readonly unknown[]): ErrorMeaning | undefined {
  if (arrayMember(error.metadata, 'reasons').length > 0) {
    return POLICY;
  }
  const words = [member(error.innererror, 'code'), ...details.map((detail) => member(detail, 'reason'))];
  return words.map((word) => ERROR_CODES.get(word)).find((found) => found !== undefined);
}

/** With which a member is refused. */
const REFUSALS: readonly number[] = [400, 422];
/** Members that the gateway writes, and as they should be: whatever is said of one, it is that no stream is given. */
const OF_STREAMS: ReadonlySet<string | undefined> = new Set(['stream', 'stream_options']);

function malformed(vendor: VendorError): AttemptFailure {
  return { kind: 'malformed', reason: vendor.code ?? vendor.type ?? 'unusable output', vendor };
}

/** Google's compatible endpoint puts the wait in the body, as `{"retryDelay": "34.4s"}`. */
function statedWaitMs(details: readonly unknown[]): number | undefined {
  const delays = details.map((detail) => durationMs(stringMember(detail, 'retryDelay'), 0));
  return delays.find((delay) => delay !== undefined);
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

/** The error in a body that is known to be one, in whatever shape. */
export function impliedError(json: unknown): JsonObject | undefined {
  return statedError(json) ?? unstatedError(json);
}

/** Shapes that do not say that they are errors: `{"message"}` and FastAPI's `{"detail"}`. */
function unstatedError(json: unknown): JsonObject | undefined {
  return isJsonObject(json) ? { ...json, message: looseMessage(json) } : undefined;
}

function looseMessage(json: JsonObject): unknown {
  const detail = json.detail ?? json.message;
  return Array.isArray(detail) ? detail.map(detailText).join('; ') : detail;
}

/** One complaint of FastAPI's: where, and what. */
function detailText(item: unknown): string {
  return `${arrayMember(item, 'loc').join('.')}: ${stringMember(item, 'msg') ?? 'invalid'}`;
}

/** The HTTP status that the error names itself: OpenRouter's numeric `code`, Groq's `status_code`, Azure's `status`. */
function statedStatus(error: JsonObject): number | undefined {
  const stated = [error.status_code, error.status, error.statusCode, error.code].map(Number);
  return stated.find((status) => Number.isInteger(status) && status >= 400 && status <= 599);
}

/** What is passed on of the error. */
function vendorError(
  error: JsonObject,
  status: number,
  { requestId }: Circumstances,
  { raw, failedGeneration }: MoreSaid,
): VendorError {
  const { message = '' } = error;
  const code = typeof error.code === 'number' ? String(error.code) : stringMember(error, 'code');
  const type = stringMember(error, 'type');
  const param = stringMember(error, 'param');
  const text = typeof message === 'string' ? message : textOf(message);
  return {
    status,
    message: unreadableError(status, raw === undefined ? text : `${text}: ${raw}`).message,
    ...defined({ type, code, param, requestId, failedGeneration }),
  };
}

/** Mistral's message may be an object. */
function textOf(message: unknown): string {
  return message === null ? '' : JSON.stringify(message);
}
