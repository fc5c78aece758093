import type { KeyLimits } from '../model/key-limits.ts';
import { type Account, inMonthOf, toNanoUsd } from './account.ts';
import { reservableTimeUs, taken, toMicroseconds, waitUs } from './meter.ts';

/** What one request is expected to take. */
export interface Demand {
  readonly requests: number;
  readonly tokens: number;
  readonly usd: number;
}

/** What was set aside in an account for one request. */
export interface Reservation {
  readonly requestsUs: number;
  readonly tokensUs: number;
  readonly month: string;
  readonly nanoUsd: number;
}

/** Which limit is reached. */
export interface LimitRefusal {
  readonly limit: 'requests' | 'tokens' | 'money';
  /** Until the request could pass. Absent for money: that is over for the month. */
  readonly retryAfterMs?: number;
}

/** What came of it, and the account as it then stands. */
export type Reserving =
  | { readonly kind: 'reserved'; readonly account: Account; readonly reservation: Reservation }
  | { readonly kind: 'refused'; readonly account: Account; readonly refusal: LimitRefusal };

/**
 * Sets aside in `account` what a request is expected to take, or says which limit forbids it. Money is reserved as far as it goes: the
 * call that reaches the month's limit still passes, the next one does not.
 */
export function reserve(account: Account, limits: KeyLimits, demand: Demand, nowMs: number): Reserving {
  const current = inMonthOf(account, nowMs);
  const nowUs = toMicroseconds(nowMs);
  const requestsUs = timeOf(demand.requests, limits.requestsPerMinute);
  const tokensUs = timeOf(demand.tokens, limits.tokensPerMinute);
  const refusal = refusalOf(current, limits, { requestsUs, tokensUs, nowUs });
  if (refusal !== undefined) {
    return { kind: 'refused', account: current, refusal };
  }
  const nanoUsd = Math.min(toNanoUsd(demand.usd), leftNanoUsd(current, limits) ?? 0);
  return {
    kind: 'reserved',
    account: {
      requests: requestsUs === 0 ? current.requests : taken(current.requests, requestsUs, nowUs),
      tokens: tokensUs === 0 ? current.tokens : taken(current.tokens, tokensUs, nowUs),
      month: current.month,
      committedNanoUsd: current.committedNanoUsd + nanoUsd,
    },
    reservation: { requestsUs, tokensUs, month: current.month, nanoUsd },
  };
}

function timeOf(units: number, perMinute: number | undefined): number {
  return perMinute === undefined ? 0 : reservableTimeUs(units, perMinute);
}

interface Times {
  readonly requestsUs: number;
  readonly tokensUs: number;
  readonly nowUs: number;
}

function refusalOf(
  account: Account,
  limits: KeyLimits,
  { requestsUs, tokensUs, nowUs }: Times,
): LimitRefusal | undefined {
  const left = leftNanoUsd(account, limits);
  if (left !== undefined && left <= 0) {
    return { limit: 'money' };
  }
  const requestsWaitUs = requestsUs === 0 ? 0 : waitUs(account.requests, requestsUs, nowUs);
  const tokensWaitUs = tokensUs === 0 ? 0 : waitUs(account.tokens, tokensUs, nowUs);
  if (requestsWaitUs === 0 && tokensWaitUs === 0) {
    return undefined;
  }
  const limit = requestsWaitUs >= tokensWaitUs ? 'requests' : 'tokens';
  return { limit, retryAfterMs: Math.ceil(Math.max(requestsWaitUs, tokensWaitUs) / 1000) };
}

/** `undefined`: without limit. */
function leftNanoUsd(account: Account, { usdPerMonth }: KeyLimits): number | undefined {
  return usdPerMonth === undefined ? undefined : toNanoUsd(usdPerMonth) - account.committedNanoUsd;
}
