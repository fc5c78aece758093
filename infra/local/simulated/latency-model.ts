import type { Random } from '../../../functions/gateway/core/model/clock.ts';

/** How fast a simulated vendor is. */
export interface LatencyProfile {
  /** Median time to first token around which it drifts. */
  readonly medianTtftMs: number;
  /** Of the lognormal distribution around the median; 0.3 puts p95 at 1.6 times the median. */
  readonly sigma: number;
  /** Share of calls (0 to 1) that take 5 to 10 times as long. */
  readonly stragglerShare: number;
  readonly tokensPerSecond: { readonly least: number; readonly most: number };
  /** How long the median takes to go up, down and back. */
  readonly driftPeriodMs: number;
  /** At its worst the median is e^depth of its usual value, at its best e^-depth. */
  readonly driftDepth: number;
}

/** The times of one answer. */
export interface Pace {
  readonly ttftMs: number;
  readonly tokenGapMs: number;
}

/** Draws the times of an answer that begins `sinceStartMs` after the simulation did, when every vendor is at its usual median. */
export function drawPace(profile: LatencyProfile, sinceStartMs: number, random: Random): Pace {
  const { least, most } = profile.tokensPerSecond;
  const ttftMs =
    medianAt(profile, sinceStartMs) * Math.exp(profile.sigma * normal(random)) * straggling(profile, random);
  return { ttftMs, tokenGapMs: 1000 / (least + (most - least) * random()) };
}

/** The median time to first token at that moment. */
export function medianAt(profile: LatencyProfile, sinceStartMs: number): number {
  const phase = (2 * Math.PI * sinceStartMs) / profile.driftPeriodMs;
  return profile.medianTtftMs * Math.exp(profile.driftDepth * Math.sin(phase));
}

/** A draw from the standard normal distribution (Box and Muller, 1958). */
function normal(random: Random): number {
  // 1 - u is above 0, where the logarithm is finite.
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

function straggling(profile: LatencyProfile, random: Random): number {
  return random() < profile.stragglerShare ? 5 + 5 * random() : 1;
}
