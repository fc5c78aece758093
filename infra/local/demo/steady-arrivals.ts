import type { Random } from '../../../functions/gateway/core/model/clock.ts';

/** When calls begin, as milliseconds after the start: independent of each other (a Poisson process), so many a second on average. */
export function steadyArrivals(perSecond: number, forMs: number, random: Random): readonly number[] {
  const arrivals: number[] = [];
  const gapMs = (): number => (-Math.log(1 - random()) * 1000) / perSecond;
  for (let atMs = gapMs(); atMs < forMs; atMs += gapMs()) {
    arrivals.push(atMs);
  }
  return arrivals;
}
