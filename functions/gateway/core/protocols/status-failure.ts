import type { AttemptFailure, VendorError } from '../model/attempt-failure.ts';

/** What a protocol has read beyond the status. */
export interface FailureHints {
  readonly vendor: VendorError;
  readonly retryAfterMs?: number | undefined;
  /** A 429 (or 402) that says that money or a daily quota is spent. */
  readonly quota?: boolean;
  readonly contextExceeded?: boolean;
}

/** The failure that an HTTP status stands for, the same for every vendor. A protocol looks at its own codes first. */
export function statusFailure(hints: FailureHints): AttemptFailure {
  const { vendor } = hints;
  const { status } = vendor;
  if (hints.contextExceeded === true) {
    return { kind: 'context-exceeded', vendor };
  }
  if (hints.quota === true || status === 402 || status === 429) {
    const quota = hints.quota === true || status === 402;
    return { kind: 'rate-limited', retryAfterMs: hints.retryAfterMs, quota, vendor };
  }
  if (status === 401 || status === 403 || status === 404) {
    return { kind: 'misconfigured', status, vendor };
  }
  if (status === 408 || status === 409 || status === 425) {
    return { kind: 'conflicted', status, vendor };
  }
  return isCallersFault(status) ? { kind: 'rejected', status, vendor } : { kind: 'overloaded', status, vendor };
}

/** Statuses below 500 that say nothing of the request: Groq's for a full flex tier, and that of a request which the server's side gave up. */
const FREE_OF_BLAME: readonly number[] = [498, 499];

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
