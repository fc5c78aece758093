/**
 * Values that come one after another, taken in the turn in which they come. A promise for each of them, at each of several rooms on the way,
 * costs more than what is done with most.
 */
export interface Arrivals<Value> {
  /**
   * Whether there is something to take, be it the end. Where there is nothing yet, `wake` is called as soon as there is: once, and not within
   * this call. It must not throw.
   */
  readonly isReady: (wake: () => void) => boolean;
  /** The next value; `undefined`: nothing more comes. Only when there is something to take. Throws what ended it before its time. */
  readonly take: () => Value | undefined;
}

/** Arrivals whose reader may have enough before their end. */
export interface StoppableArrivals<Value> extends Arrivals<Value> {
  /** Nothing more will be taken. */
  readonly stop: () => void;
}

/** Waits until there is something to take. What goes wrong after it shows in its stack who has waited. */
export function untilReady(arrivals: Pick<Arrivals<unknown>, 'isReady'>): Promise<void> {
  return new Promise((resolve) => {
    if (arrivals.isReady(resolve)) {
      resolve();
    }
  });
}

/** Takes what comes as long as `onValue` wants more, at most to the end. Rejects with what is thrown on the way. */
export function takeWhile<Value>(arrivals: Arrivals<Value>, onValue: (value: Value) => boolean): Promise<void> {
  const end = Promise.withResolvers<void>();
  const goOn = (): void => {
    try {
      let value = arrivals.take();
      while (value !== undefined && onValue(value)) {
        if (!arrivals.isReady(goOn)) {
          return;
        }
        value = arrivals.take();
      }
      end.resolve();
    } catch (error) {
      end.reject(error);
    }
  };
  try {
    if (arrivals.isReady(goOn)) {
      goOn();
    }
  } catch (error) {
    end.reject(error);
  }
  return end.promise;
}

/** A promise's value as the only one that arrives. */
export function arrivalOf<Value>(promise: Promise<Value>): Arrivals<Value> {
  let take: (() => Value) | undefined;
  let wakeReader: (() => void) | undefined;
  const settle = (taken: () => Value): void => {
    take = taken;
    wakeReader?.();
  };
  promise.then(
    (value) => settle(() => value),
    (reason: unknown) =>
      settle(() => {
        throw reason;
      }),
  );
  return {
    isReady: (wake) => {
      wakeReader = wake;
      return take !== undefined;
    },
    take: () => take?.(),
  };
}

/** What an iterable gives, as it comes. */
export function arrivalsOf<Value>(iterable: AsyncIterable<Value>): StoppableArrivals<Value> {
  const iterator = iterable[Symbol.asyncIterator]();
  let pending: Arrivals<IteratorResult<Value>> | undefined;
  return {
    isReady: (wake) => {
      pending ??= arrivalOf(iterator.next());
      return pending.isReady(wake);
    },
    take: () => {
      const arrived = pending;
      pending = undefined;
      const step = arrived?.take();
      return step?.done === false ? step.value : undefined;
    },
    stop: () => void iterator.return?.(),
  };
}

/** Texts as they arrive, for one who iterates. Those that are empty are left out. */
export function iterated(texts: StoppableArrivals<string>): AsyncIterator<string, undefined> {
  return {
    next: async () => {
      let text: string | undefined;
      await takeWhile(texts, (value) => {
        text = value;
        return value === '';
      });
      return text === undefined || text === '' ? { done: true, value: undefined } : { done: false, value: text };
    },
    return: async () => {
      texts.stop();
      return { done: true, value: undefined };
    },
  };
}
