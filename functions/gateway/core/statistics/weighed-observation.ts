import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Credence, DoubtfulFailures } from './doubt.ts';
import type { Estimate } from './estimate.ts';
import type { KeyEjections } from './key-ejections.ts';
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
}

/**
 * What an attempt has taught, as far as it counts for all: a failure that may lie in the request counts for its own key, and a few times for
 * the others. `undefined`: not at all.
 */
export function weighed(
  { doubts, ofKeys }: Witnessed,
  told: Observation,
  { failure, estimate }: { readonly failure: AttemptFailure | undefined; readonly estimate: Estimate },
): Weighed | undefined {
  doubts.saw(told.witness, told.atMs);
  if (told.kind === 'first-token') {
    doubts.spoke(told.deployment);
  }
  if (failure === undefined || !isBadNews(told)) {
    return { observation: told, failure, credence: 'whole' };
  }
  const credence = doubts.hear(told.deployment, failure, told.witness, told.atMs);
  if (credence !== 'whole') {
    ofKeys.met(told, failure, estimate);
  }
  if (credence !== 'nothing') {
    return { observation: told, failure, credence };
  }
  // The attempt of a cut answer was counted with its first token.
  return told.kind === 'cut' ? undefined : { observation: withoutBlame(told), failure: undefined, credence };
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
