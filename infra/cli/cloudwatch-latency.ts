import {
  CloudWatchClient,
  type MetricDataQuery,
  type MetricDataResult,
  paginateGetMetricData,
  paginateListMetrics,
} from '@aws-sdk/client-cloudwatch';
import {
  type AttemptMetric,
  DIMENSION_SETS,
  METRIC_NAMESPACE,
  type RequestMetric,
} from '../../functions/gateway/core/metrics/metric-names.ts';
import { defined } from '../../functions/gateway/core/model/defined.ts';
import { clientConfig } from './aws-access.ts';
import {
  type LatencyFigures,
  type LatencyReport,
  type LatencyRow,
  PERCENTILES,
  type TimeWindow,
} from './latency-report.ts';
import { mergedFigures, type WindowPart } from './merged-figures.ts';
import type { DeployedTarget } from './target.ts';

/** The metrics behind the report's columns. */
const COLUMNS = {
  ttft: 'TimeToFirstToken',
  total: 'InvocationLatency',
} as const satisfies Record<'ttft' | 'total', RequestMetric & AttemptMetric>;

const STATISTICS = [...PERCENTILES.map((percentile) => `p${percentile}`), 'SampleCount'];

/** GetMetricData takes so many queries a call. */
const QUERIES_A_CALL = 500;

/** A route or a deployment, with the dimensions of its metrics. */
interface Subject {
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/**
 * The report from CloudWatch: a period as long as the window, so that each percentile is one of the raw values and not a mean of
 * others. Asks for the routes and deployments of the configuration, and for those that CloudWatch has heard of in the last two weeks.
 */
export async function cloudWatchLatency(target: DeployedTarget, window: TimeWindow): Promise<LatencyReport> {
  const client = new CloudWatchClient(clientConfig(target.aws));
  try {
    const routes = await subjectsOf(client, target, DIMENSION_SETS.route);
    const deployments = await subjectsOf(client, target, DIMENSION_SETS.deployment);
    const aligned = alignedWindow(window, Date.now());
    const parts = await partsOf(client, [...routes, ...deployments], aligned);
    const { fromMs, untilMs } = aligned;
    return { fromMs, untilMs, routes: rowsOf(routes, parts), deployments: rowsOf(deployments, parts) };
  } finally {
    client.destroy();
  }
}

async function subjectsOf(
  client: CloudWatchClient,
  target: DeployedTarget,
  dimensionNames: readonly string[],
): Promise<readonly Subject[]> {
  const found = configuredSubjects(target, dimensionNames);
  const pages = paginateListMetrics(
    { client },
    {
      Namespace: METRIC_NAMESPACE,
      MetricName: COLUMNS.total,
      Dimensions: dimensionNames.map((Name) => (Name === 'Environment' ? { Name, Value: target.name } : { Name })),
    },
  );
  for await (const { Metrics = [] } of pages) {
    for (const { Dimensions = [] } of Metrics) {
      // What has more dimensions is another metric.
      if (Dimensions.length === dimensionNames.length) {
        found.push(subjectOf(Object.fromEntries(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]))));
      }
    }
  }
  const byKey = new Map(found.map((subject) => [keyOf(subject), subject]));
  return [...byKey.values()].sort((a, b) => a.name.localeCompare(b.name));
}

function configuredSubjects({ name, config }: DeployedTarget, dimensionNames: readonly string[]): Subject[] {
  const Environment = name;
  return dimensionNames.includes('Deployment')
    ? Object.entries(config.deployments).map(([Deployment, { provider: Provider }]) =>
        subjectOf({ Environment, Provider, Deployment }),
      )
    : Object.keys(config.routes).map((Route) => subjectOf({ Environment, Route }));
}

function subjectOf(dimensions: Readonly<Record<string, string>>): Subject {
  return { name: dimensions.Deployment ?? dimensions.Route ?? '', dimensions };
}

function keyOf({ dimensions }: Subject): string {
  return JSON.stringify(Object.entries(dimensions).sort(([a], [b]) => a.localeCompare(b)));
}

interface AlignedWindow extends TimeWindow {
  readonly periodSeconds: number;
}

/**
 * CloudWatch keeps minutes for 15 days, five minutes for 63 and hours for 455: the window begins and ends on whole ones.
 * Source: CloudWatch API reference, GetMetricData.
 */
function alignedWindow({ fromMs, untilMs }: TimeWindow, nowMs: number): AlignedWindow {
  const ageDays = (nowMs - fromMs) / 86_400_000;
  const [, seconds = 3600] = GRAINS.find(([days]) => ageDays < days) ?? [];
  const grainMs = seconds * 1000;
  const from = Math.floor(fromMs / grainMs) * grainMs;
  const until = Math.ceil(untilMs / grainMs) * grainMs;
  return { fromMs: from, untilMs: until, periodSeconds: (until - from) / 1000 };
}

const GRAINS: readonly (readonly [days: number, seconds: number])[] = [
  [15, 60],
  [63, 300],
];

interface Question {
  readonly id: string;
  readonly subject: Subject;
  readonly column: keyof typeof COLUMNS;
  readonly statistic: string;
}

type Answers = ReadonlyMap<string, LatencyFigures>;

async function partsOf(
  client: CloudWatchClient,
  subjects: readonly Subject[],
  window: AlignedWindow,
): Promise<Answers> {
  const questions = questionsOf(subjects);
  const results: MetricDataResult[] = [];
  for (let from = 0; from < questions.length; from += QUERIES_A_CALL) {
    const MetricDataQueries = questions.slice(from, from + QUERIES_A_CALL).map((each) => queryOf(each, window));
    const asked = { MetricDataQueries, StartTime: new Date(window.fromMs), EndTime: new Date(window.untilMs) };
    for await (const { MetricDataResults = [] } of paginateGetMetricData({ client }, asked)) {
      results.push(...MetricDataResults);
    }
  }
  return figuresOf(questions, results);
}

function questionsOf(subjects: readonly Subject[]): readonly Question[] {
  const columns = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];
  return subjects
    .flatMap((subject) => columns.flatMap((column) => STATISTICS.map((statistic) => ({ subject, column, statistic }))))
    .map((question, index) => ({ ...question, id: `q${index}` }));
}

function queryOf({ id, subject, column, statistic }: Question, { periodSeconds }: AlignedWindow): MetricDataQuery {
  return {
    Id: id,
    MetricStat: {
      Metric: {
        Namespace: METRIC_NAMESPACE,
        MetricName: COLUMNS[column],
        Dimensions: Object.entries(subject.dimensions).map(([Name, Value]) => ({ Name, Value })),
      },
      Period: periodSeconds,
      Stat: statistic,
    },
  };
}

/** By subject and column. A result may come in several pieces, over several pages. */
function figuresOf(questions: readonly Question[], results: readonly MetricDataResult[]): Answers {
  const byId = Map.groupBy(results, ({ Id }) => Id);
  const answers = new Map<string, LatencyFigures>();
  for (const [place, asked] of Map.groupBy(questions, placeOf)) {
    const values = asked.map(({ id, statistic }) => [statistic, valuesOf(byId.get(id) ?? [])] as const);
    const figures = mergedFigures(windowParts(new Map(values)));
    if (figures !== undefined) {
      answers.set(place, figures);
    }
  }
  return answers;
}

function placeOf({ subject, column }: Pick<Question, 'subject' | 'column'>): string {
  return `${column} ${keyOf(subject)}`;
}

/** Values by the instant at which their period begins. */
function valuesOf(results: readonly MetricDataResult[]): ReadonlyMap<number, number> {
  return new Map(
    results.flatMap(({ Timestamps = [], Values = [] }) =>
      Timestamps.map((timestamp, index) => [timestamp.getTime(), Values[index] ?? Number.NaN] as const),
    ),
  );
}

function windowParts(values: ReadonlyMap<string, ReadonlyMap<number, number>>): readonly WindowPart[] {
  const counts = values.get('SampleCount') ?? new Map<number, number>();
  return [...counts].map(([atMs, count]) => {
    const at = (percentile: number): number => values.get(`p${percentile}`)?.get(atMs) ?? Number.NaN;
    return { count, p50: at(50), p95: at(95), p99: at(99) };
  });
}

function rowsOf(subjects: readonly Subject[], answers: Answers): readonly LatencyRow[] {
  return subjects
    .map((subject) => {
      const ttft = answers.get(placeOf({ subject, column: 'ttft' }));
      const total = answers.get(placeOf({ subject, column: 'total' }));
      return { name: subject.name, ...defined({ ttft, total }) };
    })
    .filter(({ ttft, total }) => ttft !== undefined || total !== undefined);
}
