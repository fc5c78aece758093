import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import {
  type DEPLOYMENT_METRICS,
  DIMENSION_SETS,
  type FleetMetric,
  METRIC_NAMESPACE,
  type PROBE_METRICS,
  type PROVIDER_METRICS,
  type RequestMetric,
  type ROUTE_METRICS,
} from '../../functions/gateway/core/metrics/metric-names.ts';

/** A metric of a whole environment: of its requests, or of the fleet. `statistic` as CloudWatch writes it: `p99`, `Sum`, `SampleCount`. */
export function environmentMetric(
  environment: string,
  name: RequestMetric | FleetMetric | keyof typeof PROBE_METRICS,
  statistic: string,
  period: Duration = Duration.minutes(5),
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { Environment: environment },
    statistic,
    period,
  });
}

/** A metric of the calls to one deployment. */
export function attemptMetric(
  of: { readonly environment: string; readonly provider: string; readonly deployment: string },
  name: (typeof DEPLOYMENT_METRICS)[number],
  statistic: string,
): Metric {
  return new Metric({
    namespace: METRIC_NAMESPACE,
    metricName: name,
    dimensionsMap: { Environment: of.environment, Provider: of.provider, Deployment: of.deployment },
    statistic,
    period: Duration.minutes(5),
  });
}

/** A search for a metric of every route that CloudWatch knows of: new ones appear by themselves. */
export function byRoute(environment: string, name: (typeof ROUTE_METRICS)[number], statistic: string): string {
  return search(DIMENSION_SETS.route, `MetricName="${name}" Environment="${environment}"`, statistic);
}

/** A search for a metric of every provider. */
export function byProvider(environment: string, name: (typeof PROVIDER_METRICS)[number], statistic: string): string {
  return search(DIMENSION_SETS.provider, `MetricName="${name}" Environment="${environment}"`, statistic);
}

/** A search for a metric of every deployment; `deployment` keeps to that one. */
export function byDeployment(
  environment: string,
  name: (typeof DEPLOYMENT_METRICS)[number],
  statistic: string,
  deployment?: string,
): string {
  const one = deployment === undefined ? '' : ` Deployment="${deployment}"`;
  return search(DIMENSION_SETS.deployment, `MetricName="${name}" Environment="${environment}"${one}`, statistic);
}

function search(dimensions: readonly string[], terms: string, statistic: string): string {
  return `SEARCH('{${[METRIC_NAMESPACE, ...dimensions].join(',')}} ${terms}', '${statistic}')`;
}
