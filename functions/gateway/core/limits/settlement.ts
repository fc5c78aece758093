import type { KeyLimits } from '../model/key-limits.ts';
import { earningTimeUs, reservableTimeUs } from './meter.ts';
import { toNanoUsd } from './money.ts';
import type { Reservation } from './reserve.ts';

/** What calls have taken in truth: their cost, and by how much their reservations were wrong. Plain sums, in any order. */
export interface Settlement {
  readonly requestsUs: number;
  readonly tokensUs: number;
  readonly committedNanoUsd: number;
  readonly spentNanoUsd: number;
  /** The month of the reservation, which the money counts for. */
  readonly month: string;
}

/** What a call has used in the end. */
export interface Use {
  readonly requests: number;
  readonly tokens: number;
  readonly usd: number;
}

/** Corrects what was reserved by what was used. `reservation` is of zeros where the account was out of reach. */
export function settlementOf(reservation: Reservation, limits: KeyLimits, use: Use): Settlement {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const requestsUs = requestsPerMinute === undefined ? 0 : reservableTimeUs(use.requests, requestsPerMinute);
  const tokensUs = tokensPerMinute === undefined ? 0 : earningTimeUs(use.tokens, tokensPerMinute);
  const spentNanoUsd = toNanoUsd(use.usd);
  return {
    requestsUs: requestsUs - reservation.requestsUs,
    tokensUs: tokensUs - reservation.tokensUs,
    committedNanoUsd: spentNanoUsd - reservation.nanoUsd,
    spentNanoUsd,
    month: reservation.month,
  };
}

/** Two settlements of one month as one. */
export function settledTogether(a: Settlement, b: Settlement): Settlement {
  return {
    requestsUs: a.requestsUs + b.requestsUs,
    tokensUs: a.tokensUs + b.tokensUs,
    committedNanoUsd: a.committedNanoUsd + b.committedNanoUsd,
    spentNanoUsd: a.spentNanoUsd + b.spentNanoUsd,
    month: a.month,
  };
}

/** Whether there is nothing to write. */
export function isNothing({ requestsUs, tokensUs, committedNanoUsd, spentNanoUsd }: Settlement): boolean {
  return requestsUs === 0 && tokensUs === 0 && committedNanoUsd === 0 && spentNanoUsd === 0;
}
