import {
  arrayMember,
  isJsonObject,
  member,
  objectMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { type ExpectedFailure, UPSTREAM_FAILED } from './expectation.ts';

/** A vendor's error: a response with its status, or an error inside an answer that had begun well. */
export interface VendorRefusal {
  /** `undefined` inside an answer: the error's own words have to say. */
  readonly status?: number | undefined;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a caller should see of a vendor's error when there is nobody else to ask. */
export function expectedFailure({ status, body, headers = {} }: VendorRefusal): ExpectedFailure {
  const error = errorIn(body);
  const words = wordsOf(error, headers);
  const message = ['message', 'Message', 'error'].map((name) => stringMember(error, name)).find(Boolean) ?? '';
  const known = status ?? statusIn(error, words);
  return limitOf(known, `${words} ${message}`, waitOf(error, headers)) ?? otherFailure(known, words, message);
}

function limitOf(status: number, words: string, wait: { readonly retryAfter?: string }): ExpectedFailure | undefined {
  if (status === 402 || SPENT.test(words)) {
    return { kind: 'failure', status: 429, type: 'insufficient_quota' };
  }
  const isLimited = status === 429 || RATE.test(words);
  return isLimited ? { kind: 'failure', status: 429, type: 'rate_limit_error', ...wait } : undefined;
}

function otherFailure(status: number, words: string, message: string): ExpectedFailure {
  if ([401, 403, 404].includes(status) || OPERATORS.test(words) || WRONG_MODEL.test(message)) {
    return { ...UPSTREAM_FAILED, code: 'upstream_misconfigured' };
  }
  if ([408, 409, 424, 425, 499].includes(status) || status >= 500) {
    return UPSTREAM_FAILED;
  }
  // A page of HTML is not passed on.
  const said = message.startsWith('<') ? {} : { message: message.slice(0, 500) };
  return { kind: 'failure', status, type: 'invalid_request_error', ...said };
}

/** Money, or a quota of a day or more: waiting does not help. */
const SPENT =
  /insufficient_(quota|balance|credits)|_spend_limit|credit_balance|billing|PerDay|ServiceQuotaExceeded|credit balance is too low/;

const RATE = /\brate_limit|too_many_requests|slow_down|RESOURCE_EXHAUSTED|Throttling|TooManyRequests|ModelNotReady/;

/** A key, a permission, a model, a place: the caller can do nothing about it. */
const OPERATORS =
  /api_key|API_KEY_|authentication_error|permission|PERMISSION|model_not_(found|available)|FAILED_PRECONDITION|UNAUTHENTICATED|AccessDenied|UnrecognizedClient|ExpiredToken|ResourceNotFound/;

const WRONG_MODEL = /model identifier is invalid|model not found/i;

function errorIn(body: unknown): unknown {
  const outer: unknown = Array.isArray(body) ? body[0] : body;
  return isJsonObject(member(outer, 'error')) ? member(outer, 'error') : outer;
}

/** Everything by which vendors name an error. */
function wordsOf(error: unknown, headers: Readonly<Record<string, string>>): string {
  const details = arrayMember(error, 'details');
  const violations = details.flatMap((detail) => arrayMember(detail, 'violations'));
  return [
    headers['x-amzn-errortype']?.split(':', 1)[0],
    ...['code', 'type', 'status', '__type'].map((name) => stringMember(error, name)),
    ...details.map((detail) => stringMember(detail, 'reason')),
    stringMember(objectMember(error, 'details'), 'error_code'),
    ...violations.map((violation) => stringMember(violation, 'quotaId')),
  ].join(' ');
}

/** Of an error without a status of its own. */
function statusIn(error: unknown, words: string): number {
  const code = Number(member(error, 'code') ?? member(error, 'status_code'));
  if (code >= 400 && code < 600) {
    return code;
  }
  return /invalid_request|INVALID_ARGUMENT|ValidationException|content_filter|content_policy/.test(words) ? 400 : 500;
}

/** Whole seconds, sixty at most: what the official clients heed. */
function waitOf(error: unknown, headers: Readonly<Record<string, string>>): { readonly retryAfter?: string } {
  const delays = arrayMember(error, 'details').map((detail) => stringMember(detail, 'retryDelay'));
  const delay = delays.find((found) => found !== undefined);
  const seconds = delay === undefined ? Number(headers['retry-after'] ?? Number.NaN) : Number.parseFloat(delay);
  return Number.isFinite(seconds) ? { retryAfter: String(Math.min(60, Math.ceil(seconds))) } : {};
}
