import type { AttemptFailure } from './attempt-failure.ts';

/** One failure in a few words, without any text of the vendor's. */
export function describeFailure(failure: AttemptFailure): string {
  switch (failure.kind) {
    case 'unreachable':
      return `unreachable (${failure.code})`;
    case 'timed-out':
      return `timed out (${failure.phase})`;
    case 'overloaded':
    case 'conflicted':
    case 'misconfigured':
    case 'unsupported':
    case 'rejected':
      return `${failure.kind} (${failure.status})`;
    case 'rate-limited':
      return failure.quota ? 'out of quota' : 'rate-limited';
    case 'malformed':
      return `malformed answer (${failure.reason})`;
    case 'context-exceeded':
      return 'context window exceeded';
    case 'truncated':
      return 'answer truncated';
    case 'aborted':
      return `aborted by the ${failure.by}`;
  }
}
