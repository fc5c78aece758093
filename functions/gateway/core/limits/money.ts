/** Dollars are counted in billionths, whole ones: sums of floating-point dollars drift, sums of these do not below nine million dollars. */
const NANO_PER_USD = 1_000_000_000;

/** Dollars as whole billionths. */
export function toNanoUsd(usd: number): number {
  return Math.round(usd * NANO_PER_USD);
}

/** The calendar month of an instant (milliseconds since 1970) in UTC, as `2026-10`. */
export function monthOf(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 7);
}
