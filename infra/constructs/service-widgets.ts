import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { DEPLOYMENT_METRICS, RequestMetric } from '../../functions/gateway/core/metrics/metric-names.ts';
import type { DeployedVersion } from '../deployed-version.ts';
import type { Environment } from '../environment-file.ts';
import { byDeployment, byProvider, byRoute, environmentMetric } from './gateway-metrics.ts';
import { type GraphMarks, metricGraph, searchGraph } from './search-graph.ts';

const PERCENTILES = ['p50', 'p95', 'p99'];

/** How a search's finds are named in a graph. */
const ROUTE_LABEL = `\${PROP('Dim.Route')}`;
const PROVIDER_LABEL = `\${PROP('Dim.Provider')}`;
const DEPLOYMENT_LABEL = `\${PROP('Dim.Deployment')}`;

/** What callers get: latencies by route, by provider and by deployment, traffic, failures, tokens and dollars. */
export function serviceWidgets(environment: Environment, version: DeployedVersion | undefined): readonly IWidget[][] {
  const { name } = environment;
  const marks = {
    TimeToFirstToken: marksOf('TimeToFirstToken', environment, version),
    InvocationLatency: marksOf('InvocationLatency', environment, version),
  };
  return [
    overviewRow(name, marks),
    ...LATENCIES.flatMap((metric) => [
      latencyRow(metric, 'route', marks[metric], (statistic) => byRoute(name, metric, statistic)),
      latencyRow(metric, 'provider', marks[metric], (statistic) => byProvider(name, metric, statistic)),
      latencyRow(metric, 'deployment', marks[metric], (statistic) => byDeployment(name, metric, statistic)),
    ]),
    trafficRow(name),
    failureRow(name, version),
    costRow(name),
  ];
}

const LATENCIES = ['TimeToFirstToken', 'InvocationLatency'] as const;
type Latency = (typeof LATENCIES)[number];
const LATENCY_TITLES = { TimeToFirstToken: 'Time to first token', InvocationLatency: 'Latency of whole answers' };
const LABELS = { route: ROUTE_LABEL, provider: PROVIDER_LABEL, deployment: DEPLOYMENT_LABEL };

function marksOf(metric: Latency, { aws: { alarms } }: Environment, version: DeployedVersion | undefined): GraphMarks {
  const value = metric === 'TimeToFirstToken' ? alarms.ttftP99Ms : alarms.latencyP99Ms;
  return { limit: { value, label: 'p99 must not be above' }, version };
}

function overviewRow(environment: string, marks: Readonly<Record<Latency, GraphMarks>>): IWidget[] {
  return [
    ...LATENCIES.map((metric) =>
      metricGraph(LATENCY_TITLES[metric], percentiles(environment, metric), 'ms', marks[metric]),
    ),
    metricGraph("The gateway's own share", percentiles(environment, 'GatewayOverhead'), 'ms'),
  ];
}

function percentiles(environment: string, metric: RequestMetric): readonly IMetric[] {
  return PERCENTILES.map((statistic) => environmentMetric(environment, metric, statistic).with({ label: statistic }));
}

function latencyRow(
  metric: Latency,
  by: keyof typeof LABELS,
  marks: GraphMarks,
  search: (statistic: string) => string,
): IWidget[] {
  return PERCENTILES.map((statistic) =>
    searchGraph({
      title: `${LATENCY_TITLES[metric]} by ${by}, ${statistic}`,
      searches: [{ expression: search(statistic), label: LABELS[by] }],
      unit: 'ms',
      // The limit is for the p99 alone.
      marks: statistic === 'p99' ? marks : { version: marks.version },
    }),
  );
}

function trafficRow(environment: string): IWidget[] {
  return [
    deploymentCount(environment, {
      title: 'Traffic share: calls by deployment',
      metric: 'Errors',
      statistic: 'SampleCount',
    }),
    searchGraph({
      title: 'Requests by route',
      searches: [{ expression: byRoute(environment, 'Errors', 'SampleCount'), label: ROUTE_LABEL }],
      unit: 'requests',
      stacked: true,
    }),
    metricGraph(
      'Upstream calls a request',
      [environmentMetric(environment, 'Attempts', 'Average').with({ label: 'calls' })],
      'calls',
    ),
  ];
}

function failureRow(environment: string, version: DeployedVersion | undefined): IWidget[] {
  const counts: readonly RequestMetric[] = ['Errors', 'Failovers', 'Throttles', 'Hedges', 'StreamCuts'];
  const metrics = counts.map((name) => environmentMetric(environment, name, 'Sum').with({ label: name }));
  return [
    metricGraph('Requests: errors, failovers, throttles, hedges, stream cuts', metrics, 'requests', { version }),
    deploymentCount(environment, { title: 'Failures by deployment', metric: 'Errors', statistic: 'Sum' }),
    deploymentCount(environment, { title: 'Rate limits by deployment', metric: 'Throttles', statistic: 'Sum' }),
    searchGraph({
      title: 'Stream cuts by provider',
      searches: [{ expression: byProvider(environment, 'StreamCuts', 'Sum'), label: PROVIDER_LABEL }],
      unit: 'calls',
      stacked: true,
    }),
  ];
}

function costRow(environment: string): IWidget[] {
  const tokens: readonly RequestMetric[] = ['InputTokenCount', 'OutputTokenCount'];
  const metrics = tokens.map((name) => environmentMetric(environment, name, 'Sum').with({ label: name }));
  return [
    metricGraph('Tokens', metrics, 'tokens'),
    deploymentCount(environment, {
      title: 'Dollars by deployment',
      metric: 'CostUSD',
      statistic: 'Sum',
      unit: 'US dollars',
    }),
    searchGraph({
      title: 'Dollars by route',
      searches: [{ expression: byRoute(environment, 'CostUSD', 'Sum'), label: ROUTE_LABEL }],
      unit: 'US dollars',
      stacked: true,
    }),
  ];
}

type DeploymentMetric = (typeof DEPLOYMENT_METRICS)[number];

interface DeploymentCount {
  readonly title: string;
  readonly metric: DeploymentMetric;
  readonly statistic: string;
  readonly unit?: string;
}

function deploymentCount(environment: string, { title, metric, statistic, unit = 'calls' }: DeploymentCount): IWidget {
  const searches = [{ expression: byDeployment(environment, metric, statistic), label: DEPLOYMENT_LABEL }];
  return searchGraph({ title, searches, unit, stacked: true });
}

/** One deployment's latencies and failures. `deployment` may be text that the dashboard replaces by what the reader picks. */
export function pickedDeploymentWidgets(environment: string, deployment: string): IWidget[] {
  const searches = (metric: DeploymentMetric, statistics: readonly string[]) =>
    statistics.map((statistic) => ({
      expression: byDeployment(environment, metric, statistic, deployment),
      label: statistic,
    }));
  const failures = (['Errors', 'Throttles'] as const).map((metric) => ({
    expression: byDeployment(environment, metric, 'Sum', deployment),
    label: metric,
  }));
  return [
    searchGraph({
      title: LATENCY_TITLES.TimeToFirstToken,
      searches: searches('TimeToFirstToken', PERCENTILES),
      unit: 'ms',
    }),
    searchGraph({
      title: LATENCY_TITLES.InvocationLatency,
      searches: searches('InvocationLatency', PERCENTILES),
      unit: 'ms',
    }),
    searchGraph({ title: 'Failures and rate limits', searches: failures, unit: 'calls' }),
  ];
}
