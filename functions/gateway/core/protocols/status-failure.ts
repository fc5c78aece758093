import type { AttemptFailure, VendorError } from '../model/attempt-failure.ts';
import { type SaidFailure, saidFailure } from './failure-words.ts';

/** What a protocol has read beyond the status. */
export interface FailureHints {
  readonly vendor: VendorError;
  readonly retryAfterMs?: number | undefined;
  /** A 429 (or 402) that says that money or a daily quota is spent. */
  readonly quota?: boolean;
  readonly contextExceeded?: boolean;
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
    return { kind: 'rate-limited', retryAfterMs: hints.retryAfterMs, quota: true, vendor };
  }
  const status = hints.isStatusAssumed === true ? ANY_STATUS : vendor.status;
  const said = hints.isCertain === true ? undefined : saidFailure(status, vendor.message);
  return said === undefined ? byStatus(hints) : bySentence(said, hints);
}

/** A status with which servers say anything. */
const ANY_STATUS = 400;

/** The status that a server should have answered where it told the operator's own fault as the request's. */
const OPERATORS_STATUS = 403;

function bySentence(said: SaidFailure, { vendor, retryAfterMs }: FailureHints): AttemptFailure {
  const { status } = vendor;
  switch (said) {
    case 'context':
      return { kind: 'context-exceeded', vendor };
    case 'unpaid':
      return { kind: 'rate-limited', retryAfterMs, quota: true, vendor };
    case 'operator':
      return { kind: 'misconfigured', status: isOperators(status) ? status : OPERATORS_STATUS, vendor };
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

function byStatus({ vendor, retryAfterMs, isCertain }: FailureHints): AttemptFailure {
  const { status } = vendor;
  if (status === 402 || status === 429) {
    return { kind: 'rate-limited', retryAfterMs, quota: status === 402, vendor };
  }
  if (isOperators(status)) {
    return { kind: 'misconfigured', status, vendor };
  }
  if (status === 408 || status === 409 || status === 425) {
    return { kind: 'conflicted', status, vendor };
  }
  if (!isCallersFault(status)) {
    return { kind: 'overloaded', status, vendor };
  }
  return { kind: 'rejected', status, vendor, ...(isCertain === true && { isKnown: true }) };
}

/** The credential, the address, the model, the country: 405, 407 and what leads elsewhere are those of another address, 410 of a model that is gone. */
const OPERATORS: readonly number[] = [301, 302, 303, 307, 308, 401, 403, 404, 405, 407, 410, 451];

function isOperators(status: number): boolean {
  return OPERATORS.includes(status);
}

/** Statuses below 500 that say nothing of the request: Groq's for a full flex tier, a model's own failure, and that of a request which the server's side gave up. */
const FREE_OF_BLAME: readonly number[] = [424, 498, 499];

function isCallersFault(status: number): boolean {
  return status >= 400 && status < 500 && !FREE_OF_BLAME.includes(status);
}

/** The longest text of a vendor's that is passed on. */
const MAX_MESSAGE_CHARS = 2000;

/** A vendor's error for a body that is not in its own shape: a proxy's HTML page, plain text, nothing. HTML is never passed on. */
export function unreadableError(status: number, body: string): VendorError {
  const text = body.trim();
  const isPlain = text !== '' && !text.startsWith('<') && !/[^\P{Cc}\s]/u.test(text);
  return {
    status,
    message: isPlain ? text.slice(0, MAX_MESSAGE_CHARS) : `The provider answered ${status} without an explanation.`,
  };
}
