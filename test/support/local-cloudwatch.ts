import { arrayMember, member, numberMember, parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { startLoopbackServer } from '../../infra/local/simulated/loopback-server.ts';

/** CloudWatch's metrics on a loopback port: what `ListMetrics` and `GetMetricData` say, in small pages, with CloudWatch's limits. */
export interface LocalCloudWatch extends AsyncDisposable {
  readonly endpoint: string;
  /** Makes metrics of embedded-metric lines, as CloudWatch Logs does. */
  readonly record: (...lines: readonly string[]) => void;
  /** How many calls of GetMetricData have been answered, pages included. */
  readonly reads: () => number;
}

export interface LocalCloudWatchOptions {
  /** An instant at which one period ends and the next begins, wherever the window begins. */
  readonly splitsAtMs?: number;
}

interface Value {
  /** Namespace, name and dimensions, as one text. */
  readonly metric: string;
  readonly atMs: number;
  readonly value: number;
}

const LIST_PAGE = 2;
const DATA_PAGE = 100;
const MAX_QUERIES = 500;
const DAY_MS = 86_400_000;

export async function startLocalCloudWatch(options: LocalCloudWatchOptions = {}): Promise<LocalCloudWatch> {
  const values: Value[] = [];
  let reads = 0;
  const operations: Readonly<Record<string, (input: unknown) => object>> = {
    ListMetrics: (input) => listMetrics(values, input),
    GetMetricData: (input) => {
      reads += 1;
      return getMetricData(values, input, options);
    },
  };
  const server = await startLoopbackServer({
    onExchange: async ({ request, response }) => {
      const operation = request.headers['x-amz-target']?.split('.')[1] ?? '';
      const answer = operations[operation]?.(request.body) ?? invalid(`no operation ${operation}`);
      response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(answer));
    },
  });
  return {
    endpoint: server.origin,
    record: (...lines) => void values.push(...lines.flatMap(valuesOf)),
    reads: () => reads,
    [Symbol.asyncDispose]: server.close,
  };
}

function invalid(message: string): object {
  return { __type: 'com.amazonaws.cloudwatch#InvalidParameterValueException', message };
}

function valuesOf(line: string): readonly Value[] {
  const content = parseJson(line);
  const about = member(content, '_aws');
  const atMs = numberMember(about, 'Timestamp') ?? 0;
  return arrayMember(about, 'CloudWatchMetrics').flatMap((directive) =>
    arrayMember(directive, 'Dimensions').flatMap((set) => {
      const names = Array.isArray(set) ? set.map(String) : [];
      const dimensions = names.map((Name) => ({ Name, Value: stringMember(content, Name) ?? '' }));
      return arrayMember(directive, 'Metrics').map((metric) => {
        const name = stringMember(metric, 'Name') ?? '';
        const Namespace = stringMember(directive, 'Namespace');
        const value = numberMember(content, name) ?? 0;
        return { metric: metricText({ Namespace, MetricName: name, Dimensions: dimensions }), atMs, value };
      });
    }),
  );
}

function metricText(metric: unknown): string {
  const dimensions = arrayMember(metric, 'Dimensions').map((each) => [
    stringMember(each, 'Name'),
    stringMember(each, 'Value'),
  ]);
  return JSON.stringify([stringMember(metric, 'Namespace'), stringMember(metric, 'MetricName'), dimensions.sort()]);
}

/** Every metric that has the asked dimensions, perhaps more of them. */
function listMetrics(values: readonly Value[], input: unknown): object {
  const asked = arrayMember(input, 'Dimensions').map((each) => [
    stringMember(each, 'Name'),
    stringMember(each, 'Value'),
  ]);
  const found = [...new Set(values.map(({ metric }) => metric))]
    .map((metric): [string, string, [string, string][]] => JSON.parse(metric))
    .filter(([namespace, name]) => namespace === member(input, 'Namespace') && name === member(input, 'MetricName'))
    .filter(([, , has]) =>
      asked.every(([name, value]) =>
        has.some((each) => each[0] === name && (value === undefined || each[1] === value)),
      ),
    );
  const from = Number(stringMember(input, 'NextToken') ?? 0);
  const Metrics = found.slice(from, from + LIST_PAGE).map(([Namespace, MetricName, has]) => ({
    Namespace,
    MetricName,
    Dimensions: has.map(([Name, Value]) => ({ Name, Value })),
  }));
  return { Metrics, ...(from + LIST_PAGE < found.length ? { NextToken: String(from + LIST_PAGE) } : {}) };
}

function getMetricData(values: readonly Value[], input: unknown, { splitsAtMs }: LocalCloudWatchOptions): object {
  const queries = arrayMember(input, 'MetricDataQueries');
  const fromMs = (numberMember(input, 'StartTime') ?? 0) * 1000;
  const untilMs = (numberMember(input, 'EndTime') ?? 0) * 1000;
  const refused = queries.length > MAX_QUERIES ? 'more than 500 queries' : refusedPeriod(queries, fromMs);
  if (refused !== undefined) {
    return invalid(refused);
  }
  const from = Number(stringMember(input, 'NextToken') ?? 0);
  const MetricDataResults = queries.slice(from, from + DATA_PAGE).map((query) => {
    const stat = member(query, 'MetricStat');
    const periodMs = (numberMember(stat, 'Period') ?? 0) * 1000;
    const own = metricText(member(stat, 'Metric'));
    const within = values.filter(({ metric, atMs }) => metric === own && atMs >= fromMs && atMs < untilMs);
    const startMs = splitsAtMs ?? fromMs;
    const periods = Map.groupBy(within, ({ atMs }) => startMs + Math.floor((atMs - startMs) / periodMs) * periodMs);
    return {
      Id: stringMember(query, 'Id'),
      Label: 'any',
      Timestamps: [...periods.keys()].map((atMs) => atMs / 1000),
      Values: [...periods.values()].map((of) => statistic(stringMember(stat, 'Stat') ?? '', of)),
      StatusCode: 'Complete',
    };
  });
  return { MetricDataResults, ...(from + DATA_PAGE < queries.length ? { NextToken: String(from + DATA_PAGE) } : {}) };
}

/** Source: CloudWatch API reference, MetricStat. */
function refusedPeriod(queries: readonly unknown[], fromMs: number): string | undefined {
  const ageDays = (Date.now() - fromMs) / DAY_MS;
  const grain = [60, 300, 3600][[15, 63].filter((days) => ageDays > days).length] ?? 0;
  const isWrong = queries.some((query) => {
    const seconds = numberMember(member(query, 'MetricStat'), 'Period') ?? 0;
    return seconds <= 0 || seconds % grain !== 0;
  });
  return isWrong || (fromMs / 1000) % grain !== 0 ? `periods of this age are multiples of ${grain} s` : undefined;
}

function statistic(name: string, values: readonly Value[]): number {
  if (name === 'SampleCount') {
    return values.length;
  }
  const sorted = values.map(({ value }) => value).sort((a, b) => a - b);
  return sorted[Math.ceil((Number(name.slice(1)) / 100) * sorted.length) - 1] ?? Number.NaN;
}
