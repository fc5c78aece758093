import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renewedValue } from '../../../functions/gateway/adapters/renewed-value.ts';

const HOUR_MS = 3_600_000;

/** A value of an hour by a clock that the test moves. */
function source(): {
  readonly get: (refused?: string) => Promise<string>;
  readonly clock: { nowMs: number };
  readonly state: { got: number; fails: boolean };
} {
  const clock = { nowMs: 0 };
  const state = { got: 0, fails: false };
  const get = renewedValue(
    async () => {
      state.got += 1;
      if (state.fails) {
        throw new Error('no answer');
      }
      return { value: `value-${state.got}`, expiresAtMs: clock.nowMs + HOUR_MS };
    },
    () => clock.nowMs,
  );
  return { get, clock, state };
}

describe('a value that ends', () => {
  it('is got once for all who ask at once', async () => {
    const { get, state } = source();
    assert.deepEqual(new Set(await Promise.all([get(), get(), get()])), new Set(['value-1']));
    assert.equal(state.got, 1);
  });

  it('is kept until five minutes before its end, and then renewed behind who asks', async () => {
    const { get, clock, state } = source();
    await get();
    clock.nowMs = HOUR_MS - 301_000;
    assert.equal(await get(), 'value-1');
    assert.equal(state.got, 1);
    clock.nowMs = HOUR_MS - 299_000;
    assert.deepEqual(await Promise.all([get(), get()]), ['value-1', 'value-1']);
    await new Promise(setImmediate);
    assert.equal(await get(), 'value-2');
    assert.equal(state.got, 2);
  });

  it('is waited for where the old one has ended', async () => {
    const { get, clock } = source();
    await get();
    clock.nowMs = HOUR_MS;
    assert.equal(await get(), 'value-2');
  });

  it('serves on while it cannot be renewed, and is asked for again at most every ten seconds', async () => {
    const { get, clock, state } = source();
    await get();
    state.fails = true;
    clock.nowMs = HOUR_MS - 200_000;
    assert.equal(await get(), 'value-1');
    await new Promise(setImmediate);
    assert.equal(await get(), 'value-1');
    assert.equal(state.got, 2);
    clock.nowMs += 10_000;
    await get();
    assert.equal(state.got, 3);
  });

  it('is another one for who has been refused the old one, got once for all of them', async () => {
    const { get, clock, state } = source();
    await get();
    clock.nowMs = 60_000;
    assert.deepEqual(await Promise.all([get('value-1'), get('value-1')]), ['value-2', 'value-2']);
    assert.equal(await get('value-1'), 'value-2');
    assert.equal(state.got, 2);
  });

  it('is not got again and again for who is refused every one', async () => {
    const { get, clock, state } = source();
    await get();
    clock.nowMs = 60_000;
    await get('value-1');
    assert.equal(await get('value-2'), 'value-2');
    assert.equal(state.got, 2);
  });
});
