import { embeddedMetricLine } from './embedded-metric-lines.ts';
import { DIMENSION_SETS, FLEET_METRICS } from './metric-names.ts';

/** What DynamoDB did not do, as `read`, and why. */
export interface StateFailure {
  readonly operation: string;
  readonly error: unknown;
}

/** A warning, without its line end, that CloudWatch counts: a fleet without its shared state answers on, and looks healthy. */
export function stateFailureLine(
  { operation, error }: StateFailure,
  environment: string,
  nowMs: number,
  version?: string,
): string {
  return embeddedMetricLine<'StateFailures'>({
    nowMs,
    directives: [{ dimensions: DIMENSION_SETS.environment }],
    dimensions: { Environment: environment },
    units: FLEET_METRICS,
    values: { StateFailures: 1 },
    fields: { version, line: 'state', level: 'WARN', message: `DynamoDB did not ${operation}`, error: String(error) },
  });
}
