import type { AttemptFailure, FailureVerdict } from '../model/attempt-failure.ts';
import type { EjectionSettings } from '../model/gateway-config.ts';
import type { Estimate } from './estimate.ts';
import type { Observation } from './observation.ts';

/**
 * What a failure counts for. `whole`: as it is. `brief`: as a failure like any other, whatever a vendor says of its length: the instance has
 * seen one key alone, and nobody can tell. `short`: one key alone has met it. It counts in the fleet's rate of failures, and ejects by that
 * alone, for no longer than failures do. `nothing`: it may lie in the request, and whose request it is has been heard.
 */
export type Credence = 'whole' | 'brief' | 'short' | 'nothing';

/** `drained`: by an operator's hand. */
export type EjectionReason = (typeof EJECTION_REASONS)[number];

/** Why a deployment may be set aside. `drained`: an operator did it by hand. */
export const EJECTION_REASONS = ['failures', 'rate-limited', 'misconfigured', 'drained'] as const;

/** Why and until when a deployment is set aside. Shared by the fleet; failures only ever extend it, until a success lifts it. */
export interface Ejection {
  /** A whole number: it is compared for equality in the store. */
  readonly untilMs: number;
  /** Ejections in a row, from 1: each cooldown is twice the one before. */
  readonly level: number;
  readonly reason: EjectionReason;
  /** Until then one caller of the fleet is trying it. */
  readonly probeUntilMs?: number;
  /** Probes in a row that were answered: the next one is made from `untilMs` on. */
  readonly answers?: number;
  /** It has failed callers soon after probes had lifted the one before: until one fails too, no probe proves anything before the cooldown is over. */
  readonly isRelapse?: true;
}

/** `lifted` undoes the ejection `was`, `eased` puts one in its place that may end sooner. */
export type EjectionChange =
  | { readonly kind: 'ejected'; readonly deployment: string; readonly ejection: Ejection }
  | {
      readonly kind: 'eased';
      readonly deployment: string;
      readonly was: Ejection;
      readonly ejection: Ejection;
    }
  | { readonly kind: 'lifted'; readonly deployment: string; readonly was: Ejection };

/** One change in the place of two in a row. What was eased and then lifted is lifted as it stands in the store: its sooner end is not there yet. */
export function mergedChange(before: EjectionChange | undefined, next: EjectionChange): EjectionChange {
  return before?.kind === 'eased' && next.kind === 'lifted' ? { ...next, was: before.was } : next;
}

/** Defaults of the settings. A cooldown never exceeds 20 s, so that a recovery is noticed within half a minute. */
export const EJECTION_DEFAULTS: EjectionSettings = {
  consecutiveFailures: 3,
  failureRate: 0.5,
  minRequests: 10,
  baseCooldownMs: 2000,
  maxCooldownMs: 20_000,
  misconfiguredCooldownMs: 300_000,
  maxRateLimitedCooldownMs: 600_000,
  probeLeaseMs: 15_000,
};

/** Whether a deployment is healthy, set aside, or being tried again. */
export type EjectionState = 'healthy' | 'ejected' | 'due' | 'probing';

/** `ejected`: not now. `due`: the cooldown is over, and one caller may claim the probe. `probing`: somebody has. */
export function ejectionState(ejection: Ejection | undefined, nowMs: number): EjectionState {
  if (ejection === undefined || ejection.untilMs === 0) {
    return 'healthy';
  }
  if (nowMs < ejection.untilMs) {
    return 'ejected';
  }
  return nowMs < (ejection.probeUntilMs ?? 0) ? 'probing' : 'due';
}

/** What is known when an attempt has failed. */
export interface FailureEvidence {
  readonly blame: Exclude<FailureVerdict['blame'], 'none'>;
  readonly retryAfterMs?: number | undefined;
  /** Failures in a row here, this one included. */
  readonly consecutive: number;
  /** Of the fleet, this one included. */
  readonly requests: number;
  readonly failureRate: number;
  /** The instant at which the failed attempt began. */
  readonly beganByMs: number;
  /** The level that this ejection goes on from, where probes have lifted the last one just before. */
  readonly relapsedFrom?: number | undefined;
}

const REASONS = {
  failure: 'failures',
  'rate-limited': 'rate-limited',
  misconfigured: 'misconfigured',
} as const satisfies Record<FailureEvidence['blame'], EjectionReason>;

/** The ejection that follows from a failure, or `undefined` where the deployment stays. Never earlier than the one that stands. */
export function ejectionAfter(
  current: Ejection | undefined,
  evidence: FailureEvidence,
  nowMs: number,
  settings: EjectionSettings,
): Ejection | undefined {
  const isOften = evidence.requests >= settings.minRequests && evidence.failureRate >= settings.failureRate;
  const isFailing = isOften || evidence.consecutive >= settings.consecutiveFailures;
  if (evidence.blame === 'failure' && current === undefined && !isFailing) {
    return undefined;
  }
  const level = nextLevel(current, evidence, { nowMs, settings });
  const endMs = Math.ceil(nowMs + cooldown(evidence, level, settings));
  const untilMs = Math.max(current?.untilMs ?? 0, endMs);
  // What ends later has its reason: probes end no drain, and no rate limit, because a call that was under way then has failed.
  const reason = current !== undefined && current.untilMs > endMs ? current.reason : REASONS[evidence.blame];
  const isRelapse = level > 1 && (current === undefined || current.isRelapse === true);
  return { untilMs, level, reason, ...(isRelapse && { isRelapse }) };
}

/**
 * One more than before, unless attempts that were in flight during the cooldown fail late, perhaps after a long wait: those are the same
 * outage, not a new one.
 */
function nextLevel(
  current: Ejection | undefined,
  { beganByMs, relapsedFrom = 0 }: FailureEvidence,
  { nowMs, settings }: { readonly nowMs: number; readonly settings: EjectionSettings },
): number {
  if (current === undefined) {
    return relapsedFrom + 1;
  }
  if (nowMs - current.untilMs > settings.maxCooldownMs * 2) {
    return 1;
  }
  return beganByMs < current.untilMs ? current.level : current.level + 1;
}

function cooldown(evidence: FailureEvidence, level: number, settings: EjectionSettings): number {
  const growing = Math.min(settings.maxCooldownMs, settings.baseCooldownMs * 2 ** (level - 1));
  switch (evidence.blame) {
    case 'failure':
      return growing;
    case 'rate-limited':
      return Math.min(settings.maxRateLimitedCooldownMs, evidence.retryAfterMs ?? growing);
    case 'misconfigured':
      return settings.misconfiguredCooldownMs;
  }
}

/** Failures in a row, as one instance sees them. A first token ends the row of those before it, and only a whole answer the row of broken ones. */
export interface FailureRows {
  failed: FailureRow | undefined;
  cut: FailureRow | undefined;
}

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

/**
 * So many failures in a row before a first token: it is down, and the answers that have broken off were those that were under way then. One
 * that breaks its answers by habit shows first tokens in between.
 */
const DOWN_AFTER = 3;

/** Counts the failure in its row, and says how it stands with the deployment then. */
export function failureEvidence(rows: FailureRows, observation: Observation, guilt: Guilt): FailureEvidence {
  const { startedAtMs } = observation;
  const { blame, failure, estimate, credence } = guilt;
  const isDown = (rows.failed?.count ?? 0) >= DOWN_AFTER;
  const row = observation.kind === 'cut' && !isDown ? 'cut' : 'failed';
  const { count, sinceMs } = rows[row] ?? { count: 0, sinceMs: startedAtMs };
  const { share, ofFleet } = observation.kind === 'given-up' ? silenceOf(observation, estimate) : ONE_FAILURE;
  const { requests, failureRate } = estimate.recent;
  const consecutive = count + (blame === 'failure' ? share : 0);
  rows[row] = { count: consecutive, sinceMs };
  if (row === 'failed' && consecutive >= DOWN_AFTER) {
    rows.cut = undefined;
  }
  return {
    blame,
    retryAfterMs: failure?.kind === 'rate-limited' ? failure.retryAfterMs : undefined,
    // Where one key alone has met it, the row and what the fleet has waited for in vain may all be that key's.
    consecutive: credence === 'short' ? 0 : Math.max(consecutive, ofFleet),
    requests: requests + 1,
    failureRate: (failureRate * requests + share) / (requests + 1),
    beganByMs: startedAtMs,
  };
}

/** As a number of failures: what the observation stands for, and what the whole fleet has waited in vain. */
interface Silence {
  readonly share: number;
  readonly ofFleet: number;
}

const ONE_FAILURE: Silence = { share: 1, ofFleet: 0 };

/**
 * A wait in vain that another attempt's first token ended is a share of a failure (0 to 1). What the whole fleet, of which each instance may
 * see a few calls only, has lately waited for first tokens counts where they are so few that the mean wait for one is beyond the limit.
 */
function silenceOf({ waitedMs, limitMs }: Extract<Observation, { kind: 'given-up' }>, { recent }: Estimate): Silence {
  if (limitMs === undefined) {
    return ONE_FAILURE;
  }
  const limits = recent.ttftTotalMs / limitMs;
  return { share: Math.min(1, waitedMs / limitMs), ofFleet: limits > recent.evidence ? limits : 0 };
}

/** A first token, or a whole answer, ends the rows that began before it. */
export function endRows(rows: FailureRows, { kind, startedAtMs }: Observation): void {
  if (startedAtMs >= (rows.failed?.sinceMs ?? 0)) {
    rows.failed = undefined;
  }
  if (kind === 'answered' && startedAtMs >= (rows.cut?.sinceMs ?? 0)) {
    rows.cut = undefined;
  }
}
