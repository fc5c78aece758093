import type { AttemptFailure } from '../model/attempt-failure.ts';
import { stringMember } from '../wire/json.ts';

/**
 * The failure that a thrown connection error stands for. Errors are told apart by `code` alone (Node's system codes and undici's), at the
 * error or at its cause. An aborted signal's reason is the failure that aborted it. `connectMs`: the limit while connecting; absent once
 * connected, when the system's time-out means that the connection broke.
 */
export function connectionFailure(error: unknown, signal: AbortSignal, connectMs?: number): AttemptFailure {
  if (signal.aborted) {
    return abortReason(signal);
  }
  const code = codeOf(error) ?? 'UNKNOWN';
  const isTimeout = code === 'UND_ERR_CONNECT_TIMEOUT' || code === 'ETIMEDOUT';
  return isTimeout && connectMs !== undefined
    ? { kind: 'timed-out', phase: 'connect', afterMs: connectMs }
    : { kind: 'unreachable', code };
}

/** Why the signal was aborted: every abort in the gateway carries an `AttemptFailure`; any other reason is the caller's. */
export function abortReason(signal: AbortSignal): AttemptFailure {
  return isAttemptFailure(signal.reason) ? signal.reason : { kind: 'aborted', by: 'caller' };
}

function isAttemptFailure(reason: unknown): reason is AttemptFailure {
  return !(reason instanceof Error) && stringMember(reason, 'kind') !== undefined;
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code ?? codeOf(error.cause);
}
