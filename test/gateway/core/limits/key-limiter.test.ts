import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Admission,
  type KeyLimiter,
  keyLimiter,
  type LimitedKey,
} from '../../../../functions/gateway/core/limits/key-limiter.ts';
import type { Clock } from '../../../../functions/gateway/core/model/clock.ts';
import type { KeyLimits, LimitSettings } from '../../../../functions/gateway/core/model/key-limits.ts';
import { type MemoryAccounts, memoryAccounts } from '../../../support/memory-accounts.ts';
import fc from '../../../support/property.ts';
import { type VirtualClock, virtualClock } from '../../../support/virtual-clock.ts';

const SETTINGS: LimitSettings = {
  storeTimeoutMs: 100,
  whenUnavailable: 'allow',
  localShare: 0.1,
  callsAtOnce: 500,
  assumedOutputTokens: 1000,
};
const ONE = { requests: 1, tokens: 0, usd: 0 };
const NOTHING = { requests: 1, tokens: 0, usd: 0 };
/** 2023-11-14, where the virtual clock begins. */
const MONTH = '2023-11';

function keyWith(limits: KeyLimits): LimitedKey {
  return { name: 'ci', account: 'hash', limits };
}

interface Fleet {
  readonly time: VirtualClock;
  readonly accounts: MemoryAccounts;
  readonly instances: readonly KeyLimiter[];
  readonly errors: string[];
}

function fleetOf(
  count: number,
  options: {
    readonly settings?: Partial<LimitSettings>;
    readonly delayMs?: () => number;
    readonly skewMs?: (index: number) => number;
  } = {},
): Fleet {
  const time = virtualClock();
  const { delayMs = () => 0, skewMs = () => 0 } = options;
  const accounts = memoryAccounts({ clock: time.clock, delayMs });
  const errors: string[] = [];
  const instances = Array.from({ length: count }, (_, index) =>
    keyLimiter({
      settings: { ...SETTINGS, ...options.settings },
      store: accounts.store,
      clock: skewed(time.clock, skewMs(index)),
      onStoreError: (operation) => void errors.push(operation),
    }),
  );
  return { time, accounts, instances, errors };
}

function skewed(clock: Clock, byMs: number): Clock {
  return { ...clock, nowMs: () => clock.nowMs() + byMs };
}

function only(fleet: Fleet): KeyLimiter {
  return fleet.instances[0]!;
}

function admitted(admission: Admission): Extract<Admission, { kind: 'admitted' }> {
  assert.equal(admission.kind, 'admitted');
  return admission;
}

function refused(admission: Admission): Extract<Admission, { kind: 'refused' }>['error'] {
  assert.equal(admission.kind, 'refused');
  return admission.error;
}

const MAX_DELAY_MS = 40;
const MAX_SKEW_MS = 500;
/** As often as an instance reads and writes for one batch. */
const MAX_ROUNDS = 8;

interface Run {
  readonly instances: number;
  readonly limit: number;
  readonly delays: readonly number[];
  readonly skews: readonly number[];
  readonly gaps: readonly number[];
}

/** When the requests that passed had arrived: after each gap four at one of the instances in turn. */
async function passages({ instances, limit, delays, skews, gaps }: Run): Promise<readonly number[]> {
  let turn = 0;
  const delayMs = (): number => {
    turn += 1;
    return delays[turn % delays.length] ?? 0;
  };
  const settings = { storeTimeoutMs: 5_000 };
  const fleet = fleetOf(instances, { delayMs, skewMs: (index) => skews[index] ?? 0, settings });
  const key = keyWith({ requestsPerMinute: limit });
  const atMs: number[] = [];
  const pending: Promise<unknown>[] = [];
  for (const [index, gap] of gaps.entries()) {
    const arrivedMs = fleet.time.clock.nowMs();
    const asked = Array.from({ length: 4 }, () => fleet.instances[index % instances]!.admit(key, ONE));
    pending.push(...asked.map((asking) => asking.then(({ kind }) => kind === 'admitted' && atMs.push(arrivedMs))));
    await fleet.time.advance(gap);
  }
  await fleet.time.advance(10_000);
  await Promise.all(pending);
  assert.deepEqual(fleet.errors, []);
  return atMs.toSorted((a, b) => a - b);
}

describe('a limit of requests', () => {
  test('lets that many pass, refuses the next with 429 and Retry-After, and lets it pass when that is over', async () => {
    const fleet = fleetOf(1);
    const key = keyWith({ requestsPerMinute: 3 });
    for (const remaining of ['2', '1', '0']) {
      const { headers } = admitted(await only(fleet).admit(key, ONE));
      assert.equal(headers['x-ratelimit-limit-requests'], '3');
      assert.equal(headers['x-ratelimit-remaining-requests'], remaining);
    }
    const error = refused(await only(fleet).admit(key, ONE));
    assert.deepEqual(
      [error.status, error.type, error.code, error.headers?.['retry-after'], error.headers?.['retry-after-ms']],
      [429, 'rate_limit_error', 'rate_limit_exceeded', '20', '20000'],
    );
    assert.equal(error.headers?.['x-ratelimit-reset-requests'], '1m0s');
    await fleet.time.advance(20_000);
    admitted(await only(fleet).admit(key, ONE));
    refused(await only(fleet).admit(key, ONE));
  });

  test('is one limit for the fleet: 40 instances at once let as many pass as one', async () => {
    const fleet = fleetOf(40, { delayMs: () => 3 });
    const key = keyWith({ requestsPerMinute: 50 });
    const asked = fleet.instances.flatMap((instance) => Array.from({ length: 10 }, () => instance.admit(key, ONE)));
    await fleet.time.advance(1_000);
    const passed = (await Promise.all(asked)).filter(({ kind }) => kind === 'admitted');
    assert.equal(passed.length, 50);
  });

  test('is told as it stands for the fleet, not for the instance', async () => {
    const fleet = fleetOf(2);
    const key = keyWith({ requestsPerMinute: 10 });
    for (const [index, remaining] of ['9', '8', '7', '6'].entries()) {
      const { headers } = admitted(await fleet.instances[index % 2]!.admit(key, ONE));
      assert.equal(headers['x-ratelimit-remaining-requests'], remaining);
    }
  });

  test('never lets more than limit * (1 + t) pass in t minutes, whatever the instances, delays and clocks', async () => {
    const runs = fc.record({
      instances: fc.integer({ min: 1, max: 12 }),
      limit: fc.integer({ min: 1, max: 30 }),
      delays: fc.array(fc.integer({ min: 0, max: MAX_DELAY_MS }), { minLength: 7, maxLength: 7 }),
      skews: fc.array(fc.integer({ min: 0, max: MAX_SKEW_MS }), { minLength: 12, maxLength: 12 }),
      gaps: fc.array(fc.integer({ min: 0, max: 4_000 }), { minLength: 10, maxLength: 60 }),
    });
    await fc.assert(
      fc.asyncProperty(runs, async (run) => {
        const atMs = await passages(run);
        const slackMs = MAX_SKEW_MS + MAX_ROUNDS * 2 * MAX_DELAY_MS;
        for (const [first, fromMs] of atMs.entries()) {
          for (const [ahead, untilMs] of atMs.slice(first).entries()) {
            const minutes = (untilMs - fromMs + slackMs) / 60_000;
            assert.ok(ahead + 1 <= run.limit * (1 + minutes) + 0.001, `${ahead + 1} in ${minutes} minutes`);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  test('costs one write for a request that passes, and for a flood of refused ones a read a second', async () => {
    const fleet = fleetOf(1);
    const key = keyWith({ requestsPerMinute: 5 });
    for (let index = 0; index < 5; index += 1) {
      await only(fleet).admit(key, ONE);
    }
    assert.deepEqual(fleet.accounts.calls, { read: 0, take: 5, conflict: 0, add: 0 });
    for (let index = 0; index < 500; index += 1) {
      refused(await only(fleet).admit(key, ONE));
      await fleet.time.advance(10);
    }
    assert.ok(fleet.accounts.calls.read <= 6, String(fleet.accounts.calls.read));
    assert.equal(fleet.accounts.calls.take, 5);
  });

  test('lets requests that come together share a write', async () => {
    const fleet = fleetOf(1, { delayMs: () => 5 });
    const key = keyWith({ requestsPerMinute: 1_000 });
    const asked = Array.from({ length: 200 }, () => only(fleet).admit(key, ONE));
    await fleet.time.advance(100);
    assert.ok((await Promise.all(asked)).every(({ kind }) => kind === 'admitted'));
    assert.equal(fleet.accounts.calls.take, 2);
  });

  test('is known to be reached without asking, until it is so no more', async () => {
    const fleet = fleetOf(1);
    const key = keyWith({ requestsPerMinute: 60 });
    assert.equal(only(fleet).refusal(key), undefined);
    for (let index = 0; index < 61; index += 1) {
      await only(fleet).admit(key, ONE);
    }
    assert.equal(only(fleet).refusal(key)?.status, 429);
    await fleet.time.advance(1_000);
    assert.equal(only(fleet).refusal(key), undefined);
  });
});

describe('a limit of tokens', () => {
  const key = keyWith({ tokensPerMinute: 1_000 });
  const demand = (tokens: number): typeof ONE => ({ requests: 1, tokens, usd: 0 });

  test('gives back what a call did not use', async () => {
    const fleet = fleetOf(1);
    const first = admitted(await only(fleet).admit(key, demand(900)));
    refused(await only(fleet).admit(key, demand(200)));
    await first.settle({ requests: 1, tokens: 100, usd: 0 });
    const { headers } = admitted(await only(fleet).admit(key, demand(200)));
    assert.equal(headers['x-ratelimit-remaining-tokens'], '700');
  });

  test('makes later calls wait for what a call used beyond its reservation', async () => {
    const fleet = fleetOf(1);
    const first = admitted(await only(fleet).admit(key, demand(100)));
    await first.settle({ requests: 1, tokens: 2_100, usd: 0 });
    const error = refused(await only(fleet).admit(key, demand(100)));
    assert.equal(error.headers?.['retry-after'], '72');
    await fleet.time.advance(72_000);
    admitted(await only(fleet).admit(key, demand(100)));
  });

  test('lets a request larger than itself pass when nothing else was used', async () => {
    const fleet = fleetOf(1);
    admitted(await only(fleet).admit(key, demand(50_000)));
    refused(await only(fleet).admit(key, demand(1)));
  });

  test('keeps to the limit in the long run, whatever the reservations were', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ asked: fc.integer({ min: 1, max: 600 }), used: fc.integer({ min: 0, max: 900 }) }), {
          minLength: 20,
          maxLength: 80,
        }),
        async (calls) => {
          const fleet = fleetOf(1);
          let used = 0;
          for (const call of calls) {
            const admission = await only(fleet).admit(key, demand(call.asked));
            if (admission.kind === 'admitted') {
              await admission.settle({ requests: 1, tokens: call.used, usd: 0 });
              used += call.used;
            }
            await fleet.time.advance(2_000);
          }
          const minutes = (calls.length * 2_000) / 60_000;
          // A minute's worth at once, and the one call that may go beyond its reservation.
          assert.ok(used <= 1_000 * (1 + minutes) + 900, `${used} in ${minutes}`);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('a limit of money', () => {
  const key = keyWith({ usdPerMonth: 1 });
  const demand = (usd: number): typeof ONE => ({ requests: 1, tokens: 0, usd });

  test('refuses with insufficient_quota as OpenAI does once it is spent, and not to be retried', async () => {
    const fleet = fleetOf(1);
    const call = admitted(await only(fleet).admit(key, demand(0.4)));
    await call.settle({ requests: 1, tokens: 0, usd: 1 });
    const error = refused(await only(fleet).admit(key, demand(0.01)));
    assert.deepEqual(
      [error.status, error.type, error.code, error.headers?.['x-should-retry'], error.headers?.['retry-after']],
      [429, 'insufficient_quota', 'insufficient_quota', 'false', undefined],
    );
  });

  test('is passed by one call at the most when many instances call at once', async () => {
    const fleet = fleetOf(20, { delayMs: () => 2 });
    const asked = fleet.instances.flatMap((instance) =>
      Array.from({ length: 5 }, () => instance.admit(key, demand(0.03))),
    );
    await fleet.time.advance(2_000);
    const passed = (await Promise.all(asked)).filter(({ kind }) => kind === 'admitted');
    // 33 reserve 0.99 dollars; the next reserves the last cent and may cost three.
    assert.equal(passed.length, 34);
  });

  test('begins anew with the month', async () => {
    const fleet = fleetOf(1);
    await admitted(await only(fleet).admit(key, demand(1))).settle({ requests: 1, tokens: 0, usd: 1 });
    refused(await only(fleet).admit(key, demand(0.01)));
    await fleet.time.advance(17 * 86_400_000);
    admitted(await only(fleet).admit(key, demand(0.01)));
  });

  test('adds up to the billionth over instances, with unlimited keys too', async () => {
    const fleet = fleetOf(7, { delayMs: () => 1 });
    const costs = Array.from({ length: 300 }, (_, index) => ((index * 7919) % 10_007) / 1_000_000);
    const calls = costs.map((usd, index) => fleet.instances[index % 7]!.noteSpent('hash', usd));
    await fleet.time.advance(10_000);
    await Promise.all(calls);
    const total = costs.reduce((sum, usd) => sum + Math.round(usd * 1e9), 0);
    assert.deepEqual(fleet.accounts.money('hash', MONTH), { committed: total, spent: total });
  });
});

describe('what calls have used', () => {
  test('is written at once by an instance that has one call at a time, and gathered by one that has many', async () => {
    const fleet = fleetOf(1);
    const instance = only(fleet);
    await instance.noteSpent('hash', 0.001);
    const spent = (): number => fleet.accounts.money('hash', MONTH).spent;
    assert.equal(spent(), 1_000_000);
    const settled = [];
    for (let call = 0; call < 20; call += 1) {
      settled.push(instance.noteSpent('hash', 0.001));
    }
    await fleet.time.advance(99);
    assert.equal(spent(), 1_000_000);
    await fleet.time.advance(1);
    await Promise.all(settled);
    assert.equal(spent(), 21_000_000);
  });
});

describe('while the store is down', () => {
  test('each instance allows its share, says so once a second, and loses no cost', async () => {
    const fleet = fleetOf(3);
    const key = keyWith({ requestsPerMinute: 50 });
    fleet.accounts.setDown(true);
    let passed = 0;
    for (const instance of fleet.instances) {
      for (let index = 0; index < 20; index += 1) {
        const admission = await instance.admit(key, ONE);
        if (admission.kind === 'admitted') {
          passed += 1;
          // Written when it closes.
          void admission.settle({ requests: 1, tokens: 10, usd: 0.001 });
        }
      }
    }
    assert.equal(passed, 3 * 5);
    const said = fleet.errors.filter((error) => error.includes('the limits of key ci; its requests are allowed'));
    assert.equal(said.length, 3);
    fleet.accounts.setDown(false);
    await Promise.all(fleet.instances.map((instance) => instance.close()));
    assert.equal(fleet.accounts.money('hash', MONTH).spent, 15 * 1_000_000);
  });

  test('what passes counts for the fleet afterwards, where its limit was in use', async () => {
    const fleet = fleetOf(1);
    const key = keyWith({ requestsPerMinute: 20 });
    for (let index = 0; index < 10; index += 1) {
      await admitted(await only(fleet).admit(key, ONE)).settle(NOTHING);
    }
    fleet.accounts.setDown(true);
    void admitted(await only(fleet).admit(key, ONE)).settle(NOTHING);
    void admitted(await only(fleet).admit(key, ONE)).settle(NOTHING);
    fleet.accounts.setDown(false);
    await only(fleet).close();
    await fleet.time.advance(3_000);
    const { headers } = admitted(await only(fleet).admit(key, ONE));
    // Thirteen are used, and one was earned in three seconds.
    assert.equal(headers['x-ratelimit-remaining-requests'], '8');
  });

  test('the operator may have limited keys refused instead', async () => {
    const fleet = fleetOf(1, { settings: { whenUnavailable: 'refuse' } });
    fleet.accounts.setDown(true);
    const error = refused(await only(fleet).admit(keyWith({ requestsPerMinute: 5 }), ONE));
    assert.deepEqual([error.status, error.code, error.headers?.['retry-after']], [503, 'limits_unavailable', '1']);
    // A key without limits is asked nothing.
    await only(fleet).noteSpent('hash', 1);
  });

  test('money that was spent when last seen stays spent', async () => {
    const fleet = fleetOf(1);
    const key = keyWith({ usdPerMonth: 1 });
    await admitted(await only(fleet).admit(key, { ...ONE, usd: 1 })).settle({ requests: 1, tokens: 0, usd: 1 });
    refused(await only(fleet).admit(key, ONE));
    fleet.accounts.setDown(true);
    await fleet.time.advance(5_000);
    assert.equal(refused(await only(fleet).admit(key, ONE)).code, 'insufficient_quota');
  });

  test('a refusal says that the limit could not be checked, and to try again when it is checked', async () => {
    for (const limits of [{ requestsPerMinute: 10 }, { tokensPerMinute: 10 }, { usdPerMonth: 1 }]) {
      const fleet = fleetOf(1);
      const key = keyWith(limits);
      const demand = { requests: 1, tokens: 10, usd: 1 };
      fleet.accounts.setDown(true);
      admitted(await only(fleet).admit(key, demand));
      await fleet.time.advance(300);
      const error = refused(await only(fleet).admit(key, demand));
      assert.deepEqual(
        [error.status, error.code, error.headers],
        [429, 'limits_unavailable', { 'retry-after': '1', 'retry-after-ms': '700' }],
      );
      assert.match(error.message, /cannot be checked at the moment.*Try again in 700 ms/);
      fleet.accounts.setDown(false);
      await fleet.time.advance(1_000);
      await only(fleet).admit(key, demand);
      await fleet.time.advance(0);
      const later = await only(fleet).admit(key, ONE);
      assert.ok(later.kind === 'admitted' || later.error.code !== 'limits_unavailable');
    }
  });

  test('nobody waits twice for the same outage, however long it is', async () => {
    const fleet = fleetOf(1, { delayMs: () => 1_000_000 });
    const key = keyWith({ requestsPerMinute: 6_000 });
    const first = only(fleet).admit(key, ONE);
    await fleet.time.advance(100);
    admitted(await first);
    for (let second = 0; second < 25; second += 1) {
      await fleet.time.advance(1_000);
      admitted(await only(fleet).admit(key, ONE));
    }
  });

  test('nobody waits long twice for a store that hangs, and who is refused is told to wait as long as nobody asks it', async () => {
    for (const gapMs of [50, 250, 700, 1_200]) {
      const fleet = fleetOf(1, { delayMs: () => 1_000_000 });
      const { time } = fleet;
      const waits: number[] = [];
      for (let call = 0; call < 12; call += 1) {
        const beganMs = time.clock.nowMs();
        const answered = only(fleet)
          .admit(keyWith({ requestsPerMinute: 6 }), ONE)
          .then((admission) => {
            waits.push(time.clock.nowMs() - beganMs);
            if (admission.kind === 'refused') {
              assert.ok(Number(admission.error.headers?.['retry-after-ms']) >= 1_000);
            }
          });
        await time.advance(gapMs);
        void answered;
      }
      await time.advance(2_000);
      assert.equal(waits.length, 12);
      assert.ok(
        waits.every((waitMs) => waitMs <= 1_100),
        String(waits),
      );
      // Those who came within the first second of the outage have waited to its end, all together; later ones as for any store.
      const outageMs = Math.max(0, 1_100 - gapMs);
      const waitedLong = waits.filter((waitMs) => waitMs > 100);
      assert.ok(waitedLong.length <= Math.ceil(outageMs / gapMs), `${gapMs}: ${waits}`);
    }
  });

  test('the fleet is asked again a second later', async () => {
    const fleet = fleetOf(1);
    const key = keyWith({ requestsPerMinute: 50 });
    fleet.accounts.setDown(true);
    admitted(await only(fleet).admit(key, ONE));
    fleet.accounts.setDown(false);
    assert.deepEqual(admitted(await only(fleet).admit(key, ONE)).headers, {});
    await fleet.time.advance(1_001);
    // Asked beside this request, which does not wait.
    assert.deepEqual(admitted(await only(fleet).admit(key, ONE)).headers, {});
    await fleet.time.advance(0);
    assert.notDeepEqual(admitted(await only(fleet).admit(key, ONE)).headers, {});
  });
});

describe('a store that is slow', () => {
  test('is waited for no longer than the setting says, and what it did late is settled all the same', async () => {
    const fleet = fleetOf(1, { delayMs: () => 400 });
    const key = keyWith({ usdPerMonth: 10 });
    const asked = only(fleet).admit(key, { ...ONE, usd: 2 });
    await fleet.time.advance(100);
    const admission = admitted(await asked);
    const settled = admission.settle({ requests: 1, tokens: 0, usd: 0.5 });
    await fleet.time.advance(5_000);
    await settled;
    assert.deepEqual(fleet.accounts.money('hash', MONTH), { committed: 500_000_000, spent: 500_000_000 });
  });

  test('for seconds costs nobody more than was used, and keeps nothing reserved', async () => {
    const fleet = fleetOf(1, { delayMs: () => 1_250 });
    const key = keyWith({ usdPerMonth: 10, tokensPerMinute: 100_000 });
    for (let call = 0; call < 20; call += 1) {
      const asked = only(fleet).admit(key, { requests: 1, tokens: 100, usd: 0.04 });
      await fleet.time.advance(100);
      const settled = admitted(await asked).settle({ requests: 1, tokens: 50, usd: 0.01 });
      await fleet.time.advance(500);
      void settled;
    }
    await fleet.time.advance(60_000);
    assert.deepEqual(fleet.accounts.money('hash', MONTH), { committed: 200_000_000, spent: 200_000_000 });
  });

  test('ends no call later than two seconds after it, nor a closing later than four', async () => {
    const fleet = fleetOf(1, { delayMs: () => 1_000_000 });
    const ended = Promise.all([only(fleet).noteSpent('hash', 1), only(fleet).close()]);
    let isOver = false;
    void ended.then(() => {
      isOver = true;
    });
    await fleet.time.advance(4_001);
    assert.ok(isOver);
  });

  test('is waited for a second longer by who would be refused without it', async () => {
    for (const whenUnavailable of ['allow', 'refuse'] as const) {
      const fleet = fleetOf(1, { delayMs: () => 200, settings: { whenUnavailable } });
      const asked = Array.from({ length: 10 }, () => only(fleet).admit(keyWith({ requestsPerMinute: 10 }), ONE));
      await fleet.time.advance(1_100);
      for (const admission of await Promise.all(asked)) {
        admitted(admission);
      }
    }
  });

  test('is asked on by those who come meanwhile and would be refused without it', async () => {
    const fleet = fleetOf(1, { delayMs: () => 200 });
    const key = keyWith({ requestsPerMinute: 10 });
    const first = only(fleet).admit(key, ONE);
    await fleet.time.advance(150);
    const later = Array.from({ length: 9 }, () => only(fleet).admit(key, ONE));
    await fleet.time.advance(1_100);
    for (const admission of await Promise.all([first, ...later])) {
      admitted(admission);
    }
  });

  test('that reserves for a request refused meanwhile has it given back', async () => {
    const fleet = fleetOf(1, { delayMs: () => 1_500, settings: { whenUnavailable: 'refuse' } });
    const asked = only(fleet).admit(keyWith({ usdPerMonth: 10 }), { ...ONE, usd: 2 });
    await fleet.time.advance(5_000);
    refused(await asked);
    assert.deepEqual(fleet.accounts.money('hash', MONTH), { committed: 0, spent: 0 });
  });
});

test('what a key without limits costs is summed up, and a call that cost nothing is not written', async () => {
  const fleet = fleetOf(1);
  await only(fleet).noteSpent('hash', 0.25);
  assert.deepEqual(fleet.accounts.money('hash', MONTH), { committed: 250_000_000, spent: 250_000_000 });
  await only(fleet).noteSpent('hash', 0);
  assert.deepEqual(fleet.accounts.calls, { read: 0, take: 0, conflict: 0, add: 1 });
});
