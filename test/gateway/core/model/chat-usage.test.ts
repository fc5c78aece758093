import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ChatUsage, isCredible } from '../../../../functions/gateway/core/model/chat-usage.ts';

const TOLD: ChatUsage = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 };

describe("a vendor's counts can be true", () => {
  const credible: readonly ChatUsage[] = [
    TOLD,
    { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
    { ...TOLD, prompt_tokens_details: { cached_tokens: 4, audio_tokens: -1 }, completion_tokens_details: {} },
  ];
  for (const usage of credible) {
    it(JSON.stringify(usage), () => assert.ok(isCredible(usage)));
  }
});

describe("a vendor's counts cannot be true", () => {
  const incredible: readonly object[] = [
    { prompt_tokens: -1 },
    { completion_tokens: 1.5 },
    { total_tokens: 1e15 },
    { prompt_tokens_details: { cached_tokens: -4 } },
    { prompt_tokens_details: { cache_write_tokens: '4' } },
    { completion_tokens_details: { reasoning_tokens: 1e9 } },
  ];
  for (const change of incredible) {
    it(JSON.stringify(change), () => assert.ok(!isCredible({ ...TOLD, ...change })));
  }
});
