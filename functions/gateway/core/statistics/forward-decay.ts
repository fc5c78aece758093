import type { StatisticsSettings } from '../model/gateway-config.ts';
import { BUCKETS, type BucketCounts } from './latency-histogram.ts';
import { type CountLetter, type Pace, SUM_PLACES, type Sums } from './sums.ts';

/**
 * Exponentially decayed sums that any number of writers grow by plain addition.
 *
 * An observation at time t gets the fixed weight w(t) = 2^((t - L) / H), for a landmark L and a half-life H. At any later time T the
 * decayed weight is w(t) / w(T) = 2^(-(T - t) / H), so decayed sums and means are the stored sums divided by w(T): no stored value
 * ever has to be aged. Addition commutes, so no update is lost and order, sharding and merging do not matter.
 * Source: Cormode, Shkapenyuk, Srivastava, Xu, "Forward Decay: A Practical Time Decay Model for Streaming Systems", ICDE 2009.
 *
 * Weights grow without end, so the landmark moves: every 16 half-lives begin a new epoch with sums of its own, and a reader combines
 * this epoch with the one before. What it leaves out is older than 16 half-lives and would weigh under 2^-16.
 * Weights are rounded to integers of 1/1024 (an error under 0.05 % of one observation): DynamoDB adds integers exactly up to 38 digits.
 * At 10,000 observations of 120,000 ms a second the largest sum of an epoch with H = 60 s stays under 10^19.
 */
export interface DecayScale {
  readonly halfLifeMs: number;
}

/** Half-lives in an epoch. */
const EPOCH_HALF_LIVES = 16;
/** The weight of an observation at its epoch's landmark. */
export const WEIGHT_UNIT = 1024;

/** The epoch an instant belongs to: a whole number that grows with time, the sort key of the stored sums. */
export function epochAt(atMs: number, scale: DecayScale): number {
  return Math.floor(atMs / (EPOCH_HALF_LIVES * scale.halfLifeMs));
}

/** How long an epoch is. */
export function epochLengthMs(scale: DecayScale): number {
  return EPOCH_HALF_LIVES * scale.halfLifeMs;
}

/** The weight of an observation within its epoch: a positive integer. `times` multiplies it, for an observation that stands for several. */
export function weightAt(atMs: number, scale: DecayScale, times = 1): number {
  const { halfLifeMs } = scale;
  const sinceLandmarkMs = atMs - epochAt(atMs, scale) * (EPOCH_HALF_LIVES * halfLifeMs);
  return Math.max(1, Math.round(WEIGHT_UNIT * times * 2 ** (sinceLandmarkMs / halfLifeMs)));
}

/** The half-life of each pace. */
export type DecayScales = Readonly<Record<Pace, DecayScale>>;

/** The usual memory forgets so many times as slowly as the lasting one. */
const USUAL_HALF_LIVES = 30;
/** The half-lives of the three memories. */
export function decayScales(
  settings: Pick<StatisticsSettings, 'halfLifeSeconds' | 'recentHalfLifeSeconds'>,
): DecayScales {
  return {
    lasting: { halfLifeMs: settings.halfLifeSeconds * 1000 },
    recent: { halfLifeMs: settings.recentHalfLifeSeconds * 1000 },
    usual: { halfLifeMs: USUAL_HALF_LIVES * settings.halfLifeSeconds * 1000 },
  };
}

/** The sums of one memory of a deployment, as decayed observations at an instant. */
export interface DecayedSums {
  /** The number of times to first token: 0 without any. */
  readonly evidence: number;
  /** All of these together, with the times waited in vain. */
  readonly ttftTotalMs: number;
  /** By the sum's letter; 0 where nothing is known. */
  readonly get: (letter: string) => number;
  /** Counts by the letter before a bucket's number, in a unit of their own: only their ratios say something. */
  readonly counts: Readonly<Record<CountLetter, BucketCounts>>;
  /** In a steady state the decayed count is the rate times H / ln 2: so many things a second are behind a count of one. */
  readonly ratePerCount: number;
}

/** A unit of an epoch is so much of a unit of the next one. */
const PER_EPOCH = 2 ** -EPOCH_HALF_LIVES;
const FIRST_LETTER = 'a'.charCodeAt(0);
const EVIDENCE = 'n'.charCodeAt(0) - FIRST_LETTER;
const TTFT_TOTAL = 'x'.charCodeAt(0) - FIRST_LETTER;

/** Less evidence is what is left of sums from which waits were taken back: a remainder of floating point, of either sign. */
const LEAST_EVIDENCE = 1e-6;

/** The sums of one memory of a deployment, all epochs together, as they grow: a look multiplies and merges nothing. */
export class RunningSums {
  readonly #scale: DecayScale;
  /** In the places of their names. */
  readonly #values = new Float64Array(SUM_PLACES.size);
  readonly #counts: DecayedSums['counts'];
  readonly #ratePerCount: number;
  /** Whose unit all sums are in: the last one that was added to. */
  #epoch = -Infinity;

  /** Nothing is in them at first. */
  constructor(scale: DecayScale) {
    this.#scale = scale;
    this.#counts = countsIn(this.#values);
    this.#ratePerCount = Math.LN2 / (scale.halfLifeMs / 1000);
  }

  /** Adds an epoch's sums, or what has come to them. */
  add(epoch: number, sums: Sums): void {
    const values = this.#values;
    if (epoch > this.#epoch) {
      const factor = PER_EPOCH ** (epoch - this.#epoch);
      for (let place = 0; place < values.length; place += 1) {
        values[place] = (values[place] ?? 0) * factor;
      }
      this.#epoch = epoch;
    }
    const factor = PER_EPOCH ** (this.#epoch - epoch);
    for (const [name, value] of sums) {
      const place = SUM_PLACES.get(name);
      if (place !== undefined) {
        values[place] = (values[place] ?? 0) + value * factor;
      }
    }
  }

  /** All of them at an instant. Epochs older than the one before are left out. */
  at(nowMs: number): DecayedSums {
    if (this.#epoch < epochAt(nowMs, this.#scale) - 1) {
      return NOTHING;
    }
    const values = this.#values;
    const { halfLifeMs } = this.#scale;
    const sinceLandmarkMs = nowMs - this.#epoch * (EPOCH_HALF_LIVES * halfLifeMs);
    const perUnit = 1 / (WEIGHT_UNIT * 2 ** (sinceLandmarkMs / halfLifeMs));
    const evidence = (values[EVIDENCE] ?? 0) * perUnit;
    return {
      evidence: evidence > LEAST_EVIDENCE ? evidence : 0,
      ttftTotalMs: Math.max(0, (values[TTFT_TOTAL] ?? 0) * perUnit),
      get: (letter) => (values[letter.charCodeAt(0) - FIRST_LETTER] ?? 0) * perUnit,
      counts: this.#counts,
      ratePerCount: this.#ratePerCount,
    };
  }
}

/** The counts among all sums, as a view of them. */
function countsIn(values: Float64Array): DecayedSums['counts'] {
  const of = (letter: CountLetter): Float64Array => {
    const from = SUM_PLACES.get(`${letter}0`) ?? 0;
    return values.subarray(from, from + BUCKETS);
  };
  return { t: of('t'), c: of('c'), l: of('l') };
}

const NOTHING: DecayedSums = {
  evidence: 0,
  ttftTotalMs: 0,
  get: () => 0,
  counts: countsIn(new Float64Array(SUM_PLACES.size)),
  ratePerCount: 0,
};
