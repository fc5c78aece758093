import type { AttemptFailure } from '../model/attempt-failure.ts';
import { keyNumber } from '../model/rendezvous.ts';
import { suspicionRuns } from './suspicion.ts';

/** Whose request met a failure. */
export interface Witness {
  /** Names the caller's key. */
  readonly key: string;
  readonly conversation: string;
}

/**
 * What a failure counts for. `whole`: as it is. `brief`: as a failure like any other, whatever a vendor says of its length: the instance has
 * seen one key alone, and nobody can tell. `short`: one key alone has met it. It counts in the fleet's rate of failures, and ejects by that
 * alone, for no longer than failures do. `nothing`: it may lie in the request, and whose request it is has been heard.
 */
export type Credence = 'whole' | 'brief' | 'short' | 'nothing';

/** Failures that may lie in requests, by who met them: one caller cannot eject a deployment for the others. */
export interface DoubtfulFailures {
  /** Whose request it was that taught something. */
  readonly saw: (witness: Witness | undefined, nowMs: number) => void;
  readonly hear: (deployment: string, failure: AttemptFailure, witness: Witness | undefined, nowMs: number) => Credence;
  /**
   * The deployment has answered somebody: what callers have heard of its silence before lay in their requests, or is over. So is what a
   * probe has met. `witness`: whose request it was. Absent: a probe's.
   */
  readonly spoke: (deployment: string, witness: Witness | undefined) => void;
  /** Whether no other key's request has been seen at this instance for long: there may be nobody else to be hurt. */
  readonly isAlone: (witness: Witness | undefined, nowMs: number) => boolean;
  /**
   * Whether somebody has met one lately, and probes have not told enough since. `isLongSuspect`: it has had time to, and one caller's
   * failures go on, with breaks or without.
   */
  readonly suspicion: (
    deployment: string,
    nowMs: number,
  ) => { readonly isSuspect: boolean; readonly isLongSuspect: boolean };
}

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

/**
 * A register of failures that may lie in a caller's request, empty at first. Where no probes confirm them, an instance that has seen one key
 * alone believes it for a while: there is nobody to ask. Other instances may serve other keys.
 */
export function doubtfulFailures(probesConfirm = false): DoubtfulFailures {
  const keys = keysSeen();
  const heard = new Map<string, readonly Testimony[]>();
  const confirmed = confirmations();
  const runs = suspicionRuns();
  const lately = (deployment: string, nowMs: number): readonly Testimony[] =>
    (heard.get(deployment) ?? []).filter(({ atMs }) => nowMs - atMs < HEARD_MS);
  const trusted = (deployment: string, failure: AttemptFailure, key: string, nowMs: number): Credence | undefined => {
    if (confirmed.holds(deployment, failure, nowMs) || !isDoubtful(failure)) {
      return 'whole';
    }
    const isAlone = !probesConfirm && keys.isOnly(key, nowMs);
    const whenAlone = isSilence(failure) ? 'whole' : 'brief';
    return isAlone ? whenAlone : undefined;
  };
  return {
    saw: (witness, nowMs) => {
      if (witness !== undefined) {
        keys.saw(witness.key, nowMs);
      }
    },
    hear: (deployment, failure, witness, nowMs) => {
      if (witness === undefined) {
        // A probe's request is ours: nothing odd is in it, and callers' failures of its kind after it are the same.
        confirmed.add(deployment, failure, nowMs);
        runs.probed(deployment, false);
        return 'whole';
      }
      const known = trusted(deployment, failure, witness.key, nowMs);
      if (known !== undefined) {
        return known;
      }
      const before = lately(deployment, nowMs);
      const number = keyNumber(`${witness.key}\n${witness.conversation}`);
      const own = { key: witness.key, witness: number, atMs: nowMs, isOfSilence: isSilence(failure) };
      if (!hasBeenHeard(own, before)) {
        heard.set(deployment, [...before, own]);
        runs.add(deployment, nowMs);
      }
      return credenceOf(own, before);
    },
    spoke: (deployment, witness) => {
      if (witness === undefined) {
        runs.probed(deployment, true);
      }
      confirmed.end(deployment);
      forgetSilence(heard, deployment);
    },
    isAlone: (witness, nowMs) => witness !== undefined && keys.isOnly(witness.key, nowMs),
    suspicion: (deployment, nowMs) => ({
      isSuspect: lately(deployment, nowMs).length > 0 && runs.isOpen(deployment),
      isLongSuspect: runs.isLong(deployment, nowMs),
    }),
  };
}

/** The keys whose requests this instance has seen lately. */
function keysSeen(): {
  readonly saw: (key: string, nowMs: number) => void;
  readonly isOnly: (key: string, nowMs: number) => boolean;
} {
  const seenAtMs = new Map<string, number>();
  return {
    saw: (key, nowMs) => void seenAtMs.set(key, nowMs),
    isOnly: (key, nowMs) => [...seenAtMs].every(([other, atMs]) => other === key || nowMs - atMs > KEY_GONE_MS),
  };
}

/** What probes have met last of each deployment. */
interface Confirmations {
  readonly add: (deployment: string, failure: AttemptFailure, nowMs: number) => void;
  /** Whether it was of the failure's kind, and lately. */
  readonly holds: (deployment: string, failure: AttemptFailure, nowMs: number) => boolean;
  readonly end: (deployment: string) => void;
}

function confirmations(): Confirmations {
  const last = new Map<string, { readonly kind: AttemptFailure['kind']; readonly atMs: number }>();
  return {
    add: (deployment, failure, nowMs) => void last.set(deployment, { kind: kindOf(failure), atMs: nowMs }),
    holds: (deployment, failure, nowMs) => {
      const { kind, atMs = -Infinity } = last.get(deployment) ?? {};
      return kind === kindOf(failure) && nowMs - atMs < HEARD_MS;
    },
    end: (deployment) => void last.delete(deployment),
  };
}

function forgetSilence(heard: Map<string, readonly Testimony[]>, deployment: string): void {
  const before = heard.get(deployment);
  if (before?.some(({ isOfSilence }) => isOfSilence)) {
    heard.set(
      deployment,
      before.filter(({ isOfSilence }) => !isOfSilence),
    );
  }
}

function credenceOf(own: Testimony, before: readonly Testimony[]): Credence {
  if (hasBeenHeard(own, before)) {
    return 'nothing';
  }
  return new Set([own, ...before].map(({ key }) => key)).size >= INDEPENDENT ? 'whole' : 'short';
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
      return !namesOperator(failure);
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

function namesOperator({ vendor }: AttemptFailure): boolean {
  return [vendor?.code, vendor?.type].some((word) => word !== undefined && NAMES_OPERATOR.test(word));
}
