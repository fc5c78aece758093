import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type Arrivals,
  arrivalOf,
  arrivalsOf,
  iterated,
  takeWhile,
} from '../../../../functions/gateway/core/model/arrivals.ts';

interface Sent<Value> extends Arrivals<Value> {
  readonly send: (value: Value | undefined) => void;
  /** How many readers wait. */
  readonly waiting: () => number;
}

/** Arrivals that are sent by hand. `undefined` ends them. */
function sent<Value>(): Sent<Value> {
  const values: (Value | undefined)[] = [];
  const wakes: (() => void)[] = [];
  return {
    isReady: (wake) => {
      if (values.length === 0) {
        wakes.push(wake);
      }
      return values.length > 0;
    },
    take: () => values.shift(),
    send: (value) => {
      values.push(value);
      wakes.shift()?.();
    },
    waiting: () => wakes.length,
  };
}

describe('what arrives is taken', () => {
  it('in the turn in which it comes, and all of what has come meanwhile', async () => {
    const numbers = sent<number>();
    const taken: number[] = [];
    numbers.send(1);
    numbers.send(2);
    const end = takeWhile(numbers, (value) => taken.push(value) > 0);
    assert.deepEqual(taken, [1, 2]);
    numbers.send(3);
    assert.deepEqual(taken, [1, 2, 3]);
    numbers.send(undefined);
    await end;
  });

  it('until there is enough, and the rest is left', async () => {
    const numbers = sent<number>();
    [1, 2, 3].forEach(numbers.send);
    await takeWhile(numbers, (value) => value < 2);
    assert.deepEqual([numbers.waiting(), numbers.take()], [0, 3]);
  });

  it('by a reader that learns of whatever is thrown on the way', async () => {
    const bug = new Error('A bug.');
    const throws = (): never => {
      throw bug;
    };
    const cases: readonly (readonly [Arrivals<number>, () => boolean])[] = [
      [{ isReady: throws, take: throws }, () => true],
      [{ isReady: () => true, take: throws }, () => true],
      [{ isReady: () => true, take: () => 1 }, throws],
      [arrivalOf(Promise.reject(bug)), () => true],
      [arrivalsOf({ [Symbol.asyncIterator]: () => ({ next: async () => throws() }) }), () => true],
    ];
    for (const [arrivals, onValue] of cases) {
      await assert.rejects(takeWhile(arrivals, onValue), bug);
    }
  });
});

describe('what an iterable gives arrives', () => {
  it('in its order, up to its end', async () => {
    async function* three(): AsyncGenerator<number, void, void> {
      yield* [1, 2, 3];
    }
    const taken: number[] = [];
    await takeWhile(arrivalsOf(three()), (value) => taken.push(value) > 0);
    assert.deepEqual(taken, [1, 2, 3]);
  });

  it('as long as nobody has stopped it', () => {
    let returns = 0;
    const iterator = {
      next: async (): Promise<IteratorResult<number>> => ({ done: false, value: 1 }),
      return: async (): Promise<IteratorResult<number>> => {
        returns += 1;
        return { done: true, value: undefined };
      },
    };
    arrivalsOf({ [Symbol.asyncIterator]: () => iterator }).stop();
    assert.equal(returns, 1);
  });
});

describe('texts that arrive are iterated', () => {
  it('without the empty ones, up to their end', async () => {
    const texts = sent<string>();
    ['', 'a', '', '', 'b', ''].forEach(texts.send);
    texts.send(undefined);
    const iterator = iterated({ ...texts, stop: () => assert.fail() });
    assert.deepEqual([(await iterator.next()).value, (await iterator.next()).value], ['a', 'b']);
    assert.equal((await iterator.next()).done, true);
  });

  it('until the reader stops', async () => {
    let stops = 0;
    const stop = (): void => {
      stops += 1;
    };
    const iterator = iterated({ ...sent<string>(), stop });
    assert.deepEqual(await iterator.return?.(), { done: true, value: undefined });
    assert.equal(stops, 1);
  });
});
