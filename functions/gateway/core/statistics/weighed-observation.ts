import type { AttemptFailure } from '../model/attempt-failure.ts';
import { type Credence, type DoubtfulFailures, isSilence } from './doubt.ts';
import type { Ejections } from './ejections.ts';
import type { Estimate } from './estimate.ts';
import type { KeyEjections } from './key-ejections.ts';
import type { LastSights } from './last-sights.ts';
import type { Observation } from './observation.ts';

/** What an observation counts for. */
export interface Weighed {
  readonly observation: Observation;
  readonly failure: AttemptFailure | undefined;
  readonly credence: Credence;
}

/** What has been heard of failures that may lie in requests, and what followed for the keys that met them. */
export interface Witnessed {
  readonly doubts: DoubtfulFailures;
  readonly ofKeys: KeyEjections;
  /** What the fleet has seen last of each deployment. */
  readonly sights: ReadonlyMap<string, LastSights>;
  readonly ejections: Pick<Ejections, 'failingSinceMs'>;
}

/**
 * What an attempt has taught, as far as it counts for all: a failure that may lie in the request counts for its own key, and a few times for
 * the others. `undefined`: not at all.
 */
export function weighed(
  witnessed: Witnessed,
  told: Observation,
  { failure, estimate }: { readonly failure: AttemptFailure | undefined; readonly estimate: () => Estimate },
): Weighed | undefined {
  const { doubts, ofKeys } = witnessed;
  doubts.saw(told.witness, told.atMs);
  if (told.kind === 'first-token') {
    doubts.spoke(told.deployment, told.witness);
  }
  if (failure === undefined || !isBadNews(told)) {
    return { observation: told, failure, credence: 'whole' };
  }
  const heard = doubts.hear(told.deployment, failure, told.witness, told.atMs);
  const credence = isSilentToAll(witnessed, told, failure) ? 'whole' : heard;
  if (credence !== 'whole') {
    ofKeys.met(told, failure, estimate());
  }
  if (credence !== 'nothing') {
    return { observation: told, failure, credence };
  }
  // The attempt of a cut answer was counted with its first token.
  return told.kind === 'cut' ? undefined : { observation: withoutBlame(told), failure: undefined, credence };
}

/** First tokens of calls that had begun by then may have been under way when the silence began. */
const UNDER_WAY_MS = 1000;

/** Silence, where one key alone calls: nobody in the fleet has had a first token since it began, so that nobody else is served there. */
function isSilentToAll({ doubts, sights, ejections }: Witnessed, told: Observation, failure: AttemptFailure): boolean {
  const sinceMs = ejections.failingSinceMs(told.deployment) ?? told.startedAtMs;
  const seen = sights.get(told.deployment) ?? [];
  return (
    isSilence(failure) &&
    doubts.isAlone(told.witness, told.atMs) &&
    !seen.some(({ atMs, isBound }) => isBound !== true && atMs > sinceMs + UNDER_WAY_MS)
  );
}

/** What a deployment may be set aside for. */
function isBadNews(told: Observation): boolean {
  return told.kind === 'failed' || told.kind === 'cut' || (told.kind === 'given-up' && told.limitMs !== undefined);
}

/** An attempt, with the time that was waited for it, and no more. */
function withoutBlame({ deployment, startedAtMs, atMs, ...lesson }: Observation): Observation {
  const extra = 'extra' in lesson && lesson.extra !== undefined ? { extra: lesson.extra } : {};
  const about = { deployment, startedAtMs, atMs, ...extra };
  return 'waitedMs' in lesson && lesson.waitedMs !== undefined
    ? { ...about, kind: 'given-up', waitedMs: lesson.waitedMs }
    : { ...about, kind: 'refused' };
}
