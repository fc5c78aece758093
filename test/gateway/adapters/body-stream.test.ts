import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bodyStream } from '../../../functions/gateway/adapters/body-stream.ts';
import type { StoppableArrivals } from '../../../functions/gateway/core/model/arrivals.ts';

/** Pieces of which each is ready one turn after it was asked for, and how many were taken. */
function slowly(texts: readonly string[]): StoppableArrivals<string> & { taken: number; isStopped: boolean } {
  let isHere = false;
  const pieces = {
    taken: 0,
    isStopped: false,
    isReady: (wake: () => void): boolean => {
      if (!isHere) {
        setImmediate(() => {
          isHere = true;
          wake();
        });
      }
      return isHere;
    },
    take: (): string | undefined => {
      isHere = false;
      pieces.taken += 1;
      return texts[pieces.taken - 1];
    },
    stop: (): void => {
      pieces.isStopped = true;
    },
  };
  return pieces;
}

async function* nothing(): AsyncGenerator<string, void, void> {}

async function* words(): AsyncGenerator<string, void, void> {
  yield 'one ';
  yield 'two';
}

describe('a body as a stream', () => {
  it('has every piece in order, without those that are empty, and characters whole', async () => {
    const arrivals = slowly(['a', '', '€', '', '😀', '']);
    const stream = bodyStream({ arrivals, [Symbol.asyncIterator]: nothing });
    const got: string[] = [];
    for await (const piece of stream) {
      got.push(String(piece));
    }
    assert.deepEqual(got, ['a', '€', '😀']);
  });

  it('is read of an iterable, or of a whole text', async () => {
    for (const body of [{ [Symbol.asyncIterator]: words }, 'one two']) {
      assert.equal((await bodyStream(body).setEncoding('utf8').toArray()).join(''), 'one two');
    }
  });

  it('takes no more than its reader has room for, and stops what nobody reads to its end', async () => {
    const arrivals = slowly(Array.from({ length: 1000 }, () => 'x'.repeat(4096)));
    const stream = bodyStream({ arrivals, [Symbol.asyncIterator]: nothing });
    stream.read(0);
    for (let turn = 0; turn < 200; turn += 1) {
      await new Promise(setImmediate);
    }
    assert.ok(arrivals.taken > 1 && arrivals.taken < 100, String(arrivals.taken));
    assert.equal(arrivals.isStopped, false);
    stream.destroy();
    await new Promise(setImmediate);
    assert.equal(arrivals.isStopped, true);
  });
});
