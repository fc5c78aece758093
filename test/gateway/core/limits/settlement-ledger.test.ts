import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Settlement } from '../../../../functions/gateway/core/limits/account-change.ts';
import type { AccountStore } from '../../../../functions/gateway/core/limits/account-store.ts';
import { settlementLedger } from '../../../../functions/gateway/core/limits/settlement-ledger.ts';
import type { Clock } from '../../../../functions/gateway/core/model/clock.ts';
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

/** A store whose writes take as long as `delaysMs` says, one after the other, and how many it has taken. */
function slowStore(
  clock: Clock,
  delaysMs: readonly number[],
): { readonly store: AccountStore; readonly writes: () => number } {
  let written = 0;
  const add = (): Promise<void> =>
    new Promise((resolve) => {
      clock.after(delaysMs[written] ?? 0, () => {
        written += 1;
        resolve();
      });
    });
  return { store: { ...memoryAccounts({ clock, delayMs: () => 0 }).store, add }, writes: () => written };
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

  test('has one wait with one timer for the calls that end within a moment, and as long a one for those that end later', async () => {
    const { clock, advance, pending } = virtualClock();
    const never = {
      ...memoryAccounts({ clock, delayMs: () => 0 }).store,
      add: () => new Promise<void>(() => undefined),
    };
    const ledger = settlementLedger({ store: never, clock, onStoreError: () => undefined });
    void ledger.noteSpent('account', 0.001);
    const first = ledger.noteSpent('account', 0.001);
    const timers = pending();
    assert.equal(ledger.noteSpent('account', 0.001), first);
    assert.equal(pending(), timers);
    const second = ledger.noteSpent('account', 0.001);
    await advance(100);
    assert.notEqual(ledger.noteSpent('account', 0.001), second);
  });

  test('ends a wait that has an end while the write goes on, and one that is answered without it', async () => {
    const { clock, advance, pending } = virtualClock();
    const { store, writes } = slowStore(clock, [2100, 300]);
    const ledger = settlementLedger({ store, clock, onStoreError: () => undefined });
    const ended: string[] = [];
    void ledger.noteSpent('slow', 0.001).then(() => ended.push('given up'));
    await advance(2000);
    assert.deepEqual(ended, ['given up']);
    await advance(100);
    assert.equal(writes(), 1);
    void ledger.noteSpent('in time', 0.001).then(() => ended.push('written'));
    await advance(300);
    assert.deepEqual(ended, ['given up', 'written']);
    assert.equal(pending(), 0);
  });
});
