import type { Percentiles } from '../../core/status/fleet-status.ts';

/** p50, p95 and p99 of measured values, by the nearest rank. `null` without any. */
export function quantiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (percentile: number): number | null =>
    sorted[Math.max(0, Math.ceil((percentile / 100) * sorted.length) - 1)] ?? null;
  return { p50: at(50), p95: at(95), p99: at(99) };
}
