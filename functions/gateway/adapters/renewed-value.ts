/** A renewal begins this long before the end, while the old value still serves. */
const RENEW_BEFORE_MS = 300_000;
/** Between two tries to renew, while the old value lasts. */
const RETRY_MS = 10_000;

/** A value that ends, as a token or credentials of a role. */
export interface ExpiringValue<Value> {
  readonly value: Value;
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number;
}

/**
 * Keeps a value that ends. It is got when first needed and again five minutes before its end, behind whoever asks; calls at once share one
 * try. `refused`: the value that does not do any more, though it has not ended: another one is waited for. Rejects where there is none
 * that is still good.
 */
export function renewedValue<Value>(
  get: () => Promise<ExpiringValue<Value>>,
  nowMs: () => number,
): (refused?: Value) => Promise<Value> {
  let known: ExpiringValue<Value> | undefined;
  let nextTryMs = -Infinity;
  let getting: Promise<Value> | undefined;
  const renew = (): Promise<Value> => {
    getting ??= get()
      .then((got) => {
        known = got;
        return got.value;
      })
      .finally(() => {
        nextTryMs = nowMs() + RETRY_MS;
        getting = undefined;
      });
    return getting;
  };
  return async (refused) => {
    if (known === undefined || known.expiresAtMs <= nowMs()) {
      return renew();
    }
    const { value, expiresAtMs } = known;
    if (nowMs() < nextTryMs) {
      return value;
    }
    if (value === refused) {
      return renew();
    }
    if (expiresAtMs - nowMs() < RENEW_BEFORE_MS) {
      // Behind the caller, whom the old one serves.
      void renew().catch(() => undefined);
    }
    return value;
  };
}
