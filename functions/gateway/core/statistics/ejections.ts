import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import type { Credence } from './ejection.ts';
import {
  blameOf,
  type Ejection,
  type EjectionChange,
  ejectionAfter,
  endRows,
  failureEvidence,
  failureRows,
} from './ejection.ts';
import type { Estimate } from './estimate.ts';
import type { Observation } from './observation.ts';
import type { StoredStatistics } from './statistics-store.ts';

/** What is known of an attempt's deployment, and what the attempt is blamed for. */
export interface KnownOfAttempt {
  readonly estimate: () => Estimate;
  readonly failure: AttemptFailure | undefined;
  readonly credence: Credence;
}

/** What is known of a deployment's ejection. */
interface Known {
  readonly ejection: Ejection | undefined;
  /** Reads that had begun when this instance last changed it itself. */
  readonly changedAfterRead: number;
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
/** Probes have told nothing where callers' calls fail so soon after them. */
const RELAPSE_MS = 10_000;

/** The ejections as one instance knows them, and what follows for them from what attempts teach. */
export class Ejections {
  readonly #settings: EjectionSettings;
  readonly #rows = failureRows();
  readonly #known = new Map<string, Known>();
  /** By deployment: when probes have lifted its last ejection, and the level that a relapse goes on from. */
  readonly #lifted = new Map<string, { readonly level: number; readonly atMs: number }>();
  /** Those that have not failed since their ejection was lifted, with the instant. */
  readonly #forgiven = new Map<string, number>();
  #readsBegun = 0;

  /** None at first. */
  constructor(settings: EjectionSettings) {
    this.#settings = settings;
  }

  /**
   * How it stands with a deployment. `breaksAnswers`: its last answers broke off, and a first token is no proof that it is well. `isForgiven`:
   * nothing has failed since its ejection was lifted, and what failed before says nothing of now.
   */
  of(deployment: string): {
    readonly ejection: Ejection | undefined;
    readonly breaksAnswers: boolean;
    readonly isForgiven: boolean;
  } {
    return {
      ejection: this.#known.get(deployment)?.ejection,
      breaksAnswers: this.#rows.cut.has(deployment),
      isForgiven: this.#forgiven.has(deployment),
    };
  }

  /** When the first of the failures in a row here began; `undefined`: there are none. */
  failingSinceMs(deployment: string): number | undefined {
    return this.#rows.failed.get(deployment)?.sinceMs;
  }

  /** What follows from an observation, to be shared with the fleet. */
  after(observation: Observation, known: KnownOfAttempt): EjectionChange | undefined {
    return observation.kind === 'first-token' || observation.kind === 'answered'
      ? this.#afterAnswer(observation, known.estimate)
      : this.#afterFailure(observation, known);
  }

  #afterAnswer(observation: Observation, estimate: () => Estimate): EjectionChange | undefined {
    const { deployment, startedAtMs, witness } = observation;
    const told = this.#answersTold(deployment);
    endRows(this.#rows, observation);
    const was = this.#known.get(deployment)?.ejection;
    // Of one that breaks its answers a first token proves nothing.
    if (was === undefined || was.untilMs === 0 || this.#rows.cut.has(deployment)) {
      return undefined;
    }
    // An answer that was under way when the cooldown began says nothing about its end, however long it streamed.
    const isOver = startedAtMs >= was.untilMs;
    const { answers = 0 } = was;
    if (isOver && (witness !== undefined || was.reason !== 'failures' || answers + told >= ENOUGH_ANSWERS)) {
      return this.#lift(observation, was);
    }
    const isProof = witness === undefined && (isOver || (answers === 0 && provesEarly(observation, was, estimate())));
    return isProof
      ? this.#ease(deployment, was, {
          ...ofRelapse(was),
          // Another probe may confirm at once that it is back.
          untilMs: Math.floor(observation.atMs),
          answers: answers + told,
        })
      : undefined;
  }

  #answersTold(deployment: string): number {
    return (this.#rows.failed.get(deployment)?.count ?? 0) >= LONG_ROW ? 2 : 1;
  }

  #lift({ deployment, atMs, witness }: Observation, was: Ejection): EjectionChange {
    this.#set(deployment, undefined);
    this.#forgiven.set(deployment, atMs);
    if (witness === undefined) {
      this.#lifted.set(deployment, { level: was.isRelapse === true ? was.level : 1, atMs });
    }
    return { kind: 'lifted', deployment, was };
  }

  #ease(deployment: string, was: Ejection, change: Omit<Ejection, 'level' | 'reason'>): EjectionChange {
    const ejection: Ejection = { level: was.level, reason: was.reason, ...change };
    this.#set(deployment, ejection);
    return { kind: 'eased', deployment, was, ejection };
  }

  #afterFailure(observation: Observation, known: KnownOfAttempt): EjectionChange | undefined {
    const { failure, credence, estimate } = known;
    const { deployment, atMs, startedAtMs, witness } = observation;
    const told = blameOf(observation, failure);
    const blame = told !== 'none' && credence !== 'whole' ? 'failure' : told;
    if (blame === 'none') {
      return undefined;
    }
    // Not for what was under way then.
    if (startedAtMs >= (this.#forgiven.get(deployment) ?? Infinity)) {
      this.#forgiven.delete(deployment);
    }
    const evidence = failureEvidence(this.#rows, observation, { blame, failure, credence, estimate: estimate() });
    const current = this.#known.get(deployment)?.ejection;
    if (witness === undefined && current !== undefined && startedAtMs < current.untilMs) {
      // A probe within the cooldown has failed, as calls do: probes tell something again.
      return current.isRelapse === true
        ? this.#ease(deployment, current, { untilMs: current.untilMs, answers: 0 })
        : undefined;
    }
    const relapsedFrom = this.#relapsedFrom(deployment, atMs);
    const next = ejectionAfter(current, { ...evidence, relapsedFrom }, atMs, this.#settings);
    if (next === undefined) {
      return undefined;
    }
    this.#set(deployment, next);
    return { kind: 'ejected', deployment, ejection: next };
  }

  #relapsedFrom(deployment: string, atMs: number): number | undefined {
    const last = this.#lifted.get(deployment);
    return last !== undefined && atMs - last.atMs < RELAPSE_MS ? last.level : undefined;
  }

  #set(deployment: string, ejection: Ejection | undefined): void {
    this.#known.set(deployment, { ejection, changedAfterRead: this.#readsBegun });
  }

  /** Notes that somebody is trying the ejected deployment until `probeUntilMs`. */
  noteProbe(deployment: string, probeUntilMs: number): void {
    const own = this.#known.get(deployment);
    if (own?.ejection !== undefined) {
      this.#known.set(deployment, { ...own, ejection: { ...own.ejection, probeUntilMs } });
    }
  }

  /** A read of the store begins. Call the result with what it gave: it counts where nothing was changed here since. */
  beginRead(): (stored: ReadonlyMap<string, StoredStatistics>) => void {
    this.#readsBegun += 1;
    const read = this.#readsBegun;
    return (stored) => this.#load(stored, read);
  }

  #load(stored: ReadonlyMap<string, StoredStatistics>, read: number): void {
    // Also those that the store has left out: somebody else has lifted their ejection.
    for (const deployment of new Set([...this.#known.keys(), ...stored.keys()])) {
      const own = this.#known.get(deployment);
      if (own === undefined || own.changedAfterRead < read) {
        if (own?.ejection !== undefined && stored.get(deployment)?.ejection === undefined) {
          this.#forgiven.set(deployment, own.ejection.untilMs);
        }
        this.#known.set(deployment, { ejection: stored.get(deployment)?.ejection, changedAfterRead: 0 });
      }
    }
  }
}

function provesEarly(observation: Observation, was: Ejection, { usual: { typicalMs } }: Estimate): boolean {
  const ttftMs = observation.kind === 'first-token' ? observation.ttftMs : Infinity;
  return was.reason === 'failures' && was.isRelapse !== true && ttftMs <= AS_USUAL * (typicalMs ?? Infinity);
}

function ofRelapse({ isRelapse }: Ejection): Pick<Ejection, 'isRelapse'> {
  return isRelapse === true ? { isRelapse } : {};
}
