import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import type { AttemptMetric, RequestMetric } from '../../functions/gateway/core/metrics/metric-names.ts';
import { byDeployment, byRoute, requestMetric } from './gateway-metrics.ts';
import { metricGraph, searchGraph } from './search-graph.ts';

const PERCENTILES = ['p50', 'p95', 'p99'];

/** How a search's finds are named in a graph. */
const ROUTE_LABEL = `\${PROP('Dim.Model')}`;
const DEPLOYMENT_LABEL = `\${PROP('Dim.Deployment')}`;

/** What callers get: latencies by route and by deployment, traffic, failures, tokens and dollars. One row each. */
export function serviceWidgets(environment: string): readonly IWidget[][] {
  return [
    overviewRow(environment),
    ...(['TimeToFirstToken', 'InvocationLatency'] as const).flatMap((metric) => [
      routeRow(environment, metric),
      deploymentRow(environment, metric),
    ]),
    trafficRow(environment),
    failureRow(environment),
    costRow(environment),
  ];
}

const LATENCY_TITLES = { TimeToFirstToken: 'Time to first token', InvocationLatency: 'Latency of whole answers' };

function overviewRow(environment: string): IWidget[] {
  const titles = { ...LATENCY_TITLES, GatewayOverhead: "The gateway's own share" };
  return (['TimeToFirstToken', 'InvocationLatency', 'GatewayOverhead'] as const).map((metric) =>
    metricGraph(titles[metric], percentiles(environment, metric), 'ms'),
  );
}

function percentiles(environment: string, metric: RequestMetric): readonly IMetric[] {
  return PERCENTILES.map((statistic) => requestMetric(environment, metric, statistic).with({ label: statistic }));
}

function routeRow(environment: string, metric: keyof typeof LATENCY_TITLES): IWidget[] {
  return PERCENTILES.map((statistic) =>
    searchGraph({
      title: `${LATENCY_TITLES[metric]} by route, ${statistic}`,
      searches: [{ expression: byRoute(environment, metric, statistic), label: ROUTE_LABEL }],
      unit: 'ms',
    }),
  );
}

function deploymentRow(environment: string, metric: keyof typeof LATENCY_TITLES): IWidget[] {
  return PERCENTILES.map((statistic) =>
    searchGraph({
      title: `${LATENCY_TITLES[metric]} by deployment, ${statistic}`,
      searches: [{ expression: byDeployment(environment, metric, statistic), label: DEPLOYMENT_LABEL }],
      unit: 'ms',
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
      [requestMetric(environment, 'Attempts', 'Average').with({ label: 'calls' })],
      'calls',
    ),
  ];
}

function failureRow(environment: string): IWidget[] {
  const counts: readonly RequestMetric[] = ['Errors', 'Failovers', 'Throttles', 'Hedges', 'StreamCuts'];
  const metrics = counts.map((name) => requestMetric(environment, name, 'Sum').with({ label: name }));
  return [
    metricGraph('Requests: errors, failovers, throttles, hedges, stream cuts', metrics, 'requests'),
    deploymentCount(environment, { title: 'Failures by deployment', metric: 'Errors', statistic: 'Sum' }),
    deploymentCount(environment, { title: 'Rate limits by deployment', metric: 'Throttles', statistic: 'Sum' }),
  ];
}

function costRow(environment: string): IWidget[] {
  const tokens: readonly RequestMetric[] = ['InputTokenCount', 'OutputTokenCount'];
  const metrics = tokens.map((name) => requestMetric(environment, name, 'Sum').with({ label: name }));
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

interface DeploymentCount {
  readonly title: string;
  readonly metric: AttemptMetric;
  readonly statistic: string;
  readonly unit?: string;
}

function deploymentCount(environment: string, { title, metric, statistic, unit = 'calls' }: DeploymentCount): IWidget {
  const searches = [{ expression: byDeployment(environment, metric, statistic), label: DEPLOYMENT_LABEL }];
  return searchGraph({ title, searches, unit, stacked: true });
}

/** One deployment's latencies and failures. `deployment` may be text that the dashboard replaces by what the reader picks. */
export function pickedDeploymentWidgets(environment: string, deployment: string): IWidget[] {
  const searches = (metric: AttemptMetric, statistics: readonly string[]) =>
    statistics.map((statistic) => ({
      expression: byDeployment(environment, metric, statistic, deployment),
      label: statistic,
    }));
  const failures = (['Errors', 'Throttles', 'StreamCuts'] as const).map((metric) => ({
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
    searchGraph({ title: 'Failures, rate limits, stream cuts', searches: failures, unit: 'calls' }),
  ];
}
