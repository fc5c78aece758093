import { rendezvousOrder } from '../model/rendezvous.ts';
import type { Candidate } from './contender.ts';
import type { RememberedPlan } from './routing-memory.ts';

/** Who was no equal becomes one within this share of the band, and who was one stays one up to so many bands. */
const ENTER_BANDS = 0.7;
const LEAVE_BANDS = 1.2;
/** A conversation stays where it was up to so many bands from the best, whatever its prefix is worth. */
const STAY_BANDS = 2;
/** Up to so many bands from the best it is as good as that, but for noise. */
const SAME_BANDS = 0.4;
/** Of one at the border: no weight is nothing, so that all have a place in the order. */
const LEAST_WEIGHT = 0.01;

/** Which of the sorted candidates count as equally good for a conversation. */
export interface EqualsQuestion {
  /** Best first; all may be equals. */
  readonly sorted: readonly Candidate[];
  /** A share of the best's score. */
  readonly band: number;
  readonly affinityKey: string;
  readonly remembered: RememberedPlan;
}

/** In the order in which the conversation tries them. */
export interface Equals {
  readonly order: readonly Candidate[];
  /** Those of `order` that count as equally good. The one where the conversation stays may be none of them. */
  readonly members: ReadonlySet<string>;
}

/**
 * Those that count as equally good. A conversation's last deployment comes first unless it is now clearly worse than the best, its warm
 * prefix counted. Where no turn is known its hash chooses, so that different conversations spread: first among those that are usually
 * equal, as every instance chooses, then among those that are equal now. The fewer go to one, the nearer it is to the border. It takes less
 * to stay an equal than to become one: noise at the border moves nobody.
 */
export function equalsOf({ sorted, band, affinityKey, remembered }: EqualsQuestion): Equals {
  const best = sorted[0]?.placementScore ?? 0;
  const isWithin = ({ placementScore }: Candidate, bands: number): boolean =>
    placementScore <= best * (1 + band * bands);
  const equals = sorted.filter((candidate) =>
    isWithin(candidate, remembered.equals.has(candidate.deployment.id) ? LEAVE_BANDS : ENTER_BANDS),
  );
  const members = new Set(equals.map(({ deployment }) => deployment.id));
  const weightOf = ({ placementScore }: Candidate): number => closeness((placementScore / best - 1) / band);
  const spread = rendezvousOrder(equals, ({ deployment }) => deployment.id, affinityKey, weightOf);
  const last = sorted.find(({ deployment }) => deployment.id === remembered.turn?.deployment);
  const first = last ?? home(sorted, band, affinityKey);
  return first !== undefined && isWithin(first, last === undefined ? LEAVE_BANDS : STAY_BANDS)
    ? { order: [first, ...spread.filter((candidate) => candidate !== first)], members }
    : { order: spread, members };
}

/** The share of conversations that an equal gets of what the best does, by how many bands it is from that. */
function closeness(bands: number): number {
  const share = (LEAVE_BANDS - bands) / (LEAVE_BANDS - SAME_BANDS);
  return bands > SAME_BANDS ? Math.max(LEAST_WEIGHT, share) ** 2 : 1;
}

/**
 * Where another instance has most likely sent the conversation's turns: by hash, among those that are usually as good as the best. All
 * instances know the same of that: it hardly changes from one minute to the next.
 */
function home(sorted: readonly Candidate[], band: number, affinityKey: string): Candidate | undefined {
  const usualMs = ({ standing }: Candidate): number => standing.estimate.usual.typicalMs ?? Infinity;
  const bestMs = sorted.reduce((least, candidate) => Math.min(least, usualMs(candidate)), Infinity);
  const bandsOf = (candidate: Candidate): number => (usualMs(candidate) / bestMs - 1) / band;
  const equals = sorted.filter((candidate) => bandsOf(candidate) <= LEAVE_BANDS);
  return rendezvousOrder(
    equals,
    ({ deployment }) => deployment.id,
    affinityKey,
    (one) => closeness(bandsOf(one)),
  )[0];
}
