import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inTime } from '../../../../functions/gateway/core/limits/store-patience.ts';
import { busyLoop } from '../../../support/busy-loop.ts';
import { virtualClock } from '../../../support/virtual-clock.ts';

describe('the patience with a store', () => {
  test('gives an answer that comes within the time', async () => {
    const { clock, advance, pending } = virtualClock();
    const asked = new Promise<string>((resolve) => void clock.after(99, () => resolve('answer')));
    const waiting = inTime(clock, 100, asked);
    await advance(99);
    assert.deepEqual(await waiting, { answer: 'answer' });
    assert.equal(pending(), 0);
  });

  test('ends with the time where the process is at leisure', async () => {
    const { clock, advance } = virtualClock();
    let isOver = false;
    void inTime(clock, 100, new Promise(() => undefined)).then((answer) => {
      isOver = answer === undefined;
    });
    await advance(99);
    assert.equal(isOver, false);
    await advance(1);
    assert.equal(isOver, true);
  });

  test('does not count against the store that the process was busy and woke late', async () => {
    const { clock, turn } = busyLoop();
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = inTime(clock, 100, promise);
    await turn(700);
    await turn(700);
    resolve('answer');
    await turn(700);
    assert.deepEqual(await waiting, { answer: 'answer' });
  });

  test('does not count many late wakes either, within two seconds', async () => {
    const { clock, turn } = busyLoop();
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiting = inTime(clock, 100, promise);
    for (let turns = 0; turns < 25; turns += 1) {
      await turn(80);
    }
    resolve('answer');
    await turn(10);
    assert.deepEqual(await waiting, { answer: 'answer' });
  });

  test('ends also in a process that is always busy', async () => {
    const { clock, turn } = busyLoop();
    const waiting = inTime(clock, 100, new Promise(() => undefined));
    for (let turns = 0; turns < 5; turns += 1) {
      await turn(700);
    }
    assert.equal(await waiting, undefined);
  });
});
