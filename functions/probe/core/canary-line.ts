import { embeddedMetricLine } from '../../gateway/core/metrics/embedded-metric-lines.ts';
import { DIMENSION_SETS, FLEET_METRICS } from '../../gateway/core/metrics/metric-names.ts';

/** What came of one call from outside. */
export interface CanaryResult {
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  readonly totalMs: number;
  /** Why it is no good; absent where it was answered as it should be. */
  readonly problem?: string;
  /** What it could not look at. */
  readonly note?: string;
}

/** The log line of a call from outside, without its end. The alarm counts its metric, and misses it where there is none. */
export function canaryLine(result: CanaryResult, environment: string, nowMs: number, version?: string): string {
  return embeddedMetricLine<'CanaryFailures'>({
    nowMs,
    directives: [{ dimensions: DIMENSION_SETS.environment }],
    dimensions: { Environment: environment },
    units: FLEET_METRICS,
    values: { CanaryFailures: result.problem === undefined ? 0 : 1 },
    fields: { version, line: 'canary', ...result },
  });
}
