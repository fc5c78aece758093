import { type DecayScale, decayFactor, EPOCH_HALF_LIVES, epochAt } from './forward-decay.ts';
import { BUCKETS, type BucketCounts } from './latency-histogram.ts';
import type { Sums } from './sums.ts';

/** The letters that stand before a bucket's number: times to first token seen and given up, latencies of whole answers. */
export type CountLetter = 't' | 'c' | 'l';

/** The sums of one memory of a deployment, as decayed observations at an instant. */
export interface DecayedSums {
  /** By the sum's letter; 0 where nothing is known. */
  readonly get: (letter: string) => number;
  /** Counts by bucket, in a unit of their own: only their ratios say something. */
  readonly counts: (letter: CountLetter) => BucketCounts;
}

/** The sums of one memory of a deployment, all epochs together, as they grow: a look multiplies and merges nothing. */
export interface RunningSums {
  readonly add: (epoch: number, sums: Sums) => void;
  /** Epochs older than the one before are left out. */
  readonly at: (nowMs: number) => DecayedSums;
}

/** A unit of an epoch is so much of a unit of the next one. */
const PER_EPOCH = 2 ** -EPOCH_HALF_LIVES;
const LETTERS = 26;
const FIRST_LETTER = 'a'.charCodeAt(0);
const NO_COUNTS: BucketCounts = new Float64Array(BUCKETS);
const NOTHING: DecayedSums = { get: () => 0, counts: () => NO_COUNTS };

/** Sums that nothing has been added to. */
export function runningSums(scale: DecayScale): RunningSums {
  const letters = new Float64Array(LETTERS);
  const counts = new Map<string, Float64Array>();
  /** Whose unit all sums are in: the last one that was added to. */
  let unit = -Infinity;

  function scaleAll(factor: number): void {
    for (const values of [letters, ...counts.values()]) {
      for (let at = 0; at < values.length; at += 1) {
        values[at] = (values[at] ?? 0) * factor;
      }
    }
  }

  function countsOf(letter: string): Float64Array {
    const known = counts.get(letter);
    if (known !== undefined) {
      return known;
    }
    const own = new Float64Array(BUCKETS);
    counts.set(letter, own);
    return own;
  }

  function addNamed(name: string, value: number): void {
    const isCount = name.length > 1;
    const values = isCount ? countsOf(name.charAt(0)) : letters;
    const at = isCount ? Number.parseInt(name.slice(1), 36) : name.charCodeAt(0) - FIRST_LETTER;
    values[at] = (values[at] ?? 0) + value;
  }

  return {
    add: (epoch, sums) => {
      if (epoch > unit) {
        scaleAll(PER_EPOCH ** (epoch - unit));
        unit = epoch;
      }
      const factor = PER_EPOCH ** (unit - epoch);
      for (const [name, value] of sums) {
        addNamed(name, value * factor);
      }
    },
    at: (nowMs) => {
      if (unit < epochAt(nowMs, scale) - 1) {
        return NOTHING;
      }
      const factor = decayFactor(unit, nowMs, scale);
      return {
        get: (letter) => (letters[letter.charCodeAt(0) - FIRST_LETTER] ?? 0) * factor,
        counts: (letter) => counts.get(letter) ?? NO_COUNTS,
      };
    },
  };
}
