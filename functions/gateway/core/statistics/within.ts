import type { Clock } from '../model/clock.ts';

/** The promise's value, or `otherwise` where it takes longer than `limitMs`. The promise must not reject. */
export function within<Value>(
  clock: Clock,
  limitMs: number,
  promise: Promise<Value>,
  otherwise: Value,
): Promise<Value> {
  return new Promise((resolve) => {
    const cancel = clock.after(limitMs, () => resolve(otherwise));
    void promise.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
