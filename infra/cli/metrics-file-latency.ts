import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { METRIC_NAMESPACE } from '../../functions/gateway/core/metrics/metric-names.ts';
import {
  arrayMember,
  isJsonObject,
  member,
  numberMember,
  parseJson,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { UsageError } from './command.ts';
import {
  type LatencyFigures,
  type LatencyReport,
  type LatencyRow,
  PERCENTILES,
  type TimeWindow,
} from './latency-report.ts';

/** The times of one route or deployment, milliseconds. */
interface Times {
  readonly ttft: number[];
  readonly total: number[];
}

/** The report from the embedded-metric lines in a file. Lines that are none are passed over. Throws `UsageError` where there is no file. */
export async function metricsFileLatency(file: string | undefined, window: TimeWindow): Promise<LatencyReport> {
  if (file === undefined) {
    throw new UsageError('This local system writes no metrics.');
  }
  const times = { routes: new Map<string, Times>(), deployments: new Map<string, Times>() };
  try {
    for await (const line of createInterface({ input: createReadStream(file, 'utf8'), crlfDelay: Infinity })) {
      take(times, parseJson(line), window);
    }
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { ...window, routes: rowsOf(times.routes), deployments: rowsOf(times.deployments) };
}

function take(
  times: { readonly routes: Map<string, Times>; readonly deployments: Map<string, Times> },
  line: unknown,
  { fromMs, untilMs }: TimeWindow,
): void {
  const about = member(line, '_aws');
  const atMs = numberMember(about, 'Timestamp') ?? Number.NaN;
  const isOurs = arrayMember(about, 'CloudWatchMetrics').some(
    (directive) => isJsonObject(directive) && directive.Namespace === METRIC_NAMESPACE,
  );
  if (!isOurs || !(atMs >= fromMs && atMs <= untilMs)) {
    return;
  }
  const deployment = stringMember(line, 'Deployment');
  const route = stringMember(line, 'Route');
  if (deployment !== undefined) {
    add(times.deployments, deployment, line);
  } else if (route !== undefined) {
    add(times.routes, route, line);
  }
}

function add(all: Map<string, Times>, name: string, line: unknown): void {
  const times = all.get(name) ?? { ttft: [], total: [] };
  all.set(name, times);
  const ttftMs = numberMember(line, 'TimeToFirstToken');
  const totalMs = numberMember(line, 'InvocationLatency');
  if (ttftMs !== undefined) {
    times.ttft.push(ttftMs);
  }
  if (totalMs !== undefined) {
    times.total.push(totalMs);
  }
}

function rowsOf(all: ReadonlyMap<string, Times>): readonly LatencyRow[] {
  return [...all]
    .map(([name, { ttft, total }]) => ({ name, ...figures('ttft', ttft), ...figures('total', total) }))
    .filter(({ ttft, total }) => ttft !== undefined || total !== undefined)
    .sort((a, b) => a.name.localeCompare(b.name));
}

function figures(name: 'ttft' | 'total', values: readonly number[]): { ttft?: LatencyFigures; total?: LatencyFigures } {
  const sorted = values.toSorted((a, b) => a - b);
  const [p50, p95, p99] = PERCENTILES.map((percentile) => sorted[Math.ceil((percentile / 100) * sorted.length) - 1]);
  return p50 === undefined || p95 === undefined || p99 === undefined
    ? {}
    : { [name]: { count: sorted.length, p50, p95, p99 } };
}
