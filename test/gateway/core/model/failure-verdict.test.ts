import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type AttemptFailure,
  type FailureVerdict,
  failureVerdict,
} from '../../../../functions/gateway/core/model/attempt-failure.ts';
import { FAILURES } from '../../../support/failures.ts';

describe('what follows from a failure before commit', () => {
  const rows: Readonly<Record<AttemptFailure['kind'], Pick<FailureVerdict, 'next' | 'blame'>>> = {
    unreachable: { next: 'next-candidate', blame: 'failure' },
    'timed-out': { next: 'next-candidate', blame: 'failure' },
    overloaded: { next: 'next-candidate', blame: 'failure' },
    malformed: { next: 'next-candidate', blame: 'failure' },
    truncated: { next: 'next-candidate', blame: 'failure' },
    conflicted: { next: 'next-candidate', blame: 'failure' },
    'rate-limited': { next: 'next-candidate', blame: 'rate-limited' },
    misconfigured: { next: 'next-candidate', blame: 'misconfigured' },
    'context-exceeded': { next: 'larger-window', blame: 'none' },
    unsupported: { next: 'next-candidate', blame: 'none' },
    rejected: { next: 'to-caller', blame: 'none' },
    aborted: { next: 'next-candidate', blame: 'none' },
  };
  for (const failure of Object.values<AttemptFailure>(FAILURES)) {
    const { next, blame } = rows[failure.kind];
    it(`${failure.kind}: the request goes ${next}, the deployment is blamed for ${blame}`, () => {
      const verdict = failureVerdict(failure);
      assert.deepEqual({ next: verdict.next, blame: verdict.blame }, rows[failure.kind]);
    });
  }

  for (const phase of ['connect', 'first-token', 'stall'] as const) {
    it(`blames a deployment that exceeds its ${phase} limit`, () => {
      assert.equal(failureVerdict({ kind: 'timed-out', phase, afterMs: 1 }).blame, 'failure');
    });
  }

  it('blames nobody for a deadline that the caller may have set to a millisecond', () => {
    assert.equal(failureVerdict({ kind: 'timed-out', phase: 'deadline', afterMs: 1 }).blame, 'none');
  });

  it('asks one again that did not let us connect or broke off, and none that was silent up to its limit', () => {
    const retries = (['connect', 'first-token', 'stall', 'deadline'] as const).filter(
      (phase) => failureVerdict({ kind: 'timed-out', phase, afterMs: 1 }).retrySame,
    );
    assert.deepEqual(retries, ['connect', 'stall']);
  });

  it('asks the same deployment again only after failures that may pass by themselves', () => {
    const again = Object.values<AttemptFailure>(FAILURES).filter((failure) => failureVerdict(failure).retrySame);
    assert.deepEqual(again.map(({ kind }) => kind).sort(), [
      'conflicted',
      'malformed',
      'overloaded',
      'truncated',
      'unreachable',
    ]);
  });
});
