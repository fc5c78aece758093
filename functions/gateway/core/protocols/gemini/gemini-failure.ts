import type { AttemptFailure, VendorError } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  parseJson,
  stringMember,
} from '../../wire/json.ts';
import type { FailedResponse } from '../protocol.ts';
import { retryAfterMs, statusFailure, unreadableError } from '../status-failure.ts';
import { retryDelayMs } from './gemini-retry-delay.ts';

/** Reads a failed response: `{error}`, or the same in an array as Google's OpenAI endpoint and its JSON streams send it. */
export function readGeminiFailure(response: FailedResponse): AttemptFailure {
  const parsed = parseJson(response.body);
  const error = member(Array.isArray(parsed) ? parsed[0] : parsed, 'error');
  if (!isJsonObject(error) && typeof error !== 'string') {
    const vendor = unreadableError(response.status, response.body);
    return statusFailure({ vendor, retryAfterMs: retryAfterMs(response.headers, response.nowMs) });
  }
  return rpcFailure(error, response.status, retryAfterMs(response.headers, response.nowMs));
}

/** Reads an `error` that came inside a stream whose status was 200. */
export function geminiErrorFailure(error: unknown): AttemptFailure {
  return rpcFailure(isJsonObject(error) || typeof error === 'string' ? error : '', undefined, undefined);
}

/** google.rpc.Status as JSON. Source: cloud.google.com/apis/design/errors, 2026-11. */
function rpcFailure(
  error: JsonObject | string,
  httpStatus: number | undefined,
  headerDelayMs: number | undefined,
): AttemptFailure {
  const stated = vendorError(error, httpStatus ?? statusOf(error));
  const vendor = isMissingFile(stated) ? { ...stated, status: 400 } : stated;
  const details = arrayMember(error, 'details');
  if (isOperatorsFault(vendor)) {
    return { kind: 'misconfigured', status: vendor.status, vendor };
  }
  if (vendor.type === 'CANCELLED') {
    return { kind: 'overloaded', status: vendor.status, vendor };
  }
  return statusFailure({
    vendor,
    retryAfterMs: retryDelayMs(details) ?? headerDelayMs,
    quota: vendor.status === 429 && isQuotaSpent(details, vendor.message),
    contextExceeded: vendor.status === 400 && matchesAny(CONTEXT_EXCEEDED, vendor.message),
    isCertain: vendor !== stated,
  });
}

/** HTTP statuses of Google's error names. Source: google/rpc/code.proto, 2026-11. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['CANCELLED', 499],
  ['INVALID_ARGUMENT', 400],
  ['FAILED_PRECONDITION', 400],
  ['OUT_OF_RANGE', 400],
  ['UNAUTHENTICATED', 401],
  ['PERMISSION_DENIED', 403],
  ['NOT_FOUND', 404],
  ['ABORTED', 409],
  ['ALREADY_EXISTS', 409],
  ['RESOURCE_EXHAUSTED', 429],
  ['INTERNAL', 500],
  ['UNKNOWN', 500],
  ['DATA_LOSS', 500],
  ['UNIMPLEMENTED', 501],
  ['UNAVAILABLE', 503],
  ['DEADLINE_EXCEEDED', 504],
]);

function statusOf(error: JsonObject | string): number {
  const code = numberMember(error, 'code') ?? 0;
  return code >= 400 && code < 600 ? code : (STATUSES.get(stringMember(error, 'status') ?? '') ?? 500);
}

function vendorError(error: JsonObject | string, status: number): VendorError {
  const message = typeof error === 'string' ? error : stringMember(error, 'message');
  const type = stringMember(error, 'status');
  const reason = errorReason(arrayMember(error, 'details'));
  return {
    ...unreadableError(status, message ?? ''),
    ...defined({ type, code: reason }),
  };
}

/** The `reason` of the ErrorInfo detail, as `API_KEY_INVALID`. */
function errorReason(details: readonly unknown[]): string | undefined {
  return details.map((detail) => stringMember(detail, 'reason')).find((reason) => reason !== undefined);
}

/** A bad key and a location that Google does not serve are a 400, though nothing is wrong with the request. */
function isOperatorsFault(vendor: VendorError): boolean {
  return (
    vendor.status === 400 &&
    (vendor.type === 'FAILED_PRECONDITION' ||
      vendor.code?.startsWith('API_KEY_') === true ||
      matchesAny(BAD_KEY, vendor.message))
  );
}

/** A file that the caller named and Google does not find, or may not read, is a 403 like that of a bad key. Ejecting would be wrong. */
function isMissingFile({ status, message }: VendorError): boolean {
  return (status === 403 || status === 404) && matchesAny(MISSING_FILE, message);
}

/** Google has no code for these, only words. Source: its 400s, 403s and 429s in recordings and public bug reports, 2026-11. */
const MISSING_FILE = [/\bpermission to access the file\b/i, /\bstorage\.objects\.get\b/i, /^file \S+ not found/i];
const BAD_KEY = [/\bapi key (not valid|not found|expired)/i];
const CONTEXT_EXCEEDED = [
  /input token count\b.{0,80}\b(exceeds|only supports)/is,
  /exceeds the maximum number of (input )?tokens/i,
  /(prompt|request|input) is too long/i,
];
const MONEY_SPENT = [/\bprepay(ment)? credits\b/i, /\bcredits? (are|is) depleted/i, /\bspend(ing)? (cap|limit)\b/i];

function matchesAny(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

/** Whether waiting does not help: the limit that was met counts by the day, or the money is gone. */
function isQuotaSpent(details: readonly unknown[], message: string): boolean {
  const violations = details.flatMap((detail) => arrayMember(detail, 'violations'));
  return violations.some(isDaily) || matchesAny(MONEY_SPENT, message);
}

function isDaily(violation: unknown): boolean {
  return stringMember(violation, 'quotaId')?.includes('PerDay') === true;
}
