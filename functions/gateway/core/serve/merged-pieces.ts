import type { PieceOf } from '../surfaces/surface.ts';

/** The pieces of several streams as they come, those of each in their order. Where the consumer stops early, every stream is stopped. */
export async function* mergedPieces(streams: readonly AsyncIterable<string>[]): AsyncGenerator<PieceOf, void, void> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const next = async (index: number): Promise<{ readonly index: number; readonly step: IteratorResult<string> }> => ({
    index,
    step: (await iterators[index]?.next()) ?? { done: true, value: undefined },
  });
  const waiting = new Map(iterators.map((_, index) => [index, next(index)]));
  try {
    while (waiting.size > 0) {
      const { index, step } = await Promise.race(waiting.values());
      if (step.done === true) {
        waiting.delete(index);
      } else {
        waiting.set(index, next(index));
        yield { index, text: step.value };
      }
    }
  } finally {
    await Promise.all(iterators.map((iterator) => iterator.return?.()));
  }
}
