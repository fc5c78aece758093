import type { LatencyFigures } from './latency-report.ts';

/** The percentiles of one part of a window. */
export type WindowPart = Omit<LatencyFigures, 'isApproximate'>;

/**
 * The figures of a window from those of its parts; `undefined` without any. Of one part they are exact. Percentiles of several cannot be
 * added up: what is given then is their mean by count, which lies between them, and is said to be approximate.
 */
export function mergedFigures(parts: readonly WindowPart[]): LatencyFigures | undefined {
  const filled = parts.filter(({ count, p50, p95, p99 }) => count > 0 && Number.isFinite(p50 + p95 + p99));
  const [first, second] = filled;
  if (first === undefined || second === undefined) {
    return first;
  }
  const count = filled.reduce((sum, part) => sum + part.count, 0);
  const mean = (of: (part: WindowPart) => number): number =>
    filled.reduce((sum, part) => sum + of(part) * part.count, 0) / count;
  return {
    count,
    p50: mean(({ p50 }) => p50),
    p95: mean(({ p95 }) => p95),
    p99: mean(({ p99 }) => p99),
    isApproximate: true,
  };
}
