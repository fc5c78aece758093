import assert from 'node:assert/strict';
import { test } from 'node:test';
import { limitHeaders } from '../../../../functions/gateway/core/limits/limit-headers.ts';

const DURATIONS: readonly [number, string][] = [
  [0, '0ms'],
  [850, '850ms'],
  [1_000, '1s'],
  [6_200, '6.2s'],
  [60_000, '1m0s'],
  [63_050, '1m3.05s'],
];

for (const [resetMs, text] of DURATIONS) {
  test(`the time until a limit is full again is written as OpenAI does: ${text}`, () => {
    assert.deepEqual(limitHeaders([{ meter: 'tokens', limit: 10, remaining: 3, resetMs }]), {
      'x-ratelimit-limit-tokens': '10',
      'x-ratelimit-remaining-tokens': '3',
      'x-ratelimit-reset-tokens': text,
    });
  });
}
