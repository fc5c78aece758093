import { bucketOf } from './latency-histogram.ts';
import type { Observation } from './observation.ts';
import type { Pace } from './paced-sums.ts';

/**
 * Weighted sums by short name: what is stored, merged and added. All values are integers. Every name costs bytes in each item, and an
 * item must stay below 1 KB (one write unit), hence the letters:
 *
 * | name | sum of w times |
 * |---|---|
 * | `q` | 1, every attempt |
 * | `f` | 1, every failure |
 * | `e`, `r` | 1, hedges; 1, attempts after a failed one |
 * | `n` | 1, every time to first token that was seen to its end |
 * | `x` | the time to first token in ms, or the time waited where it was given up |
 * | `g`, `h` | output tokens, and the ms from first token to the end |
 * | `o` | output tokens of complete answers |
 * | `a` | 1, complete answers |
 * | `i` | input tokens |
 * | `t<k>`, `c<k>` | 1 in bucket k (base 36) of time to first token: seen, given up |
 * | `l<k>` | 1 in bucket k of the whole answer's latency |
 * | `w`, `k` | prompt tokens that should have been in the vendor's cache, and those of them that were |
 * | `y`, `z` | the time to first token of probes, and what traffic's was expected to be at the same instant |
 */
export type Sums = ReadonlyMap<string, number>;

/** The sums of one observation with an integer weight. */
export function sumsOf(observation: Observation, weight: number): Sums {
  switch (observation.kind) {
    case 'first-token':
      return new Map([...attemptSums(observation.extra, weight), ...seenSums(observation.ttftMs, weight)]);
    case 'failed': {
      const waited = observation.waitedMs === undefined ? [] : censoredSums(observation.waitedMs, weight);
      return new Map([...attemptSums(observation.extra, weight), ['f', weight], ...waited]);
    }
    case 'given-up':
      return new Map([...attemptSums(observation.extra, weight), ...censoredSums(observation.waitedMs, weight)]);
    case 'late':
      return new Map(censoredSums(observation.waitedMs, weight));
    case 'answered':
      return answeredSums(observation, weight);
    case 'cut':
      return new Map([['f', weight]]);
    case 'refused':
      return new Map(attemptSums(observation.extra, weight));
    case 'calibrated':
      return new Map([
        ['y', Math.round(weight * Math.max(LEAST_TTFT_MS, observation.probeMs))],
        ['z', Math.round(weight * Math.max(LEAST_TTFT_MS, observation.trafficMs))],
      ]);
  }
}

type Entry = readonly [string, number];

/** What came sooner counts as this: estimates divide by times, and take their logarithms. */
export const LEAST_TTFT_MS = 1;

function attemptSums(extra: 'hedge' | 'retry' | undefined, weight: number): readonly Entry[] {
  return extra === undefined
    ? [['q', weight]]
    : [
        ['q', weight],
        [extra === 'hedge' ? 'e' : 'r', weight],
      ];
}

function seenSums(ttftMs: number, weight: number): readonly Entry[] {
  return [
    ['n', weight],
    ['x', Math.round(weight * Math.max(LEAST_TTFT_MS, ttftMs))],
    [`t${bucketOf(ttftMs).toString(36)}`, weight],
  ];
}

function censoredSums(waitedMs: number, weight: number): readonly Entry[] {
  return [
    ['x', Math.round(weight * waitedMs)],
    [`c${bucketOf(waitedMs).toString(36)}`, weight],
  ];
}

function answeredSums(observation: Extract<Observation, { kind: 'answered' }>, weight: number): Sums {
  const { ttftMs, totalMs, inputTokens = 0, outputTokens = 0, cache } = observation;
  const sums = new Map([
    ['a', weight],
    [`l${bucketOf(totalMs).toString(36)}`, weight],
  ]);
  if (inputTokens > 0) {
    sums.set('i', Math.round(weight * inputTokens));
  }
  if (outputTokens > 0) {
    sums.set('o', Math.round(weight * outputTokens));
    sums.set('g', Math.round(weight * outputTokens));
    sums.set('h', Math.round(weight * Math.max(0, totalMs - ttftMs)));
  }
  if (cache !== undefined) {
    sums.set('w', Math.round(weight * cache.warmTokens));
    sums.set('k', Math.round(weight * Math.min(cache.warmTokens, cache.cachedTokens)));
  }
  return sums;
}

/**
 * The letters that each memory keeps. The recent one enough to see that something has changed, the usual one what changes slowly, and the
 * lasting one all but that.
 */
const KEPT: Readonly<Record<Pace, string>> = {
  lasting: 'qfernxghoaitcl',
  recent: 'qfernxtc',
  usual: 'qenxtcwkyz',
};

/** The part of the sums that a memory keeps. */
export function keptPart(sums: Sums, pace: Pace): Sums {
  const kept = new Map<string, number>();
  for (const [name, value] of sums) {
    if (KEPT[pace].includes(name.charAt(0))) {
      kept.set(name, value);
    }
  }
  return kept;
}

/** The sums that undo `sums` when added. */
export function negated(sums: Sums): Sums {
  return new Map([...sums].map(([name, value]) => [name, -value]));
}

/** Adds sums to a total, name by name. Commutative and associative. */
export function addTo(total: Map<string, number>, sums: Sums): void {
  for (const [name, value] of sums) {
    total.set(name, (total.get(name) ?? 0) + value);
  }
}
