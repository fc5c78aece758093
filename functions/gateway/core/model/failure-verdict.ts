import type { AttemptFailure } from './attempt-failure.ts';

/** What one attempt's failure means for the request and for the deployment. */
export interface FailureVerdict {
  /** Where the request goes: the next candidate, only one with a larger context window, or back to the caller. */
  readonly next: 'next-candidate' | 'larger-window' | 'to-caller';
  /** Whether the same deployment may be asked again for this request, where the route allows such retries. */
  readonly retrySame: boolean;
  /**
   * What it says of the deployment. `failure` counts towards ejection, `rate-limited` ejects until Retry-After, `misconfigured` for
   * long, `none` says nothing.
   */
  readonly blame: 'none' | 'failure' | 'rate-limited' | 'misconfigured';
}

const PASSING: FailureVerdict = { next: 'next-candidate', retrySame: true, blame: 'failure' };

/** The failure table: every kind of failure and what follows from it. */
const VERDICTS = {
  unreachable: PASSING,
  'timed-out': PASSING,
  overloaded: PASSING,
  conflicted: PASSING,
  malformed: PASSING,
  truncated: PASSING,
  'rate-limited': { next: 'next-candidate', retrySame: false, blame: 'rate-limited' },
  misconfigured: { next: 'next-candidate', retrySame: false, blame: 'misconfigured' },
  'context-exceeded': { next: 'larger-window', retrySame: false, blame: 'none' },
  unsupported: { next: 'next-candidate', retrySame: false, blame: 'none' },
  rejected: { next: 'to-caller', retrySame: false, blame: 'none' },
  // Whoever is faster goes on; a caller who has hung up has ended the race already.
  aborted: { next: 'next-candidate', retrySame: false, blame: 'none' },
} as const satisfies Record<AttemptFailure['kind'], FailureVerdict>;

/** What follows from a failure before commit. */
export function failureVerdict(failure: AttemptFailure): FailureVerdict {
  const verdict: FailureVerdict = VERDICTS[failure.kind];
  if (failure.kind !== 'timed-out') {
    return verdict;
  }
  switch (failure.phase) {
    case 'deadline':
      // A caller may set one of milliseconds: that a deployment within its own limits did not meet it is no fault of the deployment's.
      return { ...verdict, retrySame: false, blame: 'none' };
    case 'first-token':
      // It would be waited for in vain twice.
      return { ...verdict, retrySame: false };
    case 'connect':
    case 'stall':
      return verdict;
  }
}
