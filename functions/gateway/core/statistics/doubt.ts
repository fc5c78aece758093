import { type AttemptFailure, type FailureVerdict, failureVerdict, isDoubtful } from '../model/attempt-failure.ts';
import { keyNumber } from '../model/rendezvous.ts';
import type { Credence } from './ejection.ts';
import type { Ejections } from './ejections.ts';
import type { LastSights } from './last-sights.ts';
import type { Observation, Witness } from './observation.ts';
import type { Board, Standing } from './standing.ts';

/** Callers are heard anew after this long. */
const HEARD_MS = 60_000;
/** A key is heard so many times within it, however many conversations it has. */
const HEARD_A_KEY = 2;
/** Different keys that have met a refusal, from which on it cannot lie in a request. */
const INDEPENDENT = 2;

/** Without a request in so long a key counts as gone. */
const KEY_GONE_MS = 3_600_000;
/** Probes that are answered after the last failure: it lay in the request, or is over. One that fails may answer one of ten. */
const ENOUGH_ANSWERS = 3;
/** Probes tell within so long whether it lay in the request. */
const TELLING_MS = 60_000;
/** Failures that are no further apart are one suspicion. */
const SAME_RUN_MS = 600_000;
/** First tokens of calls that had begun by then may have been under way when the silence began. */
const UNDER_WAY_MS = 1000;

interface Testimony {
  readonly key: string;
  readonly witness: number;
  readonly atMs: number;
  readonly isOfSilence: boolean;
}

/** Since when a deployment has been suspected, and the probes in a row that were answered after its last failure. */
interface Suspicion {
  readonly sinceMs: number;
  readonly lastMs: number;
  answers: number;
}

/** What has been told of one deployment. */
interface Hearing {
  heard: readonly Testimony[];
  /** What probes have met last. */
  confirmed: { readonly kind: AttemptFailure['kind']; readonly atMs: number } | undefined;
  suspicion: Suspicion | undefined;
}

/** What an observation counts for. */
export interface Weighed {
  readonly observation: Observation;
  readonly failure: AttemptFailure | undefined;
  readonly blame: FailureVerdict['blame'];
  readonly credence: Credence;
}

/** What has been met, and whose fault it is. */
interface Blamed {
  readonly failure: AttemptFailure;
  readonly blame: FailureVerdict['blame'];
}

/** What is known beside what callers have met. */
export interface KnownOfFleet {
  readonly ejections: Ejections;
  /** What the fleet has seen last of each deployment. */
  readonly sights: ReadonlyMap<string, LastSights>;
  readonly board: Board;
}

const NOT_SUSPECT = { isSuspect: false, isLongSuspect: false };

/**
 * Failures that may lie in requests, by who met them: one caller cannot eject a deployment for the others. Where no probes confirm them, an
 * instance that has seen one key alone believes it for a while: there is nobody to ask. Other instances may serve other keys.
 */
export class DoubtfulFailures {
  readonly #probesConfirm: boolean;
  /** When this instance has last seen a request of each key. */
  readonly #keysSeenAtMs = new Map<string, number>();
  /** By deployment. Where nothing has failed there is none. */
  readonly #hearings = new Map<string, Hearing>();

  /** None at first. */
  constructor(probesConfirm: boolean) {
    this.#probesConfirm = probesConfirm;
  }

  /**
   * What an attempt has taught, as far as it counts for all: a failure that may lie in the request counts for its own key, and a few times for
   * the others. `undefined`: not at all.
   */
  weigh(told: Observation, failure: AttemptFailure | undefined, known: KnownOfFleet): Weighed | undefined {
    this.#note(told);
    const isLongWait = told.kind === 'given-up' && told.limitMs !== undefined;
    const ownBlame = failure === undefined ? 'none' : failureVerdict(failure).blame;
    const blame = isLongWait ? 'failure' : ownBlame;
    const isBadNews = isLongWait || told.kind === 'failed' || told.kind === 'cut';
    return failure !== undefined && isBadNews
      ? this.#weighFailure(told, { failure, blame }, known)
      : { observation: told, failure, blame, credence: 'whole' };
  }

  #weighFailure(told: Observation, { failure, blame }: Blamed, known: KnownOfFleet): Weighed | undefined {
    // Nothing came, for longer than is usual: one kind, whoever ended the wait.
    const kind = failure.kind === 'aborted' ? 'timed-out' : failure.kind;
    const heard = this.#hear(told, failure, kind);
    const credence = kind === 'timed-out' && this.#isSilentToAll(told, known) ? 'whole' : heard;
    if (credence !== 'whole' && told.witness !== undefined && blame !== 'none') {
      const { estimate } = known.board.look(told.deployment, told.atMs);
      known.ejections.metByKey(told.witness.key, told, { blame, failure, estimate });
    }
    if (credence !== 'nothing') {
      // What one key alone has met is a failure like any other, whatever the vendor says of its length.
      const counted = credence === 'whole' || blame === 'none' ? blame : 'failure';
      return { observation: told, failure, blame: counted, credence };
    }
    // The attempt of a cut answer was counted with its first token.
    return told.kind === 'cut'
      ? undefined
      : { observation: withoutBlame(told), failure: undefined, blame: 'none', credence };
  }

  /**
   * Once the deployment has answered somebody, what callers have heard of its silence before lay in their requests, or is over. So is what a
   * probe has met.
   */
  #note({ kind, deployment, witness, atMs }: Observation): void {
    if (witness !== undefined) {
      this.#keysSeenAtMs.set(witness.key, atMs);
    }
    const hearing = this.#hearings.get(deployment);
    if (kind !== 'first-token' || hearing === undefined) {
      return;
    }
    if (witness === undefined && hearing.suspicion !== undefined) {
      hearing.suspicion.answers += 1;
    }
    hearing.confirmed = undefined;
    hearing.heard = hearing.heard.filter(({ isOfSilence }) => !isOfSilence);
  }

  /** A request, or a probe, has met a failure. */
  #hear({ deployment, witness, atMs }: Observation, failure: AttemptFailure, kind: AttemptFailure['kind']): Credence {
    const hearing = this.#hearings.get(deployment) ?? { heard: [], confirmed: undefined, suspicion: undefined };
    this.#hearings.set(deployment, hearing);
    if (witness === undefined) {
      // A probe's request is ours: nothing odd is in it, and callers' failures of its kind after it are the same.
      hearing.confirmed = { kind, atMs };
      if (hearing.suspicion !== undefined) {
        hearing.suspicion.answers = 0;
      }
      return 'whole';
    }
    const { confirmed } = hearing;
    const isConfirmed = confirmed?.kind === kind && atMs - confirmed.atMs < HEARD_MS;
    if (isConfirmed || !isDoubtful(failure)) {
      return 'whole';
    }
    const isOfSilence = kind === 'timed-out';
    const ofOneAlone = isOfSilence ? 'whole' : 'brief';
    return !this.#probesConfirm && this.#isAlone(witness, atMs)
      ? ofOneAlone
      : testify(hearing, {
          key: witness.key,
          witness: keyNumber(`${witness.key}\n${witness.conversation}`),
          atMs,
          isOfSilence,
        });
  }

  /** Whether no other key's request has been seen at this instance for long: there may be nobody else to be hurt. */
  #isAlone(witness: Witness, nowMs: number): boolean {
    return [...this.#keysSeenAtMs].every(([key, atMs]) => key === witness.key || nowMs - atMs > KEY_GONE_MS);
  }

  /** Of silence, where one key alone calls: nobody in the fleet has had a first token since it began, so that nobody else is served there. */
  #isSilentToAll({ deployment, witness, startedAtMs, atMs: nowMs }: Observation, known: KnownOfFleet): boolean {
    const sinceMs = known.ejections.of(deployment).failingSinceMs ?? startedAtMs;
    const seen = known.sights.get(deployment) ?? [];
    return (
      witness !== undefined &&
      this.#isAlone(witness, nowMs) &&
      !seen.some(({ atMs, isBound }) => isBound !== true && atMs > sinceMs + UNDER_WAY_MS)
    );
  }

  /**
   * Whether somebody has met one lately, and probes have not told enough since. `isLongSuspect`: it has had time to, and one caller's
   * failures go on, with breaks or without.
   */
  suspicion(deployment: string, nowMs: number): Pick<Standing, 'isSuspect'> & { readonly isLongSuspect: boolean } {
    const { suspicion, heard = [] } = this.#hearings.get(deployment) ?? {};
    if (suspicion === undefined) {
      return NOT_SUSPECT;
    }
    const isOpen = suspicion.answers < ENOUGH_ANSWERS;
    return {
      isSuspect: isOpen && heard.some(({ atMs }) => nowMs - atMs < HEARD_MS),
      isLongSuspect: nowMs - suspicion.sinceMs >= TELLING_MS,
    };
  }
}

/** Adds one caller's failure to what has been heard of a deployment, and says what it counts for. */
function testify(hearing: Hearing, own: Testimony): Credence {
  const before = hearing.heard.filter(({ atMs }) => own.atMs - atMs < HEARD_MS);
  const ofKey = before.filter(({ key }) => key === own.key);
  // Where another key has met it too, it is no matter of one conversation.
  const isRepeated = ofKey.length === before.length && ofKey.some(({ witness }) => witness === own.witness);
  if (isRepeated || ofKey.length >= HEARD_A_KEY) {
    return 'nothing';
  }
  hearing.heard = [...before, own];
  const { suspicion } = hearing;
  const isSameRun = suspicion !== undefined && own.atMs - suspicion.lastMs <= SAME_RUN_MS;
  hearing.suspicion = { sinceMs: isSameRun ? suspicion.sinceMs : own.atMs, lastMs: own.atMs, answers: 0 };
  return new Set([own, ...before].map(({ key }) => key)).size >= INDEPENDENT ? 'whole' : 'short';
}

/** An attempt, with the time that was waited for it, and no more. */
function withoutBlame({ deployment, startedAtMs, atMs, ...lesson }: Observation): Observation {
  const extra = 'extra' in lesson && lesson.extra !== undefined ? { extra: lesson.extra } : {};
  const about = { deployment, startedAtMs, atMs, ...extra };
  return 'waitedMs' in lesson && lesson.waitedMs !== undefined
    ? { ...about, kind: 'given-up', waitedMs: lesson.waitedMs }
    : { ...about, kind: 'refused' };
}
