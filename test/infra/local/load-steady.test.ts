import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type SteadyLoad, steadyLoad } from '../../../infra/local/load-steady.ts';
import { seededRandom } from '../../../infra/local/simulated/seeded-random.ts';
import { type VirtualClock, virtualClock } from '../../support/virtual-clock.ts';

const MINUTE_MS = 60_000;

interface Loaded {
  readonly time: VirtualClock;
  readonly load: SteadyLoad;
}

function loaded(call: () => Promise<unknown> = async () => undefined): Loaded {
  const time = virtualClock();
  return { time, load: steadyLoad({ clock: time.clock, random: seededRandom(1), call }) };
}

describe('the steady load', () => {
  it('makes no call before it is started', async () => {
    const { time, load } = loaded();
    await time.advance(MINUTE_MS);
    assert.deepEqual(load.state(), { running: false, leftMs: 0, callsPerSecond: 4, calls: 0 });
  });

  it('makes about four calls a second', async () => {
    const { time, load } = loaded();
    load.start();
    await time.advance(MINUTE_MS);
    const { running, leftMs, calls } = load.state();
    assert.deepEqual([running, leftMs], [true, 4 * MINUTE_MS]);
    assert.ok(calls > 180 && calls < 300, String(calls));
  });

  it('stops by itself after five minutes, and leaves nothing behind', async () => {
    const { time, load } = loaded();
    load.start();
    await time.advance(5 * MINUTE_MS);
    const { calls } = load.state();
    await time.advance(5 * MINUTE_MS);
    assert.deepEqual(load.state(), { running: false, leftMs: 0, callsPerSecond: 4, calls });
    assert.equal(time.pending(), 0);
  });

  it('stops when told to, at once, and can be started again', async () => {
    const { time, load } = loaded();
    load.start();
    await time.advance(MINUTE_MS);
    load.stop();
    const { calls, running } = load.state();
    assert.equal(running, false);
    assert.equal(time.pending(), 0);
    await time.advance(MINUTE_MS);
    assert.equal(load.state().calls, calls);
    load.start();
    await time.advance(MINUTE_MS);
    assert.ok(load.state().calls > calls + 180);
  });

  it('goes no faster when it is started twice, but five minutes from then', async () => {
    const { time, load } = loaded();
    load.start();
    await time.advance(4 * MINUTE_MS);
    const before = load.state().calls;
    load.start();
    load.start();
    await time.advance(MINUTE_MS);
    const { calls, leftMs } = load.state();
    assert.equal(leftMs, 4 * MINUTE_MS);
    assert.ok(calls - before < 300, String(calls - before));
  });

  it('adds no calls to forty that do not end, and goes on when they do', async () => {
    const waiting: (() => void)[] = [];
    const { time, load } = loaded(() => new Promise<void>((resolve) => waiting.push(resolve)));
    load.start();
    await time.advance(MINUTE_MS);
    assert.equal(load.state().calls, 40);
    for (const end of waiting.splice(0)) {
      end();
    }
    await time.advance(MINUTE_MS);
    assert.equal(load.state().calls, 80);
  });
});
