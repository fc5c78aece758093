import type { AttemptFailure } from '../model/attempt-failure.ts';
import { keyNumber } from '../model/rendezvous.ts';

/** Whose request met a failure. */
export interface Witness {
  /** Names the caller's key. */
  readonly key: string;
  readonly conversation: string;
}

/**
 * What a failure counts for. `whole`: as it is. `short`: it ejects for no longer than other failures do. `nothing`: it may lie in the request,
 * and whose request it is has been heard.
 */
export type Credence = 'whole' | 'short' | 'nothing';

/** Failures that may lie in requests, by who met them: one caller cannot eject a deployment for the others. */
export interface DoubtfulFailures {
  readonly hear: (deployment: string, failure: AttemptFailure, witness: Witness | undefined, nowMs: number) => Credence;
  /** Whether somebody has met one lately: a probe should tell. */
  readonly isSuspect: (deployment: string, nowMs: number) => boolean;
}

interface Testimony {
  readonly key: string;
  readonly witness: number;
  readonly atMs: number;
}

/** Callers are heard anew after this long. */
const HEARD_MS = 60_000;
/** A key is heard so many times within it, however many conversations it has: less than what ejects. */
const HEARD_A_KEY = 2;
/** Different keys that have met a refusal, from which on it cannot lie in a request. */
const INDEPENDENT = 2;

/** A register of failures that may lie in a caller's request, empty at first. */
export function doubtfulFailures(): DoubtfulFailures {
  const heard = new Map<string, readonly Testimony[]>();
  const lately = (deployment: string, nowMs: number): readonly Testimony[] =>
    (heard.get(deployment) ?? []).filter(({ atMs }) => nowMs - atMs < HEARD_MS);
  return {
    hear: (deployment, failure, witness, nowMs) => {
      // A probe's request is ours: nothing odd is in it.
      if (witness === undefined || !isDoubtful(failure)) {
        return 'whole';
      }
      const before = lately(deployment, nowMs);
      const number = keyNumber(`${witness.key}\n${witness.conversation}`);
      const isHeard = before.some((one) => one.witness === number);
      const ofKey = before.filter(({ key }) => key === witness.key).length;
      if (isHeard || ofKey >= HEARD_A_KEY) {
        return 'nothing';
      }
      const all = [...before, { key: witness.key, witness: number, atMs: nowMs }];
      heard.set(deployment, all);
      return new Set(all.map(({ key }) => key)).size >= INDEPENDENT ? 'whole' : 'short';
    },
    isSuspect: (deployment, nowMs) => lately(deployment, nowMs).length > 0,
  };
}

/** Vendors' words for a credential, an account or a model that is wrong, in their error codes and types. */
const NAMES_OPERATOR =
  /api_?key|authenticat|credential|token_?expired|expiredtoken|unrecognizedclient|invalid_?client|account|billing|quota|subscription|model_?not_?found|deployment_?not_?found|no_?such_?model/i;

/** Statuses that a path, a model or a member of the request may bring about. */
const DOUBTFUL_STATUSES: readonly number[] = [403, 404, 405];
/** Statuses that mean a spent quota by themselves, whatever the sentence beside them. */
const QUOTA_STATUSES: readonly number[] = [402, 429];

/**
 * Whether the failure may lie in the request: a 403, 404 or 405 whose code names neither credential nor model, a spent quota that a sentence
 * alone tells of, which may be the request's own words, an answer that is none, and a 500, which servers give for input that they did not
 * foresee.
 */
export function isDoubtful(failure: AttemptFailure): boolean {
  switch (failure.kind) {
    case 'misconfigured':
      return DOUBTFUL_STATUSES.includes(failure.status) && !namesOperator(failure);
    case 'rate-limited':
      return failure.vendor !== undefined && !QUOTA_STATUSES.includes(failure.vendor.status) && !namesOperator(failure);
    case 'malformed':
    case 'truncated':
      return true;
    case 'overloaded':
      return failure.status === 500;
    case 'unreachable':
    case 'timed-out':
    case 'conflicted':
    case 'context-exceeded':
    case 'unsupported':
    case 'rejected':
    case 'aborted':
      return false;
  }
}

function namesOperator({ vendor }: AttemptFailure): boolean {
  return [vendor?.code, vendor?.type].some((word) => word !== undefined && NAMES_OPERATOR.test(word));
}
