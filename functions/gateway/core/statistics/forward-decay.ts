import type { StatisticsSettings } from '../model/gateway-config.ts';
import type { Pace } from './paced-sums.ts';

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
export const EPOCH_HALF_LIVES = 16;
/** The weight of an observation at its epoch's landmark. */
export const WEIGHT_UNIT = 1024;

/** The epoch an instant belongs to: a whole number that grows with time, the sort key of the stored sums. */
export function epochAt(atMs: number, scale: DecayScale): number {
  return Math.floor(atMs / epochLengthMs(scale));
}

/** How long an epoch is. */
export function epochLengthMs(scale: DecayScale): number {
  return EPOCH_HALF_LIVES * scale.halfLifeMs;
}

/** The weight of an observation within its epoch: a positive integer. `times` multiplies it, for an observation that stands for several. */
export function weightAt(atMs: number, scale: DecayScale, times = 1): number {
  return Math.max(1, Math.round(WEIGHT_UNIT * times * growth(atMs, epochAt(atMs, scale), scale)));
}

/** What one unit of an epoch's stored sum counts at `nowMs`: multiply a sum by it to have it in decayed observations. */
export function decayFactor(epoch: number, nowMs: number, scale: DecayScale): number {
  return 1 / (WEIGHT_UNIT * growth(nowMs, epoch, scale));
}

function growth(atMs: number, epoch: number, scale: DecayScale): number {
  return 2 ** ((atMs - epoch * epochLengthMs(scale)) / scale.halfLifeMs);
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
