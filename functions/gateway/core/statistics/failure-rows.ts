import { type AttemptFailure, type FailureVerdict, failureVerdict } from '../model/attempt-failure.ts';
import type { Credence } from './doubt.ts';
import type { FailureEvidence } from './ejection.ts';
import type { Estimate } from './estimate.ts';
import type { Observation } from './observation.ts';

/** Failures in a row, as one instance sees them. A first token ends the row of those before it, and only a whole answer the row of broken ones. */
export type FailureRows = Readonly<Record<'failed' | 'cut', Map<string, FailureRow>>>;

interface FailureRow {
  readonly count: number;
  /** When the first of them began: answers that were under way then may still end well, and say nothing of what has happened since. */
  readonly sinceMs: number;
}

/** Who is blamed, for what, and what is known of the deployment. */
export interface Guilt {
  readonly blame: FailureEvidence['blame'];
  readonly failure: AttemptFailure | undefined;
  readonly estimate: Estimate;
  /** @default whole */
  readonly credence?: Credence;
}

/** Counts of failures in a row by deployment, none at first. */
export function failureRows(): FailureRows {
  return { failed: new Map(), cut: new Map() };
}

/**
 * So many failures in a row before a first token: it is down, and the answers that have broken off were those that were under way then. One
 * that breaks its answers by habit shows first tokens in between.
 */
const DOWN_AFTER = 3;

/** Counts the failure, and says how it stands with the deployment then. */
export function failureEvidence(rows: FailureRows, observation: Observation, guilt: Guilt): FailureEvidence {
  const { deployment, kind, startedAtMs } = observation;
  const { blame, failure, estimate, credence } = guilt;
  const isDown = (rows.failed.get(deployment)?.count ?? 0) >= DOWN_AFTER;
  const row = rows[kind === 'cut' && !isDown ? 'cut' : 'failed'];
  const { count, sinceMs } = row.get(deployment) ?? { count: 0, sinceMs: startedAtMs };
  const share = silenceOf(observation) ?? 1;
  const consecutive = count + (blame === 'failure' ? share : 0);
  row.set(deployment, { count: consecutive, sinceMs });
  if (row === rows.failed && consecutive >= DOWN_AFTER) {
    rows.cut.delete(deployment);
  }
  const { requests, failureRate } = estimate.recent;
  return {
    blame,
    retryAfterMs: failure?.kind === 'rate-limited' ? failure.retryAfterMs : undefined,
    // Where one key alone has met it, the row and what the fleet has waited for in vain may all be that key's.
    consecutive: credence === 'short' ? 0 : Math.max(consecutive, silentFailures(observation, estimate)),
    requests: requests + 1,
    failureRate: (failureRate * requests + share) / (requests + 1),
    beganByMs: startedAtMs,
  };
}

/** What the observation says of the deployment's health. */
export function blameOf(observation: Observation, failure: AttemptFailure | undefined): FailureVerdict['blame'] {
  if (silenceOf(observation) !== undefined) {
    return 'failure';
  }
  return failure === undefined ? 'none' : failureVerdict(failure).blame;
}

/** The share of a failure (0 to 1) that a wait in vain stands for which another attempt's first token ended. */
function silenceOf(observation: Observation): number | undefined {
  return observation.kind === 'given-up' && observation.limitMs !== undefined
    ? Math.min(1, observation.waitedMs / observation.limitMs)
    : undefined;
}

/**
 * What the whole fleet, of which each instance may see a few calls only, has lately waited for first tokens, as a number of failures: where
 * tokens are so few that the mean wait for one is beyond the limit.
 */
function silentFailures(observation: Observation, { recent }: Estimate): number {
  if (observation.kind !== 'given-up' || observation.limitMs === undefined) {
    return 0;
  }
  const limits = recent.ttftTotalMs / observation.limitMs;
  return limits > recent.evidence ? limits : 0;
}

/** A first token, or a whole answer, ends the rows that began before it. */
export function endRows({ failed, cut }: FailureRows, observation: Observation): void {
  endRow(failed, observation);
  if (observation.kind === 'answered') {
    endRow(cut, observation);
  }
}

function endRow(rows: Map<string, FailureRow>, { deployment, startedAtMs }: Observation): void {
  if (startedAtMs >= (rows.get(deployment)?.sinceMs ?? 0)) {
    rows.delete(deployment);
  }
}
