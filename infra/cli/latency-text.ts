import type { LatencyFigures, LatencyReport, LatencyRow } from './latency-report.ts';
import { textTable } from './text-table.ts';

/** The report as two tables. */
export function latencyText(environment: string, report: LatencyReport): string {
  const { routes, deployments, fromMs, untilMs } = report;
  const window = `${environment}, ${instant(fromMs)} to ${instant(untilMs)}`;
  if (routes.length + deployments.length === 0) {
    return `${window}\n\nNothing was measured in this time.`;
  }
  const isApproximate = [...routes, ...deployments].some(
    ({ ttft, total }) => ttft?.isApproximate === true || total?.isApproximate === true,
  );
  return [
    window,
    '',
    textTable([head('ROUTE'), ...routes.map(row)]),
    '',
    textTable([head('DEPLOYMENT'), ...deployments.map(row)]),
    '',
    'Milliseconds. Routes: as the caller saw it. Deployments: from our dial, each attempt by itself.',
    ...(isApproximate
      ? ['~ CloudWatch has split the time in parts: their percentiles, weighted by their counts.']
      : []),
  ].join('\n');
}

function head(name: string): readonly string[] {
  return [name, 'TTFT P50', 'P95', 'P99', 'COUNT', 'TOTAL P50', 'P95', 'P99', 'COUNT'];
}

function row({ name, ttft, total }: LatencyRow): readonly string[] {
  return [name, ...cells(ttft), ...cells(total)];
}

function cells(figures: LatencyFigures | undefined): readonly string[] {
  if (figures === undefined) {
    return ['-', '-', '-', '0'];
  }
  const { p50, p95, p99, count, isApproximate } = figures;
  return [...[p50, p95, p99].map((ms) => `${isApproximate === true ? '~' : ''}${Math.round(ms)}`), String(count)];
}

function instant(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 16)}Z`;
}
