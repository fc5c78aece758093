import type { AttemptFailure, VendorError } from '../model/attempt-failure.ts';
import { isJsonObject, type JsonObject, numberMember, objectMember, stringMember } from '../wire/json.ts';
import { type SaidFailure, saidFailure, TOLD_STATUSES } from './failure-words.ts';

/** What a protocol has read beyond the status. */
interface FailureHints {
  readonly vendor: VendorError;
  readonly retryAfterMs?: number | undefined;
  /** A 429 (or 402) that says that money or a daily quota is spent. */
  readonly quota?: boolean;
  readonly contextExceeded?: boolean;
  /** Whether the vendor's code says that another model or vendor may serve the request. */
  readonly unsupported?: boolean;
  /** Whether the vendor's code has said what is wrong, so that its sentence is not looked at. */
  readonly isCertain?: boolean;
  /** Whether nobody has said a status, as in a stream: then the sentence decides before the status that is assumed. */
  readonly isStatusAssumed?: boolean;
}

/**
 * The failure that an HTTP status and, where that may mean anything, the vendor's sentence stand for: the same for every vendor. A protocol
 * looks at its own codes first.
 */
export function statusFailure(hints: FailureHints): AttemptFailure {
  const { vendor } = hints;
  if (hints.contextExceeded === true) {
    return { kind: 'context-exceeded', vendor };
  }
  if (hints.quota === true) {
    return rateLimited(hints, true);
  }
  const status = hints.isStatusAssumed === true ? ANY_STATUS : vendor.status;
  const isTold = hints.isCertain !== true && TOLD_STATUSES.has(status);
  const said = isTold ? saidFailure(status, vendor.message) : undefined;
  return said === undefined ? byStatus(hints) : bySentence(said, hints);
}

/** A status with which servers say anything. */
const ANY_STATUS = 400;

/** The status that a server should have answered where it told the operator's own fault as the request's. */
const OPERATORS_STATUS = 403;

function bySentence(said: SaidFailure, hints: FailureHints): AttemptFailure {
  const { vendor } = hints;
  const { status } = vendor;
  switch (said) {
    case 'context':
      return { kind: 'context-exceeded', vendor };
    case 'unpaid':
      return rateLimited(hints, true);
    case 'operator':
      return { kind: 'misconfigured', status: OPERATORS.includes(status) ? status : OPERATORS_STATUS, vendor };
    case 'unsupported':
      return { kind: 'unsupported', status, vendor };
    case 'stream':
      return { kind: 'unsupported', status, vendor, isStream: true };
    case 'request':
      return { kind: 'rejected', status: 400, vendor: { ...vendor, status: 400 }, isKnown: true };
    case 'overloaded':
      return { kind: 'overloaded', status, vendor };
  }
}

function byStatus(hints: FailureHints): AttemptFailure {
  const { vendor, isCertain, unsupported } = hints;
  const { status } = vendor;
  if (status === 402 || status === 429) {
    return rateLimited(hints, status === 402);
  }
  if (OPERATORS.includes(status)) {
    return { kind: 'misconfigured', status, vendor };
  }
  if (CONFLICTS.includes(status)) {
    return { kind: 'conflicted', status, vendor };
  }
  const isCallersFault = status >= 400 && status < 500 && !FREE_OF_BLAME.includes(status);
  if (unsupported === true && (isCallersFault || status === 501)) {
    return { kind: 'unsupported', status, vendor };
  }
  if (!isCallersFault) {
    return { kind: 'overloaded', status, vendor };
  }
  return { kind: 'rejected', status, vendor, ...(isCertain === true && { isKnown: true }) };
}

/** The wait is what the vendor's sentence asks for, where nothing else tells one. */
function rateLimited({ vendor, retryAfterMs }: FailureHints, quota: boolean): AttemptFailure {
  return { kind: 'rate-limited', retryAfterMs: retryAfterMs ?? askedWaitMs(vendor.message), quota, vendor };
}

/** The credential, the address, the model, the country: 405, 407 and what leads elsewhere are those of another address, 410 of a model that is gone. */
const OPERATORS: readonly number[] = [301, 302, 303, 307, 308, 401, 403, 404, 405, 407, 410, 451];

/** Not now, perhaps elsewhere. */
const CONFLICTS: readonly number[] = [408, 409, 425];

/**
 * Statuses below 500 that say nothing of the request: Groq's for a full flex tier, a model's own failure, and that of a request which the
 * server's side gave up. Source: console.groq.com/docs/errors, Amazon Bedrock API reference, "Common errors", 2026-11.
 */
const FREE_OF_BLAME: readonly number[] = [424, 498, 499];

/** The longest text of a vendor's that is passed on. */
const MAX_MESSAGE_CHARS = 2000;

/** How a page begins; DashScope's sentences begin with `<400> `. */
const MARKUP = /^<(?!\d{3}> )/;

/** A vendor's error for a body that is not in its own shape: a proxy's HTML page, plain text, nothing. HTML is never passed on. */
export function unreadableError(status: number, body: string): VendorError {
  const text = body.trim();
  const isPlain = text !== '' && !MARKUP.test(text) && !/[^\P{Cc}\s]/u.test(text);
  return {
    status,
    message: isPlain ? text.slice(0, MAX_MESSAGE_CHARS) : `The provider answered ${status} without an explanation.`,
  };
}

/** The longest wait that a vendor's `Retry-After` is believed: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

type Headers = Readonly<Record<string, string>>;

/**
 * How long a vendor asks us to wait, in milliseconds: `retry-after-ms` (OpenAI, Azure), else `retry-after` in seconds (fractions too), as
 * an HTTP date (RFC 9110, section 10.2.3) or as an instant, else when what is spent comes back (`x-ratelimit-reset-*` and their like).
 * `undefined` where absent or unreadable.
 */
export function retryAfterMs(headers: Headers, nowMs: number): number | undefined {
  if (!Object.keys(headers).some((name) => OF_WAITING.test(name))) {
    return undefined;
  }
  const milliseconds = numberIn(headers['retry-after-ms'], 1, nowMs);
  const asked =
    milliseconds ?? numberIn(headers['retry-after'], 1000, nowMs) ?? untilDate(headers['retry-after'], nowMs);
  return asked ?? resetMs(headers, nowMs);
}

/** Headers that may tell a wait. */
const OF_WAITING = /^retry-after|ratelimit|^anthropic-priority-/;

/** Numbers from here on are instants since 1970: of seconds, and of milliseconds. */
const EPOCH_SECONDS = 1e9;
const EPOCH_MS = 1e12;

function numberIn(text: string | undefined, unitMs: number, nowMs: number): number | undefined {
  return text === undefined || !/^\s*\d+(\.\d+)?\s*$/.test(text)
    ? undefined
    : bounded(waitOf(Number(text), unitMs, nowMs));
}

/** A wait in `unitMs`, or until an instant. */
function waitOf(value: number, unitMs: number, nowMs: number): number {
  if (value < EPOCH_SECONDS) {
    return value * unitMs;
  }
  return (value < EPOCH_MS ? value * 1000 : value) - nowMs;
}

function bounded(waitMs: number): number {
  return Math.min(MAX_RETRY_AFTER_MS, Math.max(0, Math.ceil(waitMs)));
}

/** How an HTTP date begins, in any of its forms, or one of ISO 8601. `Date.parse` alone takes `-5` and `5, 10` for days long past. */
const DATE_BEGINNING = /^\s*(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? |\d{4}-\d{2}-\d{2}T)/i;

function untilDate(text = '', nowMs: number): number | undefined {
  const at = DATE_BEGINNING.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : bounded(at - nowMs);
}

/** What may be spent, as headers name it, and where each says when it comes back. */
const LIMITS: readonly (readonly [remaining: string, reset: string])[] = [
  ['x-ratelimit-remaining-requests', 'x-ratelimit-reset-requests'],
  ['x-ratelimit-remaining-tokens', 'x-ratelimit-reset-tokens'],
  ['x-ratelimit-remaining', 'x-ratelimit-reset'],
  ['ratelimit-remaining', 'ratelimit-reset'],
  // Anthropic's, with the instant of each. Source: Claude API reference, "Rate limits", "Response headers".
  ['anthropic-ratelimit-requests-remaining', 'anthropic-ratelimit-requests-reset'],
  ['anthropic-ratelimit-tokens-remaining', 'anthropic-ratelimit-tokens-reset'],
  ['anthropic-ratelimit-input-tokens-remaining', 'anthropic-ratelimit-input-tokens-reset'],
  ['anthropic-ratelimit-output-tokens-remaining', 'anthropic-ratelimit-output-tokens-reset'],
  // Of a priority tier. Source: Claude API documentation, "Service tiers", 2026-11.
  ['anthropic-priority-input-tokens-remaining', 'anthropic-priority-input-tokens-reset'],
  ['anthropic-priority-output-tokens-remaining', 'anthropic-priority-output-tokens-reset'],
  // OpenAI's of a project; those of a minute and a day of Cerebras and SambaNova; Mistral's by size. Source: their pages of rate limits, 2026-11.
  ['x-ratelimit-remaining-project-tokens', 'x-ratelimit-reset-project-tokens'],
  ['x-ratelimit-remaining-tokens-minute', 'x-ratelimit-reset-tokens-minute'],
  ['x-ratelimit-remaining-tokens-day', 'x-ratelimit-reset-tokens-day'],
  ['x-ratelimit-remaining-requests-minute', 'x-ratelimit-reset-requests-minute'],
  ['x-ratelimit-remaining-requests-day', 'x-ratelimit-reset-requests-day'],
  ['ratelimitbysize-remaining', 'ratelimitbysize-reset'],
];

/** When all that is spent is back: a limit of which something remains says nothing. */
function resetMs(headers: Headers, nowMs: number): number | undefined {
  const told = LIMITS.filter(([left, reset]) => headers[reset] !== undefined && !(Number(headers[left] ?? 0) > 0));
  const waits = told.flatMap(([, reset]) => durationMs(headers[reset], nowMs) ?? []);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** A wait as headers and sentences write it: seconds, an instant, a date, or `1m3.57s`. */
export function durationMs(text: string | undefined, nowMs: number): number | undefined {
  return text === undefined ? undefined : (numberIn(text, 1000, nowMs) ?? untilDate(text, nowMs) ?? writtenMs(text));
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function writtenMs(text: string): number | undefined {
  const isWritten = /^\s*(?:\d{1,9}(?:\.\d{1,9})?(?:ms|[smhd])\s*){1,5}$/.test(text);
  const pieces = isWritten ? [...text.matchAll(/(\d{1,9}(?:\.\d{1,9})?)(ms|[smhd])/g)] : [];
  const total = pieces.reduce((sum, [, count, unit = '']) => sum + Number(count) * (UNITS[unit] ?? 0), 0);
  return pieces.length === 0 ? undefined : bounded(total);
}

/** "Please try again in 1m3.57s", "retry after 6 seconds", "wait 36 seconds before retrying". */
const ASKED =
  /\b(?:(?:try again|retry)(?: again)? (?:in|after)|please wait(?: for)?) (\d+(?:\.\d+)?)\s*(milliseconds?|seconds?|minutes?|hours?|ms|[smhd])((?:\d+(?:\.\d+)?(?:ms|[smhd]))*)\b/i;
const WORDS: Readonly<Record<string, string>> = { mil: 'ms', sec: 's', min: 'm', hou: 'h' };

/** The wait that a vendor's sentence asks for. */
function askedWaitMs(message: string): number | undefined {
  const [, count, unit = '', rest = ''] = ASKED.exec(message.slice(0, 2000)) ?? [];
  return count === undefined
    ? undefined
    : writtenMs(`${count}${WORDS[unit.slice(0, 3).toLowerCase()] ?? unit.toLowerCase()}${rest}`);
}

/** The wait that an error's members tell: a number of seconds, or the headers of the vendor behind a router (OpenRouter). */
export function memberWaitMs(error: JsonObject, nowMs: number): number | undefined {
  const metadata = objectMember(error, 'metadata');
  const places = metadata === undefined ? [error] : [error, metadata];
  const milliseconds = places
    .map((place) => numberMember(place, 'retry_after_ms'))
    .find((found) => found !== undefined);
  const seconds = places
    .flatMap((place) => ['retry_after', 'retry_after_seconds', 'retryAfter'].map((name) => place[name]))
    .find((value) => typeof value === 'string' || typeof value === 'number');
  const asked = seconds === undefined ? undefined : durationMs(String(seconds), nowMs);
  const told = milliseconds === undefined ? asked : bounded(milliseconds);
  return told ?? (metadata && routedWaitMs(metadata, nowMs));
}

function routedWaitMs(metadata: JsonObject, nowMs: number): number | undefined {
  const { headers } = metadata;
  const told =
    isJsonObject(headers) && Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  const waitMs = told ? retryAfterMs(Object.fromEntries(told), nowMs) : undefined;
  return waitMs ?? durationMs(stringMember(metadata, 'quotaResetDelay'), nowMs);
}
