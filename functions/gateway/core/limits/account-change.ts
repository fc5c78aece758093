import { defined } from '../model/defined.ts';
import type { KeyLimits } from '../model/key-limits.ts';
import { type Account, inMonthOf, toNanoUsd } from './account.ts';
import { type FullAtUs, latestFullAtUs, toMicroseconds } from './meter.ts';

/** What calls have taken in truth: their cost, and by how much their reservations were wrong. Plain sums, in any order. */
export interface Settlement {
  readonly requestsUs: number;
  readonly tokensUs: number;
  readonly committedNanoUsd: number;
  readonly spentNanoUsd: number;
  /** The month of the reservation, which the money counts for. */
  readonly month: string;
}

/** A change of an account that is made only where the account allows it. */
export interface AccountChange {
  /** The month that the money is of. */
  readonly month: string;
  readonly requests?: MeterChange;
  readonly tokens?: MeterChange;
  readonly money?: { readonly byNanoUsd: number; readonly ifAtMostNanoUsd: number };
}

/**
 * `restart`: the meter was full. `extend`: it was not, and what is taken adds to what others take meanwhile. DynamoDB has no maximum in
 * its expressions, hence two kinds; the wrong one fails its condition, and the account is read and judged again.
 */
export type MeterChange =
  | { readonly kind: 'restart'; readonly ifBeforeUs: FullAtUs; readonly toUs: FullAtUs }
  | { readonly kind: 'extend'; readonly byUs: number; readonly ifFromUs: FullAtUs; readonly ifUntilUs: FullAtUs };

/** The change that makes `before` into `after`, with the conditions under which the limits allow it whatever others have taken since. */
export function accountChange(before: Account, after: Account, limits: KeyLimits, nowMs: number): AccountChange {
  const nowUs = toMicroseconds(nowMs);
  const requests = meterChange(before.requests, after.requests, nowUs);
  const tokens = meterChange(before.tokens, after.tokens, nowUs);
  const byNanoUsd = after.committedNanoUsd - inMonthOf(before, nowMs).committedNanoUsd;
  const { usdPerMonth } = limits;
  return {
    month: after.month,
    ...defined({ requests, tokens }),
    ...(usdPerMonth === undefined ? {} : { money: { byNanoUsd, ifAtMostNanoUsd: toNanoUsd(usdPerMonth) - byNanoUsd } }),
  };
}

function meterChange(before: FullAtUs, after: FullAtUs, nowUs: number): MeterChange | undefined {
  if (after === before) {
    return undefined;
  }
  if (before < nowUs) {
    return { kind: 'restart', ifBeforeUs: nowUs, toUs: after };
  }
  const byUs = after - before;
  return { kind: 'extend', byUs, ifFromUs: nowUs, ifUntilUs: latestFullAtUs(nowUs) - byUs };
}
