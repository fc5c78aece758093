import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import { type DoubtfulFailures, isSilence } from './doubt.ts';
import {
  blameOf,
  type Credence,
  type Ejection,
  ejectionAfter,
  endRows,
  failureEvidence,
  failureRows,
} from './ejection.ts';
import type { Ejections } from './ejections.ts';
import type { Estimate } from './estimate.ts';
import type { LastSights } from './last-sights.ts';
import type { Observation, Witness } from './observation.ts';

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
  doubts.note(told);
  if (failure === undefined || !isBadNews(told)) {
    return { observation: told, failure, credence: 'whole' };
  }
  const heard = doubts.hear(told, failure);
  const credence = isSilence(failure) && isSilentToAll(witnessed, told) ? 'whole' : heard;
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

/** Of silence, where one key alone calls: nobody in the fleet has had a first token since it began, so that nobody else is served there. */
function isSilentToAll({ doubts, sights, ejections }: Witnessed, told: Observation): boolean {
  const { deployment, witness, startedAtMs } = told;
  const sinceMs = ejections.failingSinceMs(deployment) ?? startedAtMs;
  const seen = sights.get(deployment) ?? [];
  return (
    witness !== undefined &&
    doubts.isAlone(witness, told.atMs) &&
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

/**
 * Deployments that are set aside for one key, by what its own requests have met at this instance: it is spared what may lie in its
 * requests, and no other key has anything to do with it. There are as many as the operator has keys and deployments, at the most.
 */
export class KeyEjections {
  readonly #settings: EjectionSettings;
  readonly #rows = failureRows();
  readonly #ejections = new Map<string, Ejection>();

  /** None at first. */
  constructor(settings: EjectionSettings) {
    this.#settings = settings;
  }

  /** The ejection that holds for the key now. */
  of(deployment: string, key: string | undefined, nowMs: number): Ejection | undefined {
    if (key === undefined || this.#ejections.size === 0) {
      return undefined;
    }
    const ejection = this.#ejections.get(nameOf(deployment, key));
    return ejection !== undefined && nowMs < ejection.untilMs ? ejection : undefined;
  }

  /** A request of the key has met a failure that may lie in it. */
  met(observation: Observation, failure: AttemptFailure, estimate: Estimate): void {
    const own = ofKey(observation);
    const blame = blameOf(observation, failure);
    if (own === undefined || blame === 'none') {
      return;
    }
    const evidence = failureEvidence(this.#rows, own, { blame, failure, estimate });
    const current = this.#ejections.get(own.deployment);
    // How often the whole fleet's calls fail says nothing of this key's.
    const next = ejectionAfter(current, { ...evidence, requests: 0 }, observation.atMs, this.#settings);
    if (next !== undefined) {
      this.#ejections.set(own.deployment, next);
    }
  }

  /** A request of the key was answered. */
  answered(observation: Observation): void {
    const { failed, cut } = this.#rows;
    const own = failed.size + cut.size + this.#ejections.size === 0 ? undefined : ofKey(observation);
    if (own === undefined) {
      return;
    }
    endRows(this.#rows, own);
    if (observation.startedAtMs >= (this.#ejections.get(own.deployment)?.untilMs ?? Infinity)) {
      this.#ejections.delete(own.deployment);
    }
  }
}

/** The observation with the deployment named together with the key. */
function ofKey(observation: Observation): Observation | undefined {
  const { witness, deployment } = observation;
  return witness === undefined ? undefined : { ...observation, deployment: nameOf(deployment, witness.key) };
}

function nameOf(deployment: string, key: Witness['key']): string {
  return `${key}\n${deployment}`;
}
