import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Settlement } from '../../../../functions/gateway/core/limits/account-change.ts';
import { settlementLedger } from '../../../../functions/gateway/core/limits/settlement-ledger.ts';
import { memoryAccounts } from '../../../support/memory-accounts.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

const USED: Settlement = { requestsUs: 1, tokensUs: 0, committedNanoUsd: 0, spentNanoUsd: 0, month: '2026-11' };

/** Settlements of a call each ten milliseconds for a second, where a write takes twenty, and how long each was waited for. */
async function busySecond(isDown: boolean): Promise<readonly number[]> {
  const { clock, advance } = virtualClock();
  const { store, setDown } = memoryAccounts({ clock, delayMs: () => 10 });
  setDown(isDown);
  const ledger = settlementLedger({ store, clock, onStoreError: () => undefined });
  const waitedMs: number[] = [];
  for (let calls = 0; calls < 100; calls += 1) {
    const sinceMs = clock.nowMs();
    void ledger.add('account', USED).then(() => waitedMs.push(clock.nowMs() - sinceMs));
    await advance(10);
  }
  return waitedMs;
}

describe('the ledger of settlements', () => {
  for (const isDown of [false, true]) {
    const told = isDown ? 'could not be written' : 'is written';
    test(`tells each call of a busy instance when its own settlement ${told}, however many come after it`, async () => {
      const waitedMs = await busySecond(isDown);
      assert.ok(waitedMs.length >= 85, `${waitedMs.length} of 100 were told within the second.`);
      assert.ok(Math.max(...waitedMs) <= 130, `One waited for ${Math.max(...waitedMs)} ms.`);
    });
  }
});
