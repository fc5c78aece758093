import { type AttemptFailure, describeFailure } from '../model/attempt-failure.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import { redactSecrets } from '../model/vendor-text.ts';

/** The longest wait that is passed on: the OpenAI SDKs ignore longer ones. */
const MAX_RETRY_AFTER_SECONDS = 60;
/** Keeps the SDKs from multiplying attempts that the gateway has already made. */
const NO_RETRY = { 'x-should-retry': 'false' };

/** One attempt that failed, for the message. */
export interface FailedAttempt {
  readonly deployment: string;
  readonly failure: AttemptFailure;
  readonly totalMs: number;
}

/** The most useful error when every attempt has failed: the vendor's refusal, which a vendor's own 400 is where all lack something, else 429 where all were rate-limited, else 502, or 504 on deadline. */
export function finalError(
  attempts: readonly FailedAttempt[],
  reason: 'failures' | 'deadline' | 'hung-up',
): GatewayError {
  const failures = attempts.map((attempt) => attempt.failure);
  const refusal = failures.find((failure) => failure.kind === 'rejected');
  if (refusal !== undefined) {
    return refusedByVendor(refusal, refusal.status, null);
  }
  if (reason === 'deadline') {
    return serverError(504, 'deadline_exceeded', `No answer before the deadline. ${story(attempts)}`);
  }
  if (failures.length > 0 && failures.every((failure) => failure.kind === 'context-exceeded')) {
    return refusedByVendor(failures.at(-1), 400, 'context_length_exceeded');
  }
  const unusable = failures.find(({ vendor }) => vendor?.failedGeneration !== undefined);
  if (unusable !== undefined && failures.every(({ kind }) => kind === 'malformed')) {
    return refusedByVendor(unusable, 400, null);
  }
  const unsupported = failures.find(({ kind }) => kind === 'unsupported');
  if (unsupported !== undefined && failures.every(isOfTheRequest)) {
    return unsupportedBy(unsupported);
  }
  const limits = failures.filter((failure) => failure.kind === 'rate-limited');
  if (limits.length > 0 && limits.length === failures.length) {
    return rateLimited(limits, attempts);
  }
  return serverError(502, codeOf(failures), story(attempts));
}

/** What a failure is called in an error event after commit. */
export function streamError(failure: AttemptFailure): GatewayError {
  switch (failure.kind) {
    case 'timed-out':
      return failure.phase === 'deadline'
        ? serverError(504, 'deadline_exceeded', 'The answer was cut off: the deadline has passed.')
        : serverError(
            504,
            'upstream_stream_stalled',
            `The answer was cut off: the provider sent nothing for ${Math.round(failure.afterMs)} ms.`,
          );
    case 'rate-limited':
      return cutOffByLimit(failure);
    case 'overloaded':
      return serverError(503, 'overloaded', 'The answer was cut off: the provider reports an error of its own.');
    case 'rejected':
      return refusedByVendor(failure, failure.status, null);
    case 'context-exceeded':
      return refusedByVendor(failure, 400, 'context_length_exceeded');
    case 'unsupported':
      return unsupportedBy(failure);
    case 'unreachable':
    case 'conflicted':
    case 'misconfigured':
    case 'malformed':
    case 'truncated':
    case 'aborted':
      return serverError(502, 'upstream_stream_truncated', `The answer was cut off: ${describeFailure(failure)}.`);
  }
}

/** As OpenAI names them: a caller waits for a rate, and not for money. */
function cutOffByLimit({ quota }: Extract<AttemptFailure, { kind: 'rate-limited' }>): GatewayError {
  return quota
    ? {
        ...serverError(
          429,
          'insufficient_quota',
          "The answer was cut off: the operator's quota at the provider is spent.",
        ),
        type: 'insufficient_quota',
      }
    : {
        ...serverError(429, 'rate_limit_exceeded', 'The answer was cut off: the provider reports a rate limit.'),
        type: 'rate_limit_error',
      };
}

function refusedByVendor(failure: AttemptFailure | undefined, status: number, code: string | null): GatewayError {
  const vendor = failure?.vendor;
  return {
    status: [vendor?.status, status].find(isCallersFault) ?? 400,
    message: redactSecrets(vendor?.message ?? 'The provider refused the request.'),
    type: 'invalid_request_error',
    code: code ?? vendor?.code ?? null,
    param: vendor?.param ?? null,
    ...(vendor?.failedGeneration !== undefined && { failedGeneration: vendor.failedGeneration }),
    headers: NO_RETRY,
  };
}

/** Failures that another request would not have met. */
function isOfTheRequest({ kind }: AttemptFailure): boolean {
  return kind === 'unsupported' || kind === 'context-exceeded';
}

/** A router says it with 404 and a server that lacks an option with 500: to the caller it is his request's. */
function unsupportedBy({ vendor }: AttemptFailure): GatewayError {
  return {
    ...refusedByVendor(vendor === undefined ? undefined : { kind: 'unsupported', status: 400, vendor }, 400, null),
    status: 400,
  };
}

function isCallersFault(status: number | undefined): boolean {
  return status !== undefined && status >= 400 && status < 500;
}

function rateLimited(
  limits: readonly Extract<AttemptFailure, { kind: 'rate-limited' }>[],
  attempts: readonly FailedAttempt[],
): GatewayError {
  if (limits.every((limit) => limit.quota)) {
    return {
      status: 429,
      message: story(attempts),
      type: 'insufficient_quota',
      code: 'insufficient_quota',
      param: null,
      headers: NO_RETRY,
    };
  }
  const waits = limits.flatMap((limit) => limit.retryAfterMs ?? []);
  const seconds = Math.min(MAX_RETRY_AFTER_SECONDS, Math.ceil(Math.min(...waits) / 1000));
  const headers = waits.length === 0 ? NO_RETRY : { 'retry-after': String(seconds) };
  return {
    status: 429,
    message: story(attempts),
    type: 'rate_limit_error',
    code: 'rate_limit_exceeded',
    param: null,
    headers,
  };
}

function codeOf(failures: readonly AttemptFailure[]): string {
  if (failures.length > 0 && failures.every((failure) => failure.kind === 'misconfigured')) {
    return 'upstream_misconfigured';
  }
  return failures.length > 0 && failures.every((failure) => failure.kind === 'overloaded')
    ? 'overloaded'
    : 'upstream_failed';
}

function serverError(status: number, code: string, message: string): GatewayError {
  return { status, message, type: 'server_error', code, param: null, headers: NO_RETRY };
}

function story(attempts: readonly FailedAttempt[]): string {
  if (attempts.length === 0) {
    return 'No provider was asked.';
  }
  const parts = attempts.map(
    ({ deployment, failure, totalMs }) => `${deployment}: ${describeFailure(failure)} after ${Math.round(totalMs)} ms`,
  );
  return `${attempts.length === 1 ? 'The only attempt' : `All ${attempts.length} attempts`} failed: ${parts.join('; ')}.`;
}
