import type { Random } from '../model/clock.ts';
import type { Route } from '../model/gateway-config.ts';
import type { Candidate } from './contender.ts';

/** Decayed first tokens of the last seconds, or waits as long as the best takes: from this on, somebody has just looked. */
const LOOKED_AT = 0.5;
/** First tokens that came in this share of the expected time, or less, promise that the deployment has become faster. */
const PROMISING = 0.8;
/** A promise is looked into with this many times the usual share of calls: they are likely to be fast ones. */
const PROMISING_SHARES = 10;

/**
 * Now and then another than the best that nobody has looked at in the last seconds: the only way to learn that it has become fast. However
 * much traffic there is, one look in a while is enough, unless it has just been fast: then more looks soon tell whether it stays so.
 */
export function exploreTarget(
  order: readonly Candidate[],
  { route, random }: { readonly route: Route; readonly random: Random },
): Candidate | undefined {
  const [best, ...others] = order;
  if (best === undefined) {
    return undefined;
  }
  const promising = others.filter((candidate) => isPromising(candidate, best));
  const share = route.explorationShare * (promising.length === 0 ? 1 : PROMISING_SHARES);
  if (random() >= share) {
    return undefined;
  }
  const targets = promising.length === 0 ? others.filter((candidate) => isUnseen(candidate, best)) : promising;
  return targets[Math.floor(random() * targets.length)];
}

/** An attempt that was stopped sooner than the best answers has shown nothing. */
function isUnseen({ standing }: Candidate, best: Candidate): boolean {
  const { evidence, ttftTotalMs } = standing.estimate.recent;
  return Math.max(evidence, ttftTotalMs / best.expectedTtftMs) < LOOKED_AT;
}

/** Whether its last first tokens came sooner than what is expected of it, and of the best. */
function isPromising({ standing, expectedTtftMs, isTied }: Candidate, best: Candidate): boolean {
  const { recent } = standing.estimate;
  const seenMs = isTied || recent.failureRate > 0 ? undefined : recent.seenMedianMs();
  return seenMs !== undefined && seenMs < PROMISING * Math.min(expectedTtftMs, best.expectedTtftMs);
}
