import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { spentUsage } from '../../../../functions/gateway/core/attempt/spent-usage.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { Usage } from '../../../../functions/gateway/core/model/usage.ts';
import { FAILURES } from '../../../support/failures.ts';

const PROMPT_TOKENS = 100;
const TOLD: Usage = { input: 80, output: 1, cacheRead: 50 };

function estimated(input: number, output: number): object {
  return { usage: { input, output }, isEstimate: true };
}

describe('the tokens that a vendor charges an attempt for', () => {
  it('are what the vendor told where the answer is complete', () => {
    assert.deepEqual(spentUsage({ usage: TOLD, answerChars: 400 }, PROMPT_TOKENS), { usage: TOLD, isEstimate: false });
  });

  it('are the prompt and the answer by our own count where the vendor does not tell', () => {
    assert.deepEqual(spentUsage({ ttftMs: 5, answerChars: 400 }, PROMPT_TOKENS), estimated(PROMPT_TOKENS, 100));
  });

  const interrupted: readonly AttemptFailure[] = [
    FAILURES.aborted,
    { kind: 'aborted', by: 'caller' },
    FAILURES['timed-out'],
    { kind: 'timed-out', phase: 'deadline', afterMs: 1 },
  ];
  for (const failure of interrupted) {
    it(`are the prompt's where we stopped it before its first token: ${JSON.stringify(failure)}`, () => {
      assert.deepEqual(spentUsage({ failure }, PROMPT_TOKENS), estimated(PROMPT_TOKENS, 0));
    });
  }

  const unbilled: readonly AttemptFailure[] = [
    FAILURES.unreachable,
    { kind: 'timed-out', phase: 'connect', afterMs: 1000 },
    FAILURES.overloaded,
    FAILURES['rate-limited'],
    FAILURES.conflicted,
    FAILURES.misconfigured,
    FAILURES['context-exceeded'],
    FAILURES.rejected,
    FAILURES.malformed,
    FAILURES.truncated,
  ];
  for (const failure of unbilled) {
    it(`are none where it failed without a token: ${JSON.stringify(failure)}`, () => {
      assert.equal(spentUsage({ failure }, PROMPT_TOKENS), undefined);
    });
  }

  it('are the prompt and the answer up to there where it broke off after its first token', () => {
    const report = { failure: FAILURES.truncated, ttftMs: 5, answerChars: 41 };
    assert.deepEqual(spentUsage(report, PROMPT_TOKENS), estimated(PROMPT_TOKENS, 11));
  });

  it('are as the vendor told, but for an answer that has since grown', () => {
    const report = { failure: FAILURES.truncated, ttftMs: 5, answerChars: 40, usage: TOLD };
    const usage = { ...TOLD, output: 10 };
    assert.deepEqual(spentUsage(report, PROMPT_TOKENS), { usage, isEstimate: true });
  });
});
