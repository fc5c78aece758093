import type { KeyLimits } from '../model/key-limits.ts';
import { type Account, emptyAccount } from './account.ts';
import { type Demand, type LimitRefusal, type Reserving, reserve } from './reserve.ts';

/** What an instance makes of a request by itself. `spent`: the key's money was, when last seen. `refused`: the instance's share is. */
export type Allowing =
  | { readonly kind: 'reserved' }
  | { readonly kind: 'spent'; readonly refused: Extract<Reserving, { kind: 'refused' }> }
  | { readonly kind: 'refused'; readonly refusal: LimitRefusal };

/** What an instance allows a key by itself. */
export type LocalAllowance = (key: {
  readonly account: string;
  readonly limits: KeyLimits;
  readonly known: Account;
  readonly demand: Demand;
}) => Allowing;

/**
 * While the fleet's accounts are out of reach, each instance allows a key `share` of its limits (at least one request at a time), and
 * nothing where its money was spent when last seen. So n instances allow at most n times the share.
 */
export function localAllowance(share: number, nowMs: () => number): LocalAllowance {
  const accounts = new Map<string, Account>();
  return ({ account, limits, known, demand }) => {
    const now = nowMs();
    const nothing: Demand = { requests: 0, tokens: 0, usd: 0 };
    const seen = reserve({ ...known, requests: 0, tokens: 0 }, limits, nothing, now);
    if (seen.kind === 'refused') {
      return { kind: 'spent', refused: seen };
    }
    const reserving = reserve(accounts.get(account) ?? emptyAccount(now), scaled(limits, share), demand, now);
    accounts.set(account, reserving.account);
    return reserving.kind === 'refused' ? reserving : { kind: 'reserved' };
  };
}

function scaled({ requestsPerMinute, tokensPerMinute, usdPerMonth }: KeyLimits, share: number): KeyLimits {
  return {
    ...(requestsPerMinute === undefined ? {} : { requestsPerMinute: Math.max(1, requestsPerMinute * share) }),
    ...(tokensPerMinute === undefined ? {} : { tokensPerMinute: Math.max(1, tokensPerMinute * share) }),
    ...(usdPerMonth === undefined ? {} : { usdPerMonth: usdPerMonth * share }),
  };
}
