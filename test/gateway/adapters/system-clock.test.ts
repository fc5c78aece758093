import assert from 'node:assert/strict';
import { it } from 'node:test';
import { machineClock, steadyTime, systemClock } from '../../../functions/gateway/adapters/system-clock.ts';

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

it('The clock lets nobody wait much longer than he asked, and never so long that Node wakes him at once.', async () => {
  for (const delayMs of [70.3, 200.1]) {
    const startedMs = systemClock.nowMs();
    const waited = new Promise<number>((resolve) => {
      systemClock.after(delayMs, () => resolve(systemClock.nowMs() - startedMs));
    });
    const waitedMs = await waited;
    assert.ok(waitedMs >= delayMs - 0.001, `${waitedMs} ms of ${delayMs}`);
  }
  const cancel = systemClock.after(2 ** 40, () => assert.fail('It is 34 years early.'));
  await new Promise((resolve) => setTimeout(resolve, 10));
  cancel();
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

it('The clock is the wall clock again after the machine has slept, whatever the sleep.', () => {
  for (const sleptMs of [1_001, 60_000, 8 * 3_600_000]) {
    let [monotonicMs, wallMs] = [5, 1_700_000_000_000];
    const nowMs = steadyTime(
      () => monotonicMs,
      () => wallMs,
    );
    wallMs += sleptMs;
    assert.equal(nowMs(), 1_700_000_000_000 + sleptMs);
    monotonicMs += 10.5;
    wallMs += 10;
    assert.equal(nowMs(), 1_700_000_000_000 + sleptMs + 10.5);
  }
});

it('The clock follows no wall clock that is put back, nor one that is corrected by little.', () => {
  let [monotonicMs, wallMs] = [0, 1_700_000_000_000];
  const nowMs = steadyTime(
    () => monotonicMs,
    () => wallMs,
  );
  let beforeMs = nowMs();
  for (const byMs of [-3_600_000, 500, -20, 999]) {
    monotonicMs += 1;
    wallMs = 1_700_000_000_000 + monotonicMs + byMs;
    assert.equal(nowMs(), beforeMs + 1);
    beforeMs += 1;
  }
});

it('A bug in what a timer wakes is told, and the others go on.', async () => {
  const bugs: unknown[] = [];
  const woken: string[] = [];
  const clock = machineClock((bug) => bugs.push(bug));
  const bug = new Error('a bug');
  clock.after(1, () => {
    throw bug;
  });
  clock.after(3, () => woken.push('third'))();
  await new Promise<void>((resolve) => {
    clock.after(5, () => {
      woken.push('second');
      resolve();
    });
  });
  assert.deepEqual([bugs, woken], [[bug], ['second']]);
});
