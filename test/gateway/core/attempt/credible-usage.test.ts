import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isCredible } from '../../../../functions/gateway/core/attempt/spent-usage.ts';
import type { Usage } from '../../../../functions/gateway/core/model/usage.ts';

const TOLD: Usage = { input: 10, output: 20 };

describe("a vendor's counts can be true", () => {
  const credible: readonly Usage[] = [
    TOLD,
    { input: 0, output: 0 },
    { ...TOLD, cacheRead: 4, cacheWrite5m: 1, cacheWrite1h: 2, reasoning: 3 },
  ];
  for (const usage of credible) {
    it(JSON.stringify(usage), () => assert.ok(isCredible(usage)));
  }
});

describe("a vendor's counts cannot be true", () => {
  const incredible: readonly Partial<Usage>[] = [
    { input: -1 },
    { output: 1.5 },
    { output: 1e15 },
    { input: Number.NaN },
    { cacheRead: -4 },
    { cacheWrite5m: 0.5 },
    { cacheWrite1h: -1 },
    { reasoning: 1e9 },
  ];
  for (const change of incredible) {
    it(JSON.stringify(change), () => assert.ok(!isCredible({ ...TOLD, ...change })));
  }
});
