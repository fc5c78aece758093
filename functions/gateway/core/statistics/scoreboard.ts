import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { Random } from '../model/clock.ts';
import { type FailureVerdict, failureVerdict } from '../model/failure-verdict.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import { type Ejection, type EjectionState, ejectionAfter, ejectionState, type FailureEvidence } from './ejection.ts';
import { type Estimate, estimateOf } from './estimate.ts';
import type { Observation } from './observation.ts';
import { type Batch, type DecayScales, type ObservationLog, observationLog } from './observation-log.ts';
import type { Pace } from './paced-sums.ts';
import { writtenShare } from './sampled-share.ts';
import { decayedSums, type Sums } from './sums.ts';

/** What the store holds of one deployment. */
export interface StoredStatistics {
  readonly epochs: Readonly<Record<Pace, ReadonlyMap<number, Sums>>>;
  readonly ejection?: Ejection;
}

/** What this instance knows of every deployment: the snapshot last read from the store, and its own observations since. No I/O. */
export interface Scoreboard {
  readonly look: (deployment: string, nowMs: number) => Standing;
  /** Takes in what an attempt has taught; `failure` is what it is blamed for. */
  readonly observe: (observation: Observation, failure: AttemptFailure | undefined) => Observed;
  /** A read of the store begins at `startedAtMs`. Call the result with what it gave. */
  readonly beginRead: (startedAtMs: number) => (stored: ReadonlyMap<string, StoredStatistics>) => void;
  readonly takeUnwritten: () => Batch | undefined;
  /** Notes that somebody is trying the ejected deployment until `probeUntilMs`. */
  readonly noteProbe: (deployment: string, probeUntilMs: number) => void;
  /** When the snapshot was last read; `undefined` before the first time. */
  readonly readAtMs: () => number | undefined;
}

export interface Observed {
  /** Takes the observation back, as if it had not been made. */
  readonly takeBack: () => void;
  /** To be shared with the fleet. */
  readonly change?: EjectionChange;
}

export interface Standing {
  readonly estimate: Estimate;
  readonly state: EjectionState;
  readonly ejection?: Ejection;
}

/** `lifted` undoes the ejection `was`. */
export type EjectionChange =
  | { readonly kind: 'ejected'; readonly deployment: string; readonly ejection: Ejection }
  | { readonly kind: 'lifted'; readonly deployment: string; readonly was: Ejection };

export interface ScoreboardSettings {
  readonly scales: DecayScales;
  readonly ejection: EjectionSettings;
  /** Writes a second and deployment that the whole fleet stays under. */
  readonly writesPerSecond: number;
  readonly random: Random;
}

interface Memory {
  readonly settings: ScoreboardSettings;
  readonly log: ObservationLog;
  stored: ReadonlyMap<string, StoredStatistics>;
  readAtMs?: number;
  /** As this instance knows them, with the number of reads that had begun when it last changed them itself. */
  readonly ejections: Map<string, { readonly ejection: Ejection | undefined; readonly changedAfterRead: number }>;
  readsBegun: number;
  /** In a row, as this instance sees them. A first token ends the row of those before it, and only a whole answer the row of broken ones. */
  readonly failuresInARow: Readonly<Record<'failed' | 'cut', Map<string, FailureRow>>>;
}

interface FailureRow {
  readonly count: number;
  /** When the first of them began: answers that were under way then may still end well, and say nothing of what has happened since. */
  readonly sinceMs: number;
}

export function scoreboard(settings: ScoreboardSettings): Scoreboard {
  const memory: Memory = {
    settings,
    log: observationLog(settings.scales, settings.random),
    stored: new Map(),
    ejections: new Map(),
    readsBegun: 0,
    failuresInARow: { failed: new Map(), cut: new Map() },
  };
  return {
    look: (deployment, nowMs) => look(memory, deployment, nowMs),
    observe: (observation, failure) => observe(memory, observation, failure),
    beginRead: (startedAtMs) => {
      const confirm = memory.log.beginRead();
      memory.readsBegun += 1;
      const read = memory.readsBegun;
      return (stored) => {
        confirm();
        load(memory, stored, { read, startedAtMs });
      };
    },
    takeUnwritten: memory.log.take,
    noteProbe: (deployment, probeUntilMs) => noteProbe(memory, deployment, probeUntilMs),
    readAtMs: () => memory.readAtMs,
  };
}

function look(memory: Memory, deployment: string, nowMs: number): Standing {
  const { scales } = memory.settings;
  const stored = memory.stored.get(deployment)?.epochs;
  const decayed = (pace: Pace): Sums =>
    decayedSums([stored?.[pace] ?? new Map(), ...memory.log.recent(deployment, pace)], nowMs, scales[pace]);
  const ejection = memory.ejections.get(deployment)?.ejection;
  const estimate = estimateOf(decayed('lasting'), decayed('recent'), scales.lasting);
  const standing = { estimate, state: ejectionState(ejection, nowMs) };
  return ejection === undefined ? standing : { ...standing, ejection };
}

function observe(memory: Memory, observation: Observation, failure: AttemptFailure | undefined): Observed {
  const { deployment, atMs } = observation;
  const { estimate, ejection } = look(memory, deployment, atMs);
  const share = writtenShare(estimate.requestsPerSecond, memory.settings.writesPerSecond);
  const takeBack = memory.log.add(observation, share);
  const change = changeOf(memory, observation, failure, { estimate, ejection });
  return change === undefined ? { takeBack } : { takeBack, change };
}

function changeOf(
  memory: Memory,
  observation: Observation,
  failure: AttemptFailure | undefined,
  { estimate, ejection }: Pick<Standing, 'estimate'> & { readonly ejection: Ejection | undefined },
): EjectionChange | undefined {
  const { deployment, atMs, kind } = observation;
  if (kind === 'first-token' || kind === 'answered') {
    return lift(memory, observation, ejection);
  }
  const blame = silenceOf(observation) === undefined ? blameOf(failure) : 'failure';
  if (blame === 'none') {
    return undefined;
  }
  const evidence = evidenceOf(memory, observation, { blame, failure, estimate });
  const next = ejectionAfter(ejection, evidence, atMs, memory.settings.ejection);
  if (next === undefined) {
    return undefined;
  }
  memory.ejections.set(deployment, { ejection: next, changedAfterRead: memory.readsBegun });
  return { kind: 'ejected', deployment, ejection: next };
}

interface Guilt {
  readonly blame: FailureEvidence['blame'];
  readonly failure: AttemptFailure | undefined;
  readonly estimate: Estimate;
}

/** Counts the failure, and says how it stands with the deployment then. */
function evidenceOf(memory: Memory, observation: Observation, guilt: Guilt): FailureEvidence {
  const { deployment, kind, startedAtMs } = observation;
  const { blame, failure, estimate } = guilt;
  const row = memory.failuresInARow[kind === 'cut' ? 'cut' : 'failed'];
  const { count, sinceMs } = row.get(deployment) ?? { count: 0, sinceMs: startedAtMs };
  const share = silenceOf(observation) ?? 1;
  const consecutive = count + (blame === 'failure' ? share : 0);
  row.set(deployment, { count: consecutive, sinceMs });
  const { requests, failureRate } = estimate.recent;
  return {
    blame,
    retryAfterMs: failure?.kind === 'rate-limited' ? failure.retryAfterMs : undefined,
    consecutive: Math.max(consecutive, silentFailures(observation, estimate)),
    requests: requests + 1,
    failureRate: (failureRate * requests + share) / (requests + 1),
    beganByMs: startedAtMs,
  };
}

function blameOf(failure: AttemptFailure | undefined): FailureVerdict['blame'] {
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

function lift(memory: Memory, observation: Observation, was: Ejection | undefined): EjectionChange | undefined {
  const { deployment, kind } = observation;
  const { failed, cut } = memory.failuresInARow;
  endRow(failed, observation);
  if (kind === 'answered') {
    endRow(cut, observation);
  }
  // Of one that breaks its answers a first token proves nothing.
  const isProof = !cut.has(deployment);
  // An answer that was under way when the cooldown began says nothing about its end, however long it streamed.
  if (was === undefined || was.untilMs === 0 || !isProof || observation.startedAtMs < was.untilMs) {
    return undefined;
  }
  memory.ejections.set(deployment, { ejection: undefined, changedAfterRead: memory.readsBegun });
  return { kind: 'lifted', deployment, was };
}

function endRow(rows: Map<string, FailureRow>, { deployment, startedAtMs }: Observation): void {
  if (startedAtMs >= (rows.get(deployment)?.sinceMs ?? 0)) {
    rows.delete(deployment);
  }
}

function load(
  memory: Memory,
  stored: ReadonlyMap<string, StoredStatistics>,
  { read, startedAtMs }: { readonly read: number; readonly startedAtMs: number },
): void {
  memory.stored = stored;
  memory.readAtMs = startedAtMs;
  // Also those that the store has left out: somebody else has lifted their ejection.
  for (const deployment of new Set([...memory.ejections.keys(), ...stored.keys()])) {
    const own = memory.ejections.get(deployment);
    if (own === undefined || own.changedAfterRead < read) {
      memory.ejections.set(deployment, { ejection: stored.get(deployment)?.ejection, changedAfterRead: 0 });
    }
  }
}

function noteProbe(memory: Memory, deployment: string, probeUntilMs: number): void {
  const known = memory.ejections.get(deployment);
  if (known?.ejection !== undefined) {
    memory.ejections.set(deployment, { ...known, ejection: { ...known.ejection, probeUntilMs } });
  }
}
