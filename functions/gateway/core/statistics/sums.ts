import { type DecayScale, decayFactor, epochAt, weightAt } from './forward-decay.ts';
import { bucketOf } from './latency-histogram.ts';
import type { Observation } from './observation.ts';

/**
 * Weighted sums by short name: what is stored, merged and added. All values are integers. Every name costs bytes in each item, and an
 * item must stay below 1 KB (one write unit), hence the letters:
 *
 * | name | sum of w times |
 * |---|---|
 * | `q` | 1, every attempt that ended |
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
 */
export type Sums = ReadonlyMap<string, number>;

/** The sums of one observation within its epoch. `times`: how many observations it stands for. */
export function sumsOf(
  observation: Observation,
  scale: DecayScale,
  times = 1,
): { readonly epoch: number; readonly sums: Sums } {
  const weight = weightAt(observation.atMs, scale, times);
  const sums = new Map<string, number>([['q', weight]]);
  if (observation.outcome === 'failed') {
    sums.set('f', weight);
  }
  if (observation.extra !== undefined) {
    sums.set(observation.extra === 'hedge' ? 'e' : 'r', weight);
  }
  addTtft(sums, observation, weight);
  addAnswer(sums, observation, weight);
  return { epoch: epochAt(observation.atMs, scale), sums };
}

function addTtft(sums: Map<string, number>, { ttftMs, waitedMs }: Observation, weight: number): void {
  if (ttftMs !== undefined) {
    sums.set('x', Math.round(weight * ttftMs));
    sums.set('n', weight);
    sums.set(`t${bucketOf(ttftMs).toString(36)}`, weight);
  } else if (waitedMs !== undefined) {
    sums.set('x', Math.round(weight * waitedMs));
    sums.set(`c${bucketOf(waitedMs).toString(36)}`, weight);
  }
}

function addAnswer(sums: Map<string, number>, observation: Observation, weight: number): void {
  const { ttftMs, totalMs, inputTokens, outputTokens } = observation;
  if (inputTokens !== undefined) {
    sums.set('i', Math.round(weight * inputTokens));
  }
  if (totalMs === undefined || ttftMs === undefined) {
    return;
  }
  sums.set('a', weight);
  sums.set(`l${bucketOf(totalMs).toString(36)}`, weight);
  if (outputTokens !== undefined && outputTokens > 0) {
    sums.set('o', Math.round(weight * outputTokens));
    sums.set('g', Math.round(weight * outputTokens));
    sums.set('h', Math.round(weight * Math.max(0, totalMs - ttftMs)));
  }
}

/** Adds up sums name by name. Commutative and associative. */
export function addSums(...all: readonly Sums[]): Sums {
  const total = new Map<string, number>();
  for (const sums of all) {
    for (const [name, value] of sums) {
      total.set(name, (total.get(name) ?? 0) + value);
    }
  }
  return total;
}

/** The sums of several epochs as decayed observations at `nowMs`. Epochs older than the one before are left out. */
export function decayedSums(epochs: ReadonlyMap<number, Sums>, nowMs: number, scale: DecayScale): Sums {
  const current = epochAt(nowMs, scale);
  const recent = [...epochs].filter(([epoch]) => epoch >= current - 1);
  return addSums(...recent.map(([epoch, sums]) => scaled(sums, decayFactor(epoch, nowMs, scale))));
}

function scaled(sums: Sums, factor: number): Sums {
  return new Map([...sums].map(([name, value]) => [name, value * factor]));
}
