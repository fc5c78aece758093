import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { WEIGHT_UNIT, weightAt } from '../../../../functions/gateway/core/statistics/forward-decay.ts';
import { countsOf, type Sums, sumsOf } from '../../../../functions/gateway/core/statistics/sums.ts';
import {
  addSums,
  anyObservation,
  decayedSums,
  EPOCH_MS,
  EPOCH_START_MS,
  epochsOf,
  HALF_LIFE_MS,
  observation,
  SCALE,
} from '../../../support/observation.ts';
import fc from '../../../support/property.ts';

const observations = fc.array(anyObservation, { maxLength: 40 });

function plain(epochs: ReadonlyMap<number, Sums>): object {
  const entries = [...epochs].map(([epoch, sums]) => [epoch, Object.fromEntries([...sums].sort())] as const);
  return Object.fromEntries(entries.sort());
}

describe('decayed sums', () => {
  it('are the same in whatever order observations come', () => {
    const orders = observations.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
    );
    fc.assert(
      fc.property(orders, ([all, shuffled]) => assert.deepEqual(plain(epochsOf(shuffled)), plain(epochsOf(all)))),
    );
  });

  it('are the same however observations are split among writers and merged again', () => {
    fc.assert(
      fc.property(observations, fc.array(fc.nat({ max: 4 }), { minLength: 40, maxLength: 40 }), (all, writers) => {
        const shares = [0, 1, 2, 3, 4].map((writer) => epochsOf(all.filter((_, index) => writers[index] === writer)));
        const epochs = new Set(shares.flatMap((share) => [...share.keys()]));
        const merged = new Map(
          [...epochs].map((epoch) => [epoch, addSums(...shares.flatMap((share) => share.get(epoch) ?? []))]),
        );
        assert.deepEqual(plain(merged), plain(epochsOf(all)));
      }),
    );
  });

  it('are whole numbers that are exact in a double', () => {
    fc.assert(
      fc.property(observations, (all) => {
        const values = [...epochsOf(all).values()].flatMap((sums) => [...sums.values()]);
        assert.ok(values.every((value) => Number.isSafeInteger(value) && value >= 0));
      }),
    );
  });

  it('give the exponentially decayed mean that the raw observations have', () => {
    const timed = fc.record({
      ageMs: fc.integer({ min: 0, max: 8 * HALF_LIFE_MS }),
      ttftMs: fc.integer({ min: 20, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(timed, { minLength: 1, maxLength: 30 }), fc.nat({ max: EPOCH_MS }), (raw, sinceStartMs) => {
        const nowMs = EPOCH_START_MS + EPOCH_MS + sinceStartMs;
        const weigh = (ageMs: number): number => 2 ** (-ageMs / HALF_LIFE_MS);
        const weight = raw.reduce((sum, { ageMs }) => sum + weigh(ageMs), 0);
        const mean = raw.reduce((sum, { ageMs, ttftMs }) => sum + weigh(ageMs) * ttftMs, 0) / weight;
        const all = raw.map(({ ageMs, ttftMs }) =>
          observation({ kind: 'first-token', ttftMs }, { atMs: nowMs - ageMs }),
        );
        const decayed = decayedSums(epochsOf(all), nowMs, SCALE);
        const [n = 0, x = 0] = [decayed.get('n'), decayed.get('x')];
        // Each weight is rounded to 1/1024, an error of 0.05 % at most.
        assert.ok(Math.abs(n / weight - 1) < 0.0006);
        assert.ok(Math.abs(x / n / mean - 1) < 0.0012);
      }),
    );
  });

  it('go on without a jump from one epoch to the next', () => {
    const borderMs = EPOCH_START_MS + EPOCH_MS;
    const epochs = epochsOf([observation(undefined, { atMs: borderMs - 1 })]);
    const before = decayedSums(epochs, borderMs - 1, SCALE).get('q') ?? 0;
    const after = decayedSums(epochs, borderMs, SCALE).get('q') ?? 0;
    assert.ok(Math.abs(before - after) < 0.001 && Math.abs(after - 1) < 0.001);
  });

  it('forget an epoch when the next but one begins', () => {
    const epochs = epochsOf([observation()]);
    assert.equal(decayedSums(epochs, EPOCH_START_MS + 2 * EPOCH_MS, SCALE).get('q'), 0);
  });

  it('stay far below the 38 digits of DynamoDB in every epoch of a year of a million calls a second', () => {
    const year = Array.from({ length: 35_000 }, (_, index) => EPOCH_START_MS + index * 900_000);
    const heaviest = year.reduce((most, atMs) => Math.max(most, weightAt(atMs, SCALE)), 0);
    assert.ok(heaviest <= WEIGHT_UNIT * 2 ** 16);
    // Every observation of an epoch as heavy as its last and as slow as a Lambda function can wait.
    const perEpoch = BigInt(1_000_000) * BigInt(EPOCH_MS / 1000);
    const worst = perEpoch * BigInt(WEIGHT_UNIT) * 2n ** 16n * 900_000n;
    assert.ok(worst.toString().length <= 24);
  });

  it('weigh a sampled observation as the several it stands for', () => {
    const sums = sumsOf(
      countsOf(observation({ kind: 'first-token', ttftMs: 100 })),
      weightAt(EPOCH_START_MS, SCALE, 5),
    );
    assert.equal(sums.get('q'), 5 * WEIGHT_UNIT);
    assert.equal(sums.get('x'), 5 * WEIGHT_UNIT * 100);
  });

  for (const kind of ['failed', 'given-up', 'late'] as const) {
    it(`take a wait in vain as at least so long, not as an end, where an attempt is ${kind}`, () => {
      const sums = sumsOf(countsOf(observation({ kind, waitedMs: 10_000 })), WEIGHT_UNIT);
      assert.equal(sums.get('n'), undefined);
      assert.equal(sums.get('x'), WEIGHT_UNIT * 10_000);
      assert.deepEqual(
        [...sums.keys()].filter((name) => /^[tcl]./.test(name)).map((name) => name[0]),
        ['c'],
      );
    });
  }

  it('count an attempt once, whatever it teaches one after the other', () => {
    const lessons = [
      { kind: 'first-token', ttftMs: 300 },
      { kind: 'late', waitedMs: 500 },
      { kind: 'answered', ttftMs: 300, totalMs: 900 },
    ] as const;
    const sums = addSums(...lessons.map((lesson) => sumsOf(countsOf(observation(lesson)), 1)));
    assert.deepEqual([sums.get('q'), sums.get('f')], [1, undefined]);
    const cut = addSums(sums, sumsOf(countsOf(observation({ kind: 'cut' })), 1));
    assert.deepEqual([cut.get('q'), cut.get('f')], [1, 1]);
  });

  it('are undone by their negation to the last unit', () => {
    fc.assert(
      fc.property(anyObservation, observations, ({ atMs, ...one }, others) => {
        const before = addSums(...others.map((other) => sumsOf(countsOf(other), weightAt(other.atMs, SCALE))));
        const counts = countsOf({ ...one, atMs });
        const weight = weightAt(atMs, SCALE, 3.7);
        const after = addSums(before, sumsOf(counts, weight), sumsOf(counts, weight, undefined, -1));
        assert.ok([...after].every(([name, value]) => value === (before.get(name) ?? 0)));
      }),
    );
  });

  it('of the recent memory are those of the lasting one without tokens and whole answers', () => {
    fc.assert(
      fc.property(anyObservation, (one) => {
        const sums = sumsOf(countsOf(one), WEIGHT_UNIT);
        const kept = sumsOf(countsOf(one), WEIGHT_UNIT, 'recent');
        assert.deepEqual(
          [...sums.keys()].filter((name) => !kept.has(name)).map((name) => name[0]),
          [...sums.keys()].flatMap((name) => (/^[lagoihwkyz]/.test(name) ? [name[0]] : [])),
        );
        assert.ok([...kept].every(([name, value]) => sums.get(name) === value));
      }),
    );
  });
});
