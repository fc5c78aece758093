import assert from 'node:assert/strict';
import { it } from 'node:test';
import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';

it('The clock wakes nobody early, whatever the fraction of the millisecond, and only once.', async () => {
  for (let tenths = 0; tenths < 60; tenths += 1) {
    const delayMs = tenths / 10;
    const startedMs = systemClock.nowMs();
    const wokenMs = await new Promise<number>((resolve) => {
      systemClock.after(delayMs, () => resolve(systemClock.nowMs()));
    });
    assert.ok(wokenMs - startedMs >= delayMs - 0.001, `${wokenMs - startedMs} ms of ${delayMs}`);
  }
});

it('The clock wakes nobody who has cancelled, not even when it had been about to.', async () => {
  const cancels = Array.from({ length: 100 }, (_, index) =>
    systemClock.after(1 + index / 100, () => assert.fail('It was cancelled.')),
  );
  await new Promise((resolve) => setImmediate(resolve));
  for (const cancel of cancels) {
    cancel();
  }
  await new Promise((resolve) => setTimeout(resolve, 10));
});
