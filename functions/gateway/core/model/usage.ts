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
