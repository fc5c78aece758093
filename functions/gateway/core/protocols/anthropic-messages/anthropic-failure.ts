import type { AttemptFailure, VendorError } from '../../model/attempt-failure.ts';
import { defined } from '../../model/defined.ts';
import { type JsonObject, member, objectMember, parseJson, stringMember } from '../../wire/json.ts';
import { ERROR_CODES, type ErrorMeaning } from '../openai-chat/error-codes.ts';
import type { FailedResponse } from '../protocol.ts';
import { memberWaitMs, retryAfterMs, statusFailure, unreadableError } from '../status-failure.ts';

/** Reads a response whose status is not 2xx. Source: Anthropic API reference, "Errors", 2026-11. */
export function readAnthropicFailure(response: FailedResponse): AttemptFailure {
  const { status, headers, nowMs } = response;
  const body = parseJson(response.body);
  const requestId = headers['request-id'];
  const error = objectMember(body, 'error');
  const meaning = meaningOf(error);
  const vendor =
    error === undefined
      ? unreadableError(status, response.body)
      : vendorError(error, weightyStatus(meaning) ?? status, body);
  return failureOf(requestId === undefined ? vendor : { requestId, ...vendor }, {
    meaning,
    waitMs: retryAfterMs(headers, nowMs) ?? memberWaitMs(error ?? {}, nowMs),
  });
}

/** Reads an error that comes in a body or an event of a 200, `{"type":"error","error":{...}}`: its type stands for the status. */
export function readAnthropicErrorEvent(event: unknown): AttemptFailure {
  const error = objectMember(event, 'error') ?? {};
  const meaning = meaningOf(error);
  const ofType = STATUSES.get(stringMember(error, 'type') ?? '');
  const status = weightyStatus(meaning) ?? ofType ?? meaning?.status ?? 500;
  return failureOf(vendorError(error, status, event), { meaning });
}

interface Circumstances {
  readonly meaning: ErrorMeaning | undefined;
  readonly waitMs?: number | undefined;
}

/** What the words of other vendors that speak this API stand for, as Zhipu's `code` and Moonshot's `type`: each has those of its chat API. */
function meaningOf(error: JsonObject | undefined): ErrorMeaning | undefined {
  const words = [codeOf(error), stringMember(error, 'type')];
  return words.map((word) => ERROR_CODES.get(word ?? '')).find((found) => found !== undefined);
}

/** The status of a word that outweighs the response's. */
function weightyStatus(meaning: ErrorMeaning | undefined): number | undefined {
  return meaning?.outweighsStatus === true ? meaning.status : undefined;
}

function codeOf(error: JsonObject | undefined): string | undefined {
  return typeof error?.code === 'number' ? String(error.code) : stringMember(error, 'code');
}

/** The status that each type of error comes with. Source: Anthropic API reference, "Errors", 2026-11. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['authentication_error', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['not_found_error', 404],
  ['conflict_error', 409],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['api_error', 500],
  ['timeout_error', 504],
  ['overloaded_error', 529],
]);

/** The longest text of a vendor's that is passed on. */
const MAX_MESSAGE_CHARS = 2000;

function vendorError(error: JsonObject, status: number, body: unknown): VendorError {
  const type = stringMember(error, 'type');
  const code = stringMember(member(error, 'details'), 'error_code') ?? codeOf(error);
  const requestId = stringMember(body, 'request_id');
  return {
    status,
    message: (stringMember(error, 'message') ?? 'The provider gave no explanation.').slice(0, MAX_MESSAGE_CHARS),
    ...defined({ type, code, requestId }),
  };
}

/** Codes in `error.details.error_code` of a 429 that waiting does not cure. Source: Anthropic API reference, "Errors", 2026-11. */
const QUOTA_CODES = new Set(['enforced_spend_limit_reached', 'contract_spend_limit_reached']);

/** How 400s say that money is spent; they carry no code of their own. */
const QUOTA_MESSAGES = [/credit balance is too low/i, /reached your specified (api |workspace )?usage limits/i];

/** How 400s say that the prompt does not fit; they carry no code of their own. */
const CONTEXT_MESSAGES = [
  /prompt is too long/i,
  /input length and `?max_tokens`? exceed context limit/i,
  /exceeds? (the |this model's )?(maximum )?context (window|length|limit)/i,
];

function failureOf(vendor: VendorError, { meaning, waitMs }: Circumstances): AttemptFailure {
  const { status, message, code } = vendor;
  const isInvalid = status === 400 || status === 413;
  return statusFailure({
    vendor,
    retryAfterMs: waitMs,
    quota:
      meaning?.quota === true ||
      QUOTA_CODES.has(code ?? '') ||
      (isInvalid && QUOTA_MESSAGES.some((pattern) => pattern.test(message))),
    contextExceeded:
      meaning?.contextExceeded === true || (isInvalid && CONTEXT_MESSAGES.some((pattern) => pattern.test(message))),
    unsupported: meaning?.unsupported === true,
    isCertain: meaning?.outweighsStatus === true || meaning?.callers === true,
  });
}
