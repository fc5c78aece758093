import type { JsonObject } from '../wire/json.ts';
import type { Dialect } from './dialect.ts';

/** Token counts of one answer, whoever the vendor was. */
export interface Usage {
  /** Of the prompt, with those read from and written to a cache. */
  readonly input: number;
  /** Of the answer, with those of reasoning. */
  readonly output: number;
  readonly cacheRead?: number;
  /** Written to a cache that is kept for minutes. */
  readonly cacheWrite5m?: number;
  /** Written to a cache that is kept for an hour: dearer. */
  readonly cacheWrite1h?: number;
  readonly reasoning?: number;
  /** The vendor's own object; absent for counts of our own. */
  readonly raw?: { readonly dialect: Dialect; readonly value: JsonObject };
}

/** Prompt and answer together. */
export function totalTokens({ input, output }: Usage): number {
  return input + output;
}

/** More than any call has: who counts beyond it has miscounted, and would close a key's account for years. */
const MAX_TOKENS = 100_000_000;

/** Whether a vendor's counts can be true. A negative count would be a gift to the key's account, and half a token fits in no sum. */
export function isCredible({ input, output, cacheRead, cacheWrite5m, cacheWrite1h, reasoning }: Usage): boolean {
  return [input, output, cacheRead ?? 0, cacheWrite5m ?? 0, cacheWrite1h ?? 0, reasoning ?? 0].every(
    (count) => Number.isInteger(count) && count >= 0 && count <= MAX_TOKENS,
  );
}
