import type { AttemptFailure, FailureVerdict } from '../model/attempt-failure.ts';
import { defined } from '../model/defined.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import {
  type Credence,
  type Ejection,
  type EjectionChange,
  ejectionAfter,
  endRows,
  type FailureEvidence,
  type FailureRows,
  failureEvidence,
  type Guilt,
} from './ejection.ts';
import type { Observation } from './observation.ts';
import type { Board } from './standing.ts';
import type { StoredStatistics } from './statistics-store.ts';

/** What is known of an attempt's deployment, and what the attempt is blamed for. */
export interface KnownOfAttempt {
  /** As it was before. Most that is observed is good news, for which nobody looks. */
  readonly board: Board;
  readonly failure: AttemptFailure | undefined;
  readonly blame: FailureVerdict['blame'];
  readonly credence: Credence;
}

/** What stands against a deployment. */
export interface Troubles {
  readonly ejection: Ejection | undefined;
  /** Its last answers broke off: a first token is no proof that it is well. */
  readonly breaksAnswers: boolean;
  /** Nothing has failed since its ejection was lifted: what failed before says nothing of now. */
  readonly isForgiven: boolean;
  /** When the first of the failures in a row here began; `undefined`: there are none. */
  readonly failingSinceMs: number | undefined;
  /** What has followed for single keys. */
  readonly ofKeys: ReadonlyMap<string, Pick<KeyHistory, 'ejection'>>;
}

/** What the requests of one key have met. */
interface KeyHistory extends FailureRows {
  ejection: Ejection | undefined;
}

/** What has gone wrong at one deployment. */
interface History extends KeyHistory {
  /** Reads that had begun when this instance last changed the ejection itself. */
  changedAfterRead: number;
  /** When probes have lifted its last ejection, and the level that a relapse goes on from. */
  lifted: { readonly level: number; readonly atMs: number } | undefined;
  /** When its last ejection was lifted, where nothing has failed since. */
  forgivenAtMs: number | undefined;
  readonly ofKeys: Map<string, KeyHistory>;
}

const NO_TROUBLES: Troubles = {
  ...{ ejection: undefined, breaksAnswers: false, isForgiven: false },
  ...{ failingSinceMs: undefined, ofKeys: new Map() },
};

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
  /** By deployment. Where nothing has gone wrong there is none. */
  readonly #histories = new Map<string, History>();
  #readsBegun = 0;

  /** None at first. */
  constructor(settings: EjectionSettings) {
    this.#settings = settings;
  }

  /** How it stands with a deployment. */
  of(deployment: string): Troubles {
    const own = this.#histories.get(deployment);
    if (own === undefined) {
      return NO_TROUBLES;
    }
    const { ejection, failed, cut, forgivenAtMs, ofKeys } = own;
    const marks = { breaksAnswers: cut !== undefined, isForgiven: forgivenAtMs !== undefined };
    return { ejection, ...marks, failingSinceMs: failed?.sinceMs, ofKeys };
  }

  #begin(deployment: string): History {
    const own = {
      ...{ ejection: undefined, changedAfterRead: 0, lifted: undefined, forgivenAtMs: undefined },
      ...{ failed: undefined, cut: undefined, ofKeys: new Map<string, KeyHistory>() },
    };
    this.#histories.set(deployment, own);
    return own;
  }

  /**
   * A request of the key has met a failure that may lie in it. The key is spared the deployment for a while, and no other key has anything to
   * do with that. There are as many such ejections as the operator has keys and deployments, at the most.
   */
  metByKey(key: string, observation: Observation, guilt: Guilt): void {
    const { deployment, atMs } = observation;
    const { ofKeys } = this.#histories.get(deployment) ?? this.#begin(deployment);
    const own = ofKeys.get(key) ?? { ejection: undefined, failed: undefined, cut: undefined };
    ofKeys.set(key, own);
    const evidence = failureEvidence(own, observation, guilt);
    // How often the whole fleet's calls fail says nothing of this key's.
    const next = ejectionAfter(own.ejection, { ...evidence, requests: 0 }, atMs, this.#settings);
    own.ejection = next ?? own.ejection;
  }

  /** What follows from an observation, to be shared with the fleet. */
  after(observation: Observation, known: KnownOfAttempt): EjectionChange | undefined {
    const { blame } = known;
    if (observation.kind !== 'first-token' && observation.kind !== 'answered') {
      return blame === 'none' ? undefined : this.#afterFailure(observation, known, blame);
    }
    const own = this.#histories.get(observation.deployment);
    return own === undefined ? undefined : this.#afterAnswer(own, observation, known.board);
  }

  #afterAnswer(own: History, observation: Observation, board: Board): EjectionChange | undefined {
    const { deployment, startedAtMs, witness } = observation;
    const told = own.failed !== undefined && own.failed.count >= LONG_ROW ? 2 : 1;
    endRows(own, observation);
    endOfKey(own, observation);
    const was = own.ejection;
    // Of one that breaks its answers a first token proves nothing.
    if (was === undefined || was.untilMs === 0 || own.cut !== undefined) {
      return undefined;
    }
    // An answer that was under way when the cooldown began says nothing about its end, however long it streamed.
    const isOver = startedAtMs >= was.untilMs;
    const { answers = 0 } = was;
    if (isOver && (witness !== undefined || was.reason !== 'failures' || answers + told >= ENOUGH_ANSWERS)) {
      return this.#lift(own, observation, was);
    }
    const isProof = witness === undefined && (isOver || provesEarly(observation, was, board));
    // Another probe may confirm at once that it is back.
    const eased = { untilMs: Math.floor(observation.atMs), answers: answers + told };
    return isProof
      ? this.#ease(own, deployment, was, { ...defined({ isRelapse: was.isRelapse }), ...eased })
      : undefined;
  }

  #lift(own: History, { deployment, atMs, witness }: Observation, was: Ejection): EjectionChange {
    this.#set(own, undefined);
    own.forgivenAtMs = atMs;
    if (witness === undefined) {
      own.lifted = { level: was.isRelapse === true ? was.level : 1, atMs };
    }
    return { kind: 'lifted', deployment, was };
  }

  #ease(own: History, deployment: string, was: Ejection, change: Omit<Ejection, 'level' | 'reason'>): EjectionChange {
    const ejection: Ejection = { level: was.level, reason: was.reason, ...change };
    this.#set(own, ejection);
    return { kind: 'eased', deployment, was, ejection };
  }

  #afterFailure(
    observation: Observation,
    { failure, credence, board }: KnownOfAttempt,
    blame: FailureEvidence['blame'],
  ): EjectionChange | undefined {
    const { deployment, atMs, startedAtMs, witness } = observation;
    const own = this.#histories.get(deployment) ?? this.#begin(deployment);
    // Not for what was under way then.
    if (startedAtMs >= (own.forgivenAtMs ?? Infinity)) {
      own.forgivenAtMs = undefined;
    }
    const { estimate } = board.look(deployment, atMs);
    const evidence = failureEvidence(own, observation, { blame, failure, credence, estimate });
    const { ejection: was, lifted } = own;
    if (witness === undefined && was !== undefined && startedAtMs < was.untilMs) {
      // A probe within the cooldown has failed, as calls do: probes tell something again.
      return was.isRelapse === true
        ? this.#ease(own, deployment, was, { untilMs: was.untilMs, answers: 0 })
        : undefined;
    }
    const relapsedFrom = lifted !== undefined && atMs - lifted.atMs < RELAPSE_MS ? lifted.level : undefined;
    const ejection = ejectionAfter(was, { ...evidence, relapsedFrom }, atMs, this.#settings);
    if (ejection === undefined) {
      return undefined;
    }
    this.#set(own, ejection);
    return { kind: 'ejected', deployment, ejection };
  }

  #set(own: History, ejection: Ejection | undefined): void {
    own.ejection = ejection;
    own.changedAfterRead = this.#readsBegun;
  }

  /** Notes that somebody is trying the ejected deployment until `probeUntilMs`. */
  noteProbe(deployment: string, probeUntilMs: number): void {
    const own = this.#histories.get(deployment);
    if (own?.ejection !== undefined) {
      own.ejection = { ...own.ejection, probeUntilMs };
    }
  }

  /** A read of these begins. Call the result with what it gave: it counts where nothing was changed here since. */
  beginRead(deployments: readonly string[]): (stored: ReadonlyMap<string, StoredStatistics>) => void {
    this.#readsBegun += 1;
    const read = this.#readsBegun;
    return (stored) => {
      for (const id of deployments) {
        this.#load(id, stored.get(id)?.ejection, read);
      }
    };
  }

  #load(deployment: string, ejection: Ejection | undefined, read: number): void {
    const known = this.#histories.get(deployment);
    const own = known ?? (ejection === undefined ? undefined : this.#begin(deployment));
    if (own !== undefined && own.changedAfterRead < read) {
      // One that is no longer there was lifted by somebody else.
      own.forgivenAtMs = ejection === undefined && own.ejection !== undefined ? own.ejection.untilMs : own.forgivenAtMs;
      own.ejection = ejection;
      own.changedAfterRead = 0;
    }
  }
}

/** An answer to a request of a key ends the key's own rows, and its ejection where that was over. */
function endOfKey({ ofKeys }: History, observation: Observation): void {
  const { witness, startedAtMs } = observation;
  const own = witness === undefined ? undefined : ofKeys.get(witness.key);
  if (own !== undefined) {
    endRows(own, observation);
    own.ejection = startedAtMs >= (own.ejection?.untilMs ?? Infinity) ? undefined : own.ejection;
  }
}

/** A first token within the cooldown, about as soon as usual. */
function provesEarly(observation: Observation, was: Ejection, board: Board): boolean {
  if (was.reason !== 'failures' || was.isRelapse === true || (was.answers ?? 0) > 0) {
    return false;
  }
  const ttftMs = observation.kind === 'first-token' ? observation.ttftMs : Infinity;
  const { usual } = board.look(observation.deployment, observation.atMs).estimate;
  return ttftMs <= AS_USUAL * (usual.typicalMs ?? Infinity);
}
