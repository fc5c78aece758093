import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { spentUsage } from '../../../../functions/gateway/core/attempt/spent-usage.ts';
import type { AttemptFailure } from '../../../../functions/gateway/core/model/attempt-failure.ts';
import type { Usage } from '../../../../functions/gateway/core/model/usage.ts';
import { FAILURES } from '../../../support/failures.ts';

const ASKED = { promptTokens: 100, startedAtMs: 5000, windowTokens: 8000 };
const TOLD: Usage = { input: 80, output: 1, cacheRead: 50 };

function estimated(input: number, output: number): object {
  return { usage: { input, output }, isEstimate: true };
}

describe('the tokens that a vendor charges an attempt for', () => {
  it('are what the vendor told where the answer is complete', () => {
    assert.deepEqual(spentUsage({ usage: TOLD, answerBytes: 400 }, ASKED), { usage: TOLD, isEstimate: false });
  });

  it('are the prompt and the answer at two bytes a token where the vendor does not tell', () => {
    assert.deepEqual(spentUsage({ ttftMs: 0, answerBytes: 400 }, ASKED), estimated(200, 200));
  });

  const interrupted: readonly AttemptFailure[] = [
    { kind: 'aborted', by: 'caller' },
    FAILURES['timed-out'],
    { kind: 'timed-out', phase: 'deadline', afterMs: 1 },
  ];
  for (const failure of interrupted) {
    it(`are the prompt's, and what may have been thought till then, where we stopped it: ${JSON.stringify(failure)}`, () => {
      assert.deepEqual(spentUsage({ failure, endedAtMs: 7000 }, ASKED), estimated(200, 500));
    });
  }

  it("are the prompt's, and what may have been thought till then, where another answer came first", () => {
    assert.deepEqual(spentUsage({ failure: FAILURES.aborted, endedAtMs: 7000 }, ASKED), estimated(200, 500));
  });

  it('are no more than the answers may have, where they have a limit', () => {
    const asked = { ...ASKED, answerLimit: 60, choices: 2 };
    assert.deepEqual(spentUsage({ failure: FAILURES.aborted, endedAtMs: 7000 }, asked), estimated(200, 120));
  });

  const left: AttemptFailure = { kind: 'aborted', by: 'caller' };
  const unheard: readonly (readonly [string, AttemptFailure, object, number])[] = [
    ['as much as the answer may have, where the caller left', left, { answerLimit: 9000 }, 9000],
    ['4096 where nobody has told a limit', left, {}, 4096],
    ['twice what another answer had', FAILURES.aborted, { answeredTokens: 1000 }, 2000],
    ['no more than the limit', FAILURES.aborted, { answeredTokens: 1000, answerLimit: 1200 }, 1200],
    ['of each answer', left, { answerLimit: 900, choices: 3 }, 2700],
    ['nothing where the vendor was silent', { kind: 'timed-out', phase: 'first-token', afterMs: 2000 }, {}, 500],
  ];
  const silent: AttemptFailure = { kind: 'timed-out', phase: 'first-token', afterMs: 2000 };
  it('have the whole answer that a vendor makes for nobody, which is silent until then', () => {
    const report = { failure: silent, endedAtMs: 7000, unheard: 'whole' } as const;
    assert.deepEqual(spentUsage(report, { ...ASKED, answerLimit: 900 }), estimated(200, 900));
  });

  for (const [what, failure, asked, output] of unheard) {
    it(`have the rest that a vendor makes for nobody: ${what}`, () => {
      const report = { failure, endedAtMs: 7000, unheard: 'rest' } as const;
      assert.deepEqual(spentUsage(report, { ...ASKED, ...asked }), estimated(200, output));
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
      assert.equal(spentUsage({ failure }, ASKED), undefined);
    });
  }

  it('are what the vendor has told also where the answer then failed without a token', () => {
    const usage = { input: 80, output: 4000 };
    assert.deepEqual(spentUsage({ failure: FAILURES.malformed, usage, endedAtMs: 5000 }, ASKED), {
      usage,
      isEstimate: true,
    });
  });

  it('are as much as the model can read where its own tools have read what nobody has told', () => {
    const report = { failure: FAILURES.truncated, ttftMs: 0, usage: TOLD, readsUntold: true } as const;
    assert.deepEqual(spentUsage(report, ASKED), { usage: { ...TOLD, input: 8000 }, isEstimate: true });
  });

  it("are the prompt's where one of its calls had been answered", () => {
    const report = { failure: FAILURES.overloaded, isPartlyRead: true, endedAtMs: 5000 } as const;
    assert.deepEqual(spentUsage(report, ASKED), estimated(200, 0));
  });

  it('are the prompt and the answer up to there where it broke off after its first token', () => {
    const report = { failure: FAILURES.truncated, ttftMs: 1000, answerBytes: 41 };
    assert.deepEqual(spentUsage(report, ASKED), estimated(200, 271));
  });

  it('are as the vendor told, but for an answer that has since grown', () => {
    const report = { failure: FAILURES.truncated, ttftMs: 0, answerBytes: 40, usage: TOLD };
    const usage = { ...TOLD, output: 20 };
    assert.deepEqual(spentUsage(report, ASKED), { usage, isEstimate: true });
  });
});
