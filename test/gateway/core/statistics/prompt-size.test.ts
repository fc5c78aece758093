import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  estimateAtPrompt,
  lessonAtUsualPrompt,
  promptFactor,
  USUAL_PROMPT_TOKENS,
} from '../../../../functions/gateway/core/statistics/estimate.ts';
import type { Lesson } from '../../../../functions/gateway/core/statistics/observation.ts';
import fc from '../../../support/property.ts';
import { estimate, NOTHING_RECENT } from '../../../support/routes.ts';

const tokens = fc.nat({ max: 2_000_000 });
const doubling = fc.integer({ min: 1, max: 10_000_000 });

describe("a prompt's factor", () => {
  it('is 1 for the usual prompt, and doubles from none to the doubling size', () => {
    fc.assert(
      fc.property(doubling, (doublingTokens) => {
        assert.equal(promptFactor(USUAL_PROMPT_TOKENS, doublingTokens), 1);
        const [none, doubled] = [promptFactor(0, doublingTokens), promptFactor(doublingTokens, doublingTokens)];
        assert.ok(Math.abs(doubled / none - 2) < 1e-9);
      }),
    );
  });

  it('is positive and finite for every size, and 1 for all where size does not count', () => {
    fc.assert(
      fc.property(tokens, doubling, (promptTokens, doublingTokens) => {
        const factor = promptFactor(promptTokens, doublingTokens);
        assert.ok(factor > 0 && Number.isFinite(factor));
        assert.equal(promptFactor(promptTokens, 0), 1);
      }),
    );
  });
});

describe('a lesson at the usual prompt', () => {
  const cases: readonly { readonly lesson: Lesson; readonly expected: Lesson }[] = [
    { lesson: { kind: 'first-token', ttftMs: 900 }, expected: { kind: 'first-token', ttftMs: 300 } },
    { lesson: { kind: 'failed', waitedMs: 900 }, expected: { kind: 'failed', waitedMs: 300 } },
    { lesson: { kind: 'failed' }, expected: { kind: 'failed' } },
    { lesson: { kind: 'given-up', waitedMs: 900 }, expected: { kind: 'given-up', waitedMs: 300 } },
    {
      lesson: { kind: 'given-up', waitedMs: 900, limitMs: 6000, extra: 'hedge' },
      expected: { kind: 'given-up', waitedMs: 300, limitMs: 2000, extra: 'hedge' },
    },
    { lesson: { kind: 'late', waitedMs: 900 }, expected: { kind: 'late', waitedMs: 300 } },
    {
      lesson: { kind: 'answered', ttftMs: 900, totalMs: 2000, outputTokens: 10 },
      expected: { kind: 'answered', ttftMs: 900, totalMs: 2000, outputTokens: 10 },
    },
    { lesson: { kind: 'cut' }, expected: { kind: 'cut' } },
    { lesson: { kind: 'refused' }, expected: { kind: 'refused' } },
  ];
  for (const { lesson, expected } of cases) {
    it(`of ${JSON.stringify(lesson)} is ${JSON.stringify(expected)}`, () => {
      assert.deepEqual(lessonAtUsualPrompt(lesson, 3), expected);
    });
  }
});

describe('an estimate at a prompt', () => {
  it('has all times to first token in proportion and the rest as it was', () => {
    const usual = estimate({
      evidence: 4,
      ttftTotalMs: 1200,
      msPerToken: 20,
      ttftPercentileMs: (percentile) => percentile * 10,
      totalPercentileMs: () => 5000,
      recent: { ...NOTHING_RECENT, evidence: 2, ttftTotalMs: 500, seenMedianMs: () => 240 },
    });
    const long = estimateAtPrompt(usual, 2);
    assert.deepEqual([long.evidence, long.ttftTotalMs, long.msPerToken], [4, 2400, 20]);
    assert.deepEqual([long.ttftPercentileMs(95), long.totalPercentileMs(95)], [1900, 5000]);
    assert.deepEqual([long.recent.ttftTotalMs, long.recent.seenMedianMs()], [1000, 480]);
  });

  it('knows no more than before of what nobody has seen', () => {
    const { ttftPercentileMs, recent } = estimateAtPrompt(estimate(), 7);
    assert.deepEqual([ttftPercentileMs(50), recent.seenMedianMs()], [undefined, undefined]);
  });
});
