import type { AttemptFailure } from '../model/attempt-failure.ts';
import { keyNumber } from '../model/rendezvous.ts';
import type { Credence } from './ejection.ts';
import type { Observation, Witness } from './observation.ts';
import type { Standing } from './standing.ts';

interface Testimony {
  readonly key: string;
  readonly witness: number;
  readonly atMs: number;
  readonly isOfSilence: boolean;
}

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

/** Since when a deployment has been suspected, and the probes in a row that were answered after its last failure. */
interface Suspicion {
  readonly sinceMs: number;
  readonly lastMs: number;
  answers: number;
}

/**
 * Failures that may lie in requests, by who met them: one caller cannot eject a deployment for the others. Where no probes confirm them, an
 * instance that has seen one key alone believes it for a while: there is nobody to ask. Other instances may serve other keys.
 */
export class DoubtfulFailures {
  readonly #probesConfirm: boolean;
  /** When this instance has last seen a request of each key. */
  readonly #keysSeenAtMs = new Map<string, number>();
  readonly #heard = new Map<string, readonly Testimony[]>();
  /** What probes have met last of each deployment. */
  readonly #confirmed = new Map<string, { readonly kind: AttemptFailure['kind']; readonly atMs: number }>();
  readonly #suspected = new Map<string, Suspicion>();

  /** None at first. */
  constructor(probesConfirm: boolean) {
    this.#probesConfirm = probesConfirm;
  }

  /**
   * An attempt has taught something. Once the deployment has answered somebody, what callers have heard of its silence before lay in their
   * requests, or is over. So is what a probe has met.
   */
  note({ kind, deployment, witness, atMs }: Observation): void {
    if (witness !== undefined) {
      this.#keysSeenAtMs.set(witness.key, atMs);
    }
    if (kind !== 'first-token') {
      return;
    }
    if (witness === undefined) {
      this.#probed(deployment, true);
    }
    this.#confirmed.delete(deployment);
    const heard = this.#heard.get(deployment);
    if (heard !== undefined) {
      this.#heard.set(
        deployment,
        heard.filter(({ isOfSilence }) => !isOfSilence),
      );
    }
  }

  /** A request, or a probe, has met a failure. */
  hear({ deployment, witness, atMs }: Observation, failure: AttemptFailure): Credence {
    if (witness === undefined) {
      // A probe's request is ours: nothing odd is in it, and callers' failures of its kind after it are the same.
      this.#confirmed.set(deployment, { kind: kindOf(failure), atMs });
      this.#probed(deployment, false);
      return 'whole';
    }
    if (this.#isCertain(deployment, failure, atMs)) {
      return 'whole';
    }
    if (!this.#probesConfirm && this.isAlone(witness, atMs)) {
      return isSilence(failure) ? 'whole' : 'brief';
    }
    const before = this.#heardLately(deployment, atMs);
    const number = keyNumber(`${witness.key}\n${witness.conversation}`);
    const own = { key: witness.key, witness: number, atMs, isOfSilence: isSilence(failure) };
    if (hasBeenHeard(own, before)) {
      return 'nothing';
    }
    this.#heard.set(deployment, [...before, own]);
    const { sinceMs, lastMs } = this.#suspected.get(deployment) ?? { sinceMs: atMs, lastMs: atMs };
    const isSameRun = atMs - lastMs <= SAME_RUN_MS;
    this.#suspected.set(deployment, { sinceMs: isSameRun ? sinceMs : atMs, lastMs: atMs, answers: 0 });
    return new Set([own, ...before].map(({ key }) => key)).size >= INDEPENDENT ? 'whole' : 'short';
  }

  /** Whether it cannot lie in the request, or probes have lately met failures of its kind too. */
  #isCertain(deployment: string, failure: AttemptFailure, nowMs: number): boolean {
    const { kind, atMs = -Infinity } = this.#confirmed.get(deployment) ?? {};
    return (kind === kindOf(failure) && nowMs - atMs < HEARD_MS) || !isDoubtful(failure);
  }

  #heardLately(deployment: string, nowMs: number): readonly Testimony[] {
    return (this.#heard.get(deployment) ?? []).filter(({ atMs }) => nowMs - atMs < HEARD_MS);
  }

  #probed(deployment: string, isAnswered: boolean): void {
    const suspicion = this.#suspected.get(deployment);
    if (suspicion !== undefined) {
      suspicion.answers = isAnswered ? suspicion.answers + 1 : 0;
    }
  }

  /** Whether no other key's request has been seen at this instance for long: there may be nobody else to be hurt. */
  isAlone(witness: Witness, nowMs: number): boolean {
    return [...this.#keysSeenAtMs].every(([key, atMs]) => key === witness.key || nowMs - atMs > KEY_GONE_MS);
  }

  /**
   * Whether somebody has met one lately, and probes have not told enough since. `isLongSuspect`: it has had time to, and one caller's
   * failures go on, with breaks or without.
   */
  suspicion(deployment: string, nowMs: number): Pick<Standing, 'isSuspect'> & { readonly isLongSuspect: boolean } {
    const suspicion = this.#suspected.get(deployment);
    if (suspicion === undefined) {
      return { isSuspect: false, isLongSuspect: false };
    }
    const isOpen = suspicion.answers < ENOUGH_ANSWERS;
    return {
      isSuspect: isOpen && this.#heardLately(deployment, nowMs).length > 0,
      isLongSuspect: nowMs - suspicion.sinceMs >= TELLING_MS,
    };
  }
}

/** Often enough, or in this conversation: where another key has met it too, it is no matter of one. */
function hasBeenHeard({ key, witness }: Testimony, before: readonly Testimony[]): boolean {
  const ofKey = before.filter((one) => one.key === key);
  const isRepeated = ofKey.length === before.length && ofKey.some((one) => one.witness === witness);
  return isRepeated || ofKey.length >= HEARD_A_KEY;
}

/** Vendors' words for a credential, an account or a model that is wrong, in their error codes and types. */
const NAMES_OPERATOR =
  /api_?key|authenticat|credential|token_?expired|expiredtoken|unrecognizedclient|invalid_?client|account|billing|quota|subscription|model_?not_?found|deployment_?not_?found|no_?such_?model/i;

/**
 * Whether the failure may lie in the request: whatever a vendor answers with a status, unless its code names the credential, the account or
 * the model, an answer that is none, a connection that breaks once the request is sent, and silence. A server may give any status for what
 * one request asks: a 402 for the tokens that it may take, a 429 for its size, a 503 for what nobody foresaw; a worker may die of it, and
 * think about it for minutes. That there is no connection at all is no matter of requests.
 */
export function isDoubtful(failure: AttemptFailure): boolean {
  switch (failure.kind) {
    case 'misconfigured':
    case 'rate-limited':
    case 'conflicted':
    case 'overloaded':
      return ![failure.vendor?.code, failure.vendor?.type].some((word) => NAMES_OPERATOR.test(word ?? ''));
    case 'malformed':
    case 'truncated':
    // A wait that was long for the deployment, or else nobody asks.
    case 'aborted':
      return true;
    case 'unreachable':
      return BROKE.has(failure.code);
    case 'timed-out':
      return failure.phase !== 'connect';
    case 'context-exceeded':
    case 'unsupported':
    case 'rejected':
      return false;
  }
}

/** Codes of connections that stood and broke, of Node and undici. */
const BROKE: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_HEADERS_OVERFLOW',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** Silence is one kind, whoever ended the wait. */
function kindOf(failure: AttemptFailure): AttemptFailure['kind'] {
  return isSilence(failure) ? 'timed-out' : failure.kind;
}

/** Whether nothing came, for longer than is usual. */
export function isSilence({ kind }: AttemptFailure): boolean {
  return kind === 'timed-out' || kind === 'aborted';
}
