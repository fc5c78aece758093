import type { FullAtUs } from './meter.ts';

/** What the fleet knows of one key's use. */
export interface Account {
  readonly requests: FullAtUs;
  readonly tokens: FullAtUs;
  /** The month that the money is of, as `2026-10`. */
  readonly month: string;
  /** Spent in that month, and reserved for calls that are under way. */
  readonly committedNanoUsd: number;
}

/** The account of a key that was never used, or that this instance knows nothing of. */
export function emptyAccount(nowMs: number): Account {
  return { requests: 0, tokens: 0, month: monthOf(nowMs), committedNanoUsd: 0 };
}

/** The same account in the month of `nowMs`: what was spent in an earlier one no longer counts. */
export function inMonthOf(account: Account, nowMs: number): Account {
  const month = monthOf(nowMs);
  return account.month === month ? account : { ...account, month, committedNanoUsd: 0 };
}

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

/** Dollars are counted in billionths, whole ones: sums of floating-point dollars drift, sums of these do not below nine million dollars. */
const NANO_PER_USD = 1_000_000_000;

const DAY_MS = 86_400_000;
let lastAsked = { day: Number.NaN, month: '' };
