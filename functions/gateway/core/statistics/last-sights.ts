import type { Observation } from './observation.ts';
import { LEAST_TTFT_MS } from './sums.ts';

/** A first token of a deployment, or a wait for one that was long and in vain. */
export interface Sight {
  /** When its attempt began: what came late tells of then. */
  readonly atMs: number;
  /** After a prompt of the usual size. A whole number. */
  readonly ttftMs: number;
  /** It would have taken, or will take, longer: nothing has come. */
  readonly isBound?: true;
}

/**
 * The last sights of a deployment, newest first: what came after what, which no sum can tell. In a sum that forgets by time, a busy second
 * outweighs the few looks that came after it.
 */
export type LastSights = readonly Sight[];

/** So many tell of now. */
const TELLING = 3;
/** Some more are kept: some tell nothing, and another instance may still tell of the newest that it took longer. */
const KEPT = 4;
/** What is older says nothing of now. */
const NEW_MS = 120_000;

/** Notes what the observation shows of its deployment, if it shows a time to first token. */
export function noteSight(sights: Map<string, LastSights>, observation: Observation): void {
  const { deployment, startedAtMs: atMs } = observation;
  const isBound = observation.kind !== 'first-token';
  // A wait that ended before it was long shows nothing.
  const isShortWait = observation.kind === 'given-up' && observation.limitMs === undefined;
  const waitedMs = 'waitedMs' in observation && !isShortWait ? observation.waitedMs : undefined;
  const shownMs = observation.kind === 'first-token' ? observation.ttftMs : waitedMs;
  if (shownMs !== undefined) {
    const sight = { atMs, ttftMs: Math.max(LEAST_TTFT_MS, Math.round(shownMs)), ...(isBound && { isBound }) };
    sights.set(deployment, mergedSights([sight], sights.get(deployment) ?? []));
  }
}

/** Takes in what others have seen. */
export function noteSights(
  sights: Map<string, LastSights>,
  stored: ReadonlyMap<string, { readonly sights?: LastSights }>,
): void {
  for (const [deployment, { sights: seen = [] }] of stored) {
    sights.set(deployment, mergedSights(sights.get(deployment) ?? [], seen));
  }
}

/** The newest of both. Of one attempt the longest: until its first token came it was known to take so long at least. */
export function mergedSights(one: LastSights, other: LastSights): LastSights {
  const merged: Sight[] = [];
  for (const sight of [...one, ...other].toSorted((a, b) => b.atMs - a.atMs || b.ttftMs - a.ttftMs)) {
    if (merged.length < KEPT && merged.at(-1)?.atMs !== sight.atMs) {
      merged.push(sight);
    }
  }
  return merged;
}

/** What the last sights tell of now. */
export interface LastSeen {
  /** Times to first token, or how long it was waited for in vain, newest first. */
  readonly last: readonly number[];
  /** Whether they came one by one, as looks do. Of a busy deployment every mean knows more than its last few calls. */
  readonly isSparse: boolean;
}

/** Sights that are further apart, on average, come one by one. */
const SPARSE_MS = 700;

/** What tells of now. */
export function lastSeen(sights: LastSights, nowMs: number): LastSeen {
  let slowestMs = 0;
  for (const { atMs, ttftMs, isBound } of sights) {
    slowestMs = isBound !== true && nowMs - atMs < NEW_MS ? Math.max(slowestMs, ttftMs) : slowestMs;
  }
  const last: number[] = [];
  let firstAtMs = nowMs;
  for (const { atMs, ttftMs, isBound } of sights) {
    // A wait that others have exceeded says nothing, or nothing yet.
    const isTelling = nowMs - atMs < NEW_MS && (isBound !== true || ttftMs > slowestMs);
    if (isTelling && last.length < TELLING) {
      last.push(ttftMs);
      firstAtMs = atMs;
    }
  }
  return { last, isSparse: nowMs - firstAtMs > SPARSE_MS * last.length };
}
