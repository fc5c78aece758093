import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { claudeRules } from '../../../../../functions/gateway/core/protocols/claude/claude-rules.ts';

type Row = readonly [
  model: string,
  sampling: string,
  thinking: string,
  off: string,
  flags: string,
  maxTokens: number | undefined,
];

/** Flags: f forced tools, s structured outputs, p prefill, m system turns in mid-conversation. */
const ROWS: readonly Row[] = [
  ['claude-3-haiku-20240307', 'all', 'none', 'disabled', 'fp', 4096],
  ['claude-3-5-sonnet-20240620', 'all', 'none', 'disabled', 'fp', 8192],
  ['claude-3-7-sonnet-20250219', 'all', 'budget', 'disabled', 'fp', 64_000],
  ['claude-sonnet-4-20250514', 'all', 'budget', 'disabled', 'fp', 64_000],
  ['claude-sonnet-4-0', 'all', 'budget', 'disabled', 'fp', 64_000],
  ['claude-opus-4@20250514', 'all', 'budget', 'disabled', 'fp', 32_000],
  ['claude-opus-4-1-20250805', 'one', 'budget', 'disabled', 'fp', 32_000],
  ['claude-haiku-4-5-20251001', 'one', 'budget', 'disabled', 'fsp', 64_000],
  ['claude-opus-4.5', 'one', 'budget', 'disabled', 'fsp', 64_000],
  ['us.anthropic.claude-sonnet-4-6-v1:0', 'one', 'adaptive', 'disabled', 'fs', 128_000],
  ['claude-opus-4-7', 'none', 'adaptive', 'disabled', 'fs', 128_000],
  ['claude-opus-4-8', 'none', 'adaptive', 'disabled', 'fsm', 128_000],
  ['claude-sonnet-5', 'none', 'adaptive', 'disabled', 'fs', 128_000],
  ['claude-sonnet-5-20260601', 'none', 'adaptive', 'disabled', 'fs', 128_000],
  ['claude-opus-5', 'none', 'adaptive', 'disabled', 'fsm', 128_000],
  ['claude-fable-5', 'none', 'adaptive', 'never', 'fsm', 128_000],
  ['claude-fable-5-1', 'none', 'adaptive', 'never', 'sm', 128_000],
  ['claude-opus-5-5', 'none', 'adaptive', 'never', 'sm', 128_000],
  ['claude-sonnet-5-5', 'none', 'adaptive', 'between_tools', 'sm', 128_000],
  ['claude-haiku-5-5', 'none', 'adaptive', 'disabled', 'fsm', 128_000],
  ['claude-opus-9', 'none', 'adaptive', 'never', 'sm', 128_000],
  ['kimi-k2', 'all', 'budget', 'disabled', 'fp', undefined],
];

describe('the rules of a model', () => {
  for (const [model, sampling, thinking, off, flags, maxTokens] of ROWS) {
    it(`of ${model} are as its documentation says`, () => {
      const rules = claudeRules(model, undefined);
      const { forcedTools: f, structuredOutputs: s, prefill: p, systemTurns: m } = rules;
      const letters = Object.entries({ f, s, p, m }).flatMap(([letter, is]) => (is ? [letter] : []));
      assert.deepEqual(
        [model, rules.sampling, rules.thinking, rules.thinkingOff, letters.join(''), rules.maxOutputTokens],
        [model, sampling, thinking, off, flags, maxTokens],
      );
    });
  }

  it("give way to the operator's", () => {
    assert.equal(claudeRules('claude-opus-5', { sampling: 'all' }).sampling, 'all');
  });
});
