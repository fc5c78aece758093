import type { AttemptFailure, AttemptFailureKind } from '../../functions/gateway/core/model/attempt-failure.ts';

/** One failure of every kind. */
export const FAILURES = {
  unreachable: { kind: 'unreachable', code: 'ECONNREFUSED' },
  'timed-out': { kind: 'timed-out', phase: 'first-token', afterMs: 10_000 },
  overloaded: { kind: 'overloaded', status: 529 },
  'rate-limited': { kind: 'rate-limited', retryAfterMs: 3000, quota: false },
  conflicted: { kind: 'conflicted', status: 409 },
  misconfigured: { kind: 'misconfigured', status: 401 },
  'context-exceeded': { kind: 'context-exceeded' },
  unsupported: { kind: 'unsupported', status: 400 },
  rejected: { kind: 'rejected', status: 400 },
  malformed: { kind: 'malformed', reason: 'no JSON' },
  truncated: { kind: 'truncated' },
  aborted: { kind: 'aborted', by: 'hedge' },
} as const satisfies { readonly [Kind in AttemptFailureKind]: Extract<AttemptFailure, { kind: Kind }> };
