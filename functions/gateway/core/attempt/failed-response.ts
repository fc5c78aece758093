import type { AttemptFailure, VendorError } from '../model/attempt-failure.ts';
import type { Clock } from '../model/clock.ts';
import { defined } from '../model/defined.ts';
import type { ResponseBody, UpstreamResponse } from '../model/dial.ts';
import { codeWord, isOperatorsFault, redactSecrets } from '../model/vendor-text.ts';
import type { Protocol } from '../protocols/protocol.ts';
import { parseJson } from '../wire/json.ts';
import { abortReason } from './connection-failure.ts';
import { quotesRequest } from './quotes-request.ts';
import { readBody } from './response-body.ts';

/** As much of an error's body as is read. */
const MAX_ERROR_BYTES = 64 * 1024;
/** How long an error's body is waited for. */
const ERROR_BODY_MS = 2000;

/** What a failed response is read with. */
export interface FailedReading {
  readonly protocol: Protocol;
  readonly clock: Clock;
  /** What was sent. */
  readonly request: unknown;
}

/** Reads a response whose status is not 2xx. A body that breaks or dawdles leaves the status to speak for itself. */
export async function readFailedResponse(
  response: UpstreamResponse,
  { protocol, clock, request }: FailedReading,
  signal: AbortSignal,
): Promise<AttemptFailure> {
  const secrets = secretsOf(response.shown);
  const body = await errorText(response.body, secrets, { clock, signal });
  if (signal.aborted) {
    return abortReason(signal);
  }
  const { status, headers } = response;
  const failure = protocol.readFailure({ status, headers, body, nowMs: clock.nowMs() });
  return cleanFailure(failure, secrets, request);
}

/**
 * An error's body as far as it is read, without our credentials: some vendors quote what they were shown, and what they say goes to the
 * caller. Nothing of one that dawdles.
 */
function errorText(
  body: ResponseBody,
  secrets: readonly string[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<string> {
  return new Promise((resolve) => {
    const cancel = clock.after(ERROR_BODY_MS, () => resolve(''));
    const decoder = new TextDecoder();
    const parts: string[] = [];
    let size = 0;
    const read = readBody(body, signal, (piece) => {
      parts.push(decoder.decode(piece, { stream: true }));
      size += piece.length;
      return size < MAX_ERROR_BYTES;
    });
    void read.then((failure) => {
      cancel();
      const text = withoutSecrets(parts.join(''), secrets);
      // The end of a credential may be in what does not come any more, unless all has come that was said.
      const isCut = (failure !== undefined || size >= MAX_ERROR_BYTES) && !isWhole(text);
      const torn = isCut ? secrets.reduce((most, { length }) => Math.max(most, length - 1), 0) : 0;
      resolve(text.slice(0, Math.max(0, text.length - torn)));
    });
  });
}

/** A JSON object or list that is whole is not the beginning of a longer one. */
function isWhole(text: string): boolean {
  const json = parseJson(text);
  return typeof json === 'object' && json !== null;
}

/** The longest text of a vendor's that is passed on. */
const MAX_MESSAGE_CHARS = 2000;
const MAX_PARAM_CHARS = 200;
const MAX_GENERATION_CHARS = 16_384;
const MAX_REASON_CHARS = 80;

/**
 * A failure with the vendor's texts cut and cleaned, as soon as they are read: whatever shows them later (headers, trail, log, terminal, the
 * caller's error) gets no more. Codes are words or nothing, texts have no control characters, and `secrets`, which the vendor was shown,
 * are not in them, however they were escaped. `request`: what was sent, for sentences that quote it.
 */
export function cleanFailure(
  failure: AttemptFailure,
  secrets: readonly string[] = [],
  request: unknown = undefined,
): AttemptFailure {
  const cleaned = failure.vendor === undefined ? undefined : cleanVendor(failure.vendor, secrets);
  const isQuoted = cleaned !== undefined && isOperatorsFault(failure) && quotesRequest(cleaned.message, request);
  const vendor =
    cleaned === undefined ? {} : { vendor: isQuoted ? { ...cleaned, quotesRequest: true as const } : cleaned };
  if (failure.kind !== 'malformed') {
    return { ...failure, ...vendor };
  }
  const reason = failure.vendor === undefined ? cleanText(failure.reason, secrets, MAX_REASON_CHARS) : undefined;
  return { ...failure, ...vendor, reason: reason ?? word(failure.reason, secrets) ?? 'unusable output' };
}

function cleanVendor(vendor: VendorError, secrets: readonly string[]): VendorError {
  const { status, message, param, failedGeneration } = vendor;
  const [type, code, requestId] = [vendor.type, vendor.code, vendor.requestId].map((text) => word(text, secrets));
  return {
    status,
    message: cleanText(message, secrets, MAX_MESSAGE_CHARS),
    ...defined({ type, code }),
    ...(param !== undefined && { param: cleanText(param, secrets, MAX_PARAM_CHARS) }),
    ...defined({ requestId }),
    ...(failedGeneration !== undefined && {
      failedGeneration: withoutSecrets(failedGeneration, secrets).slice(0, MAX_GENERATION_CHARS),
    }),
  };
}

function word(text: string | undefined, secrets: readonly string[]): string | undefined {
  const cleaned = text === undefined ? undefined : withoutSecrets(text, secrets);
  // What is left of a word with a secret in it is of no use.
  return cleaned === text ? codeWord(text) : undefined;
}

function cleanText(text: string, secrets: readonly string[], maxChars: number): string {
  const cleaned = redactSecrets(withoutSecrets(text.slice(0, 2 * maxChars), secrets));
  return cleaned.replaceAll(/[^\P{Cc}\n\t]/gu, ' ').slice(0, maxChars);
}

function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
}

/** Names of headers whose values nobody else may see: the vendors' own, and those that an operator configures. */
const SECRET_HEADERS = /auth|token|secret|key|cookie/i;
/** What stands before a credential. */
const SCHEME = /^(?:bearer|basic|token|api-?key) +/i;
/** Shorter values are no secrets, and would tear holes into texts. */
const MIN_SECRET_LENGTH = 8;

/** The credentials among the headers that a vendor was shown, without the scheme before them; of cookies each value too. Names in any case. */
export function secretsOf(headers: UpstreamResponse['shown'] = {}): readonly string[] {
  return Object.entries(headers)
    .filter(([name]) => SECRET_HEADERS.test(name))
    .flatMap(([name, value]) => (/cookie/i.test(name) ? [value, ...cookieValues(value)] : [value.replace(SCHEME, '')]))
    .filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}

function cookieValues(cookies: string): readonly string[] {
  return cookies.split(';').map((cookie) => cookie.slice(cookie.indexOf('=') + 1).trim());
}
