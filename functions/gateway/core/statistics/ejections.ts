import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import type { Credence } from './doubt.ts';
import { type Ejection, type EjectionChange, ejectionAfter, type FailureEvidence } from './ejection.ts';
import type { Estimate } from './estimate.ts';
import { blameOf, endRows, type FailureRows, failureEvidence, failureRows } from './failure-rows.ts';
import type { Observation } from './observation.ts';
import type { StoredStatistics } from './statistics-store.ts';

/** The ejections as one instance knows them, and what follows for them from what attempts teach. */
export interface Ejections {
  readonly of: (deployment: string) => Ejection | undefined;
  /** Whether its last answers broke off: a first token is no proof that it is well. */
  readonly breaksAnswers: (deployment: string) => boolean;
  /** When the first of the failures in a row here began; `undefined`: there are none. */
  readonly failingSinceMs: (deployment: string) => number | undefined;
  /** Whether nothing has failed since its ejection was lifted: what failed before says nothing of now. */
  readonly isForgiven: (deployment: string) => boolean;
  /** What follows from an observation, to be shared with the fleet. */
  readonly after: (observation: Observation, known: KnownOfAttempt) => EjectionChange | undefined;
  /** Notes that somebody is trying the ejected deployment until `probeUntilMs`. */
  readonly noteProbe: (deployment: string, probeUntilMs: number) => void;
  /** A read of the store begins. Call the result with what it gave: it counts where nothing was changed here since. */
  readonly beginRead: () => (stored: ReadonlyMap<string, StoredStatistics>) => void;
}

/** What is known of an attempt's deployment, and what the attempt is blamed for. */
export interface KnownOfAttempt {
  readonly estimate: () => Estimate;
  readonly failure: AttemptFailure | undefined;
  readonly credence: Credence;
}

interface Memory {
  readonly settings: EjectionSettings;
  readonly rows: FailureRows;
  /** With the number of reads that had begun when this instance last changed them itself. */
  readonly known: Map<string, { readonly ejection: Ejection | undefined; readonly changedAfterRead: number }>;
  /** By deployment: when probes have lifted its last ejection, and the level that a relapse goes on from. */
  readonly lifted: Map<string, { readonly level: number; readonly atMs: number }>;
  /** Those that have not failed since their ejection was lifted, with the instant. */
  readonly forgiven: Map<string, number>;
  readsBegun: number;
}

/** No ejections at first. */
export function ejections(settings: EjectionSettings): Ejections {
  const maps = { rows: failureRows(), known: new Map(), lifted: new Map(), forgiven: new Map() };
  const memory: Memory = { settings, ...maps, readsBegun: 0 };
  return {
    of: (deployment) => memory.known.get(deployment)?.ejection,
    breaksAnswers: (deployment) => memory.rows.cut.has(deployment),
    failingSinceMs: (deployment) => memory.rows.failed.get(deployment)?.sinceMs,
    isForgiven: (deployment) => memory.forgiven.has(deployment),
    after: (observation, known) =>
      observation.kind === 'first-token' || observation.kind === 'answered'
        ? afterAnswer(memory, observation, known.estimate)
        : afterFailure(memory, observation, known),
    noteProbe: (deployment, probeUntilMs) => {
      const own = memory.known.get(deployment);
      if (own?.ejection !== undefined) {
        memory.known.set(deployment, { ...own, ejection: { ...own.ejection, probeUntilMs } });
      }
    },
    beginRead: () => {
      memory.readsBegun += 1;
      const read = memory.readsBegun;
      return (stored) => load(memory, stored, read);
    },
  };
}

function set(memory: Memory, deployment: string, ejection: Ejection | undefined): void {
  memory.known.set(deployment, { ejection, changedAfterRead: memory.readsBegun });
}

/** After failures so many probes in a row must be answered: a failing deployment may answer one of ten. */
const ENOUGH_ANSWERS = 3;
/**
 * An answer after so many failures in a row counts as two. By the rule of succession one that still fails answers the next call in a chance
 * of 1 / (row + 2): three answers after three failures and two after eight are luck in less than about a hundredth of all cases.
 */
const LONG_ROW = 8;
/** A probe within the cooldown proves something where it took no longer than so many times what is usual. */
const AS_USUAL = 2;

function afterAnswer(memory: Memory, observation: Observation, estimate: () => Estimate): EjectionChange | undefined {
  const { deployment, startedAtMs, witness } = observation;
  const told = answersToldBy(memory.rows, deployment);
  endRows(memory.rows, observation);
  const was = memory.known.get(deployment)?.ejection;
  // Of one that breaks its answers a first token proves nothing.
  if (was === undefined || was.untilMs === 0 || memory.rows.cut.has(deployment)) {
    return undefined;
  }
  // An answer that was under way when the cooldown began says nothing about its end, however long it streamed.
  const isOver = startedAtMs >= was.untilMs;
  const { answers = 0 } = was;
  if (isOver && (witness !== undefined || was.reason !== 'failures' || answers + told >= ENOUGH_ANSWERS)) {
    return lift(memory, observation, was);
  }
  const isProof = witness === undefined && (isOver || (answers === 0 && provesEarly(observation, was, estimate())));
  return isProof
    ? put(memory, deployment, {
        ...ofRelapse(was),
        was,
        // Another probe may confirm at once that it is back.
        untilMs: Math.floor(observation.atMs),
        answers: answers + told,
      })
    : undefined;
}

function answersToldBy({ failed }: FailureRows, deployment: string): number {
  return (failed.get(deployment)?.count ?? 0) >= LONG_ROW ? 2 : 1;
}

function provesEarly(observation: Observation, was: Ejection, { usual: { typicalMs } }: Estimate): boolean {
  const ttftMs = observation.kind === 'first-token' ? observation.ttftMs : Infinity;
  return was.reason === 'failures' && was.isRelapse !== true && ttftMs <= AS_USUAL * (typicalMs ?? Infinity);
}

function lift(memory: Memory, { deployment, atMs, witness }: Observation, was: Ejection): EjectionChange {
  set(memory, deployment, undefined);
  memory.forgiven.set(deployment, atMs);
  if (witness === undefined) {
    memory.lifted.set(deployment, { level: was.isRelapse === true ? was.level : 1, atMs });
  }
  return { kind: 'lifted', deployment, was };
}

function ofRelapse({ isRelapse }: Ejection): Pick<Ejection, 'isRelapse'> {
  return isRelapse === true ? { isRelapse } : {};
}

function put(
  memory: Memory,
  deployment: string,
  { was, ...change }: { readonly was: Ejection } & Omit<Ejection, 'level' | 'reason'>,
): EjectionChange {
  const ejection: Ejection = { level: was.level, reason: was.reason, ...change };
  set(memory, deployment, ejection);
  return { kind: 'eased', deployment, was, ejection };
}

/** Probes have told nothing where callers' calls fail so soon after them. */
const RELAPSE_MS = 10_000;

function afterFailure(
  memory: Memory,
  observation: Observation,
  { failure, credence, estimate }: KnownOfAttempt,
): EjectionChange | undefined {
  const { deployment, atMs, startedAtMs, witness } = observation;
  const told = blameOf(observation, failure);
  const blame = told !== 'none' && credence !== 'whole' ? 'failure' : told;
  if (blame === 'none') {
    return undefined;
  }
  // Not for what was under way then.
  if (startedAtMs >= (memory.forgiven.get(deployment) ?? Infinity)) {
    memory.forgiven.delete(deployment);
  }
  const evidence = failureEvidence(memory.rows, observation, { blame, failure, credence, estimate: estimate() });
  const current = memory.known.get(deployment)?.ejection;
  if (witness === undefined && current !== undefined && startedAtMs < current.untilMs) {
    return afterExpectedFailure(memory, observation, current);
  }
  const next = ejectionAfter(current, { ...evidence, ...relapse(memory, deployment, atMs) }, atMs, memory.settings);
  if (next === undefined) {
    return undefined;
  }
  set(memory, deployment, next);
  return { kind: 'ejected', deployment, ejection: next };
}

/** A probe within the cooldown has failed, as calls do: probes tell something again. */
function afterExpectedFailure(memory: Memory, observation: Observation, was: Ejection): EjectionChange | undefined {
  return was.isRelapse === true
    ? put(memory, observation.deployment, { was, untilMs: was.untilMs, answers: 0 })
    : undefined;
}

function relapse({ lifted }: Memory, deployment: string, atMs: number): Pick<FailureEvidence, 'relapsedFrom'> {
  const last = lifted.get(deployment);
  return last !== undefined && atMs - last.atMs < RELAPSE_MS ? { relapsedFrom: last.level } : {};
}

function load(memory: Memory, stored: ReadonlyMap<string, StoredStatistics>, read: number): void {
  // Also those that the store has left out: somebody else has lifted their ejection.
  for (const deployment of new Set([...memory.known.keys(), ...stored.keys()])) {
    const own = memory.known.get(deployment);
    if (own === undefined || own.changedAfterRead < read) {
      if (own?.ejection !== undefined && stored.get(deployment)?.ejection === undefined) {
        memory.forgiven.set(deployment, own.ejection.untilMs);
      }
      memory.known.set(deployment, { ejection: stored.get(deployment)?.ejection, changedAfterRead: 0 });
    }
  }
}
