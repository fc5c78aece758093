import type { KeyLimits } from '../model/key-limits.ts';
import { earningTimeUs, reservableTimeUs } from './meter.ts';
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

/** Dollars are counted in billionths, whole ones: sums of floating-point dollars drift, sums of these do not below nine million dollars. */
const NANO_PER_USD = 1_000_000_000;

/** Dollars as whole billionths. */
export function toNanoUsd(usd: number): number {
  return Math.round(usd * NANO_PER_USD);
}

/** The calendar month of an instant (milliseconds since 1970) in UTC, as `2026-10`. */
export function monthOf(nowMs: number): string {
  const day = Math.floor(nowMs / DAY_MS);
  // A call asks for it, and dates are slow.
  if (day !== lastAsked.day) {
    lastAsked = { day, month: new Date(nowMs).toISOString().slice(0, 7) };
  }
  return lastAsked.month;
}

const DAY_MS = 86_400_000;
let lastAsked = { day: Number.NaN, month: '' };
