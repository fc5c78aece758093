import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { keyShares } from '../../../../functions/gateway/core/race/instance-budgets.ts';

function shares(): { readonly at: (ms: number) => void; readonly shares: ReturnType<typeof keyShares> } {
  let nowMs = 0;
  const at = (ms: number): void => {
    nowMs = ms;
  };
  return { at, shares: keyShares({ nowMs: () => nowMs }) };
}

function takenBy(key: string, of: ReturnType<typeof keyShares>, asked: number): number {
  return Array.from({ length: asked }, () => of.takes(key)).filter((took) => took).length;
}

describe("a key's share of hedges and retries", () => {
  it('is all of them where no other key asks for anything', () => {
    const { shares: only } = shares();
    for (let request = 0; request < 100; request += 1) {
      only.came('a');
    }
    assert.equal(takenBy('a', only, 1000), 1000);
  });

  it('is half of them at the most where most requests are of others, and a few in any case', () => {
    const { shares: both } = shares();
    for (let request = 0; request < 100; request += 1) {
      both.came(request % 10 === 0 ? 'greedy' : 'others');
    }
    assert.equal(takenBy('others', both, 20), 20);
    const greedy = takenBy('greedy', both, 1000);
    assert.ok(greedy >= 20 && greedy <= 30, String(greedy));
    assert.equal(takenBy('others', both, 10), 10);
  });

  it('is half forgotten after a minute', () => {
    const { at, shares: both } = shares();
    both.came('a');
    for (let request = 0; request < 50; request += 1) {
      both.came('b');
    }
    const before = takenBy('a', both, 1000);
    assert.equal(takenBy('a', both, 10), 0);
    at(60_000);
    const after = takenBy('a', both, 1000);
    assert.ok(after > 0 && after <= before, `${before}, then ${after}`);
  });
});
