import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import type { Witness } from './doubt.ts';
import { type Ejection, ejectionAfter } from './ejection.ts';
import type { Estimate } from './estimate.ts';
import { blameOf, endRows, failureEvidence, failureRows } from './failure-rows.ts';
import type { Observation } from './observation.ts';

/**
 * Deployments that are set aside for one key, by what its own requests have met at this instance: it is spared what may lie in its
 * requests, and no other key has anything to do with it.
 */
export interface KeyEjections {
  /** The ejection that holds for the key now. */
  readonly of: (deployment: string, key: string | undefined, nowMs: number) => Ejection | undefined;
  /** A request of the key has met a failure that may lie in it. */
  readonly met: (observation: Observation, failure: AttemptFailure, estimate: Estimate) => void;
  /** A request of the key was answered. */
  readonly answered: (observation: Observation) => void;
}

/** None at first. There are as many as the operator has keys and deployments, at the most. */
export function keyEjections(settings: EjectionSettings): KeyEjections {
  const rows = failureRows();
  const ejections = new Map<string, Ejection>();
  return {
    of: (deployment, key, nowMs) => {
      const ejection = key === undefined ? undefined : ejections.get(nameOf(deployment, key));
      return ejection !== undefined && nowMs < ejection.untilMs ? ejection : undefined;
    },
    met: (observation, failure, estimate) => {
      const own = ofKey(observation);
      const blame = blameOf(observation, failure);
      if (own === undefined || blame === 'none') {
        return;
      }
      const evidence = failureEvidence(rows, own, { blame, failure, estimate });
      // How often the whole fleet's calls fail says nothing of this key's.
      const next = ejectionAfter(
        ejections.get(own.deployment),
        { ...evidence, requests: 0 },
        observation.atMs,
        settings,
      );
      if (next !== undefined) {
        ejections.set(own.deployment, next);
      }
    },
    answered: (observation) => {
      const own = ofKey(observation);
      if (own === undefined) {
        return;
      }
      endRows(rows, own);
      if (observation.startedAtMs >= (ejections.get(own.deployment)?.untilMs ?? Infinity)) {
        ejections.delete(own.deployment);
      }
    },
  };
}

function nameOf(deployment: string, key: Witness['key']): string {
  return `${key}\n${deployment}`;
}

/** The observation with the deployment named together with the key. */
function ofKey(observation: Observation): Observation | undefined {
  const { witness, deployment } = observation;
  return witness === undefined ? undefined : { ...observation, deployment: nameOf(deployment, witness.key) };
}
