import { probeFields } from '../../gateway/core/metrics/decision-fields.ts';
import { embeddedMetricLine, type MetricValues } from '../../gateway/core/metrics/embedded-metric-lines.ts';
import {
  ATTEMPT_METRICS,
  type AttemptMetric,
  DIMENSION_SETS,
  REQUEST_METRICS,
} from '../../gateway/core/metrics/metric-names.ts';
import { failureVerdict } from '../../gateway/core/model/attempt-failure.ts';
import type { ProbeRecord } from '../../gateway/core/model/probe-record.ts';
import type { ProbeRun } from './prober.ts';

/**
 * The log lines of one run, without line ends: one of each deployment that was asked, and one of the run. Their metrics are those of the
 * gateway's, so that its dashboard and alarms see a provider that is down while nobody calls, and what the prober spends.
 */
export function probeLines(run: ProbeRun, environment: string, nowMs: number, version?: string): readonly string[] {
  const about = { environment, nowMs, version };
  return [...run.records.map((record) => probeLine(record, about)), runLine(run, about)];
}

interface LineContext {
  readonly environment: string;
  readonly nowMs: number;
  readonly version: string | undefined;
}

function probeLine(record: ProbeRecord, { environment, nowMs, version }: LineContext): string {
  const { id, provider } = record.deployment;
  return embeddedMetricLine({
    nowMs,
    directives: [{ dimensions: DIMENSION_SETS.deployment }],
    dimensions: { Environment: environment, Provider: provider, Deployment: id },
    units: ATTEMPT_METRICS,
    values: probeValues(record),
    fields: { version, ...probeFields(record) },
  });
}

/**
 * Whether it works, and what asking cost. No latencies and no tokens: the percentiles on the dashboard are the proof of what callers got, and
 * a probe's tiny prompt would flatter them. Its time to first token stands among the fields. A metric that is written costs money also in
 * hours without traffic: throttles are only summed up, so that none is written where there was none, unlike errors.
 */
function probeValues({ failure, costUsd }: ProbeRecord): MetricValues<AttemptMetric> {
  const isThrottled = failure?.kind === 'rate-limited';
  const isBlamed = failure !== undefined && failureVerdict(failure).blame !== 'none';
  return { Errors: isBlamed && !isThrottled ? 1 : 0, Throttles: isThrottled ? 1 : undefined, CostUSD: costUsd };
}

/** The alarm for spending looks at the environment's dollars: those of the prober are among them. */
function runLine(run: ProbeRun, { environment, nowMs, version }: LineContext): string {
  const { records, skipped, storeFailures, tookMs } = run;
  const costUsd = records.reduce((sum, record) => sum + (record.costUsd ?? 0), 0);
  return embeddedMetricLine({
    nowMs,
    directives: [{ dimensions: DIMENSION_SETS.environment }],
    dimensions: { Environment: environment },
    units: REQUEST_METRICS,
    values: { CostUSD: costUsd },
    fields: {
      version,
      line: 'probes',
      probed: records.length,
      failed: records.filter(({ failure }) => failure !== undefined).length,
      skipped,
      storeFailures,
      totalMs: tookMs,
    },
  });
}
