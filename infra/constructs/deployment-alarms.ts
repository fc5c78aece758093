import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan, CompositePlan } from './alarm-plan.ts';
import { CALLERS_GET_ERRORS } from './error-alarms.ts';
import { attemptMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';

/** An ejected deployment gets a few calls in a quarter of an hour: with fewer failures than this nothing is known. */
const MIN_FAILURES = 3;

/** The share of rate limits that is more than a busy minute. */
const RATE_LIMITED_SHARE = 0.2;

/** One deployment fails, or is rate-limited for most of a working day. */
export function deploymentAlarms(environment: Environment): readonly AlarmPlan[] {
  return Object.entries(environment.config.deployments).flatMap(([deployment, { provider }]) => [
    down(environment, provider, deployment),
    rateLimited(environment, provider, deployment),
  ]);
}

/** One ticket for a provider, however many of its deployments are down, and none while everything is. */
export function providerComposites({ config }: Environment): readonly CompositePlan[] {
  const byProvider = Map.groupBy(Object.entries(config.deployments), ([, { provider }]) => provider);
  return [...byProvider].map(([provider, deployments]) => ({
    name: `${provider} is down`,
    severity: 'ticket',
    heading: 'a provider is down',
    description: `A deployment of ${provider} fails: ${deployments.map(([name]) => name).join(', ')}. Others serve its requests where a route has them.`,
    first: 'Why its attempts failed. A wrong credential counts too.',
    query: 'Failed attempts by reason',
    anyOf: deployments.map(([name]) => [downName(name)]),
    mutedBy: CALLERS_GET_ERRORS,
  }));
}

function downName(deployment: string): string {
  return `deployment ${deployment} is down`;
}

function down({ name, aws: { alarms } }: Environment, provider: string, deployment: string): AlarmPlan {
  return {
    name: downName(deployment),
    severity: 'part',
    heading: 'a provider is down',
    description: `More than ${percent(alarms.providerErrorRate)} of the calls to ${deployment} (${provider}) failed.`,
    first: 'Why its attempts failed. A wrong credential counts too.',
    query: 'Failed attempts by reason',
    metric: shareOfCalls({ environment: name, provider, deployment }, 'Errors', Duration.minutes(15)),
    threshold: alarms.providerErrorRate,
    periods: [1, 2],
  };
}

function rateLimited({ name }: Environment, provider: string, deployment: string): AlarmPlan {
  return {
    name: `deployment ${deployment} is rate-limited all day`,
    severity: 'ticket',
    heading: 'a deployment is rate-limited all day',
    description: `${provider} turned away more than ${percent(RATE_LIMITED_SHARE)} of the calls to ${deployment} in six of eight hours.`,
    first: 'Its share of the traffic, and requestsPerMinute and tokensPerMinute in the environment file.',
    query: 'Deployments compared',
    metric: shareOfCalls({ environment: name, provider, deployment }, 'Throttles', Duration.hours(1)),
    threshold: RATE_LIMITED_SHARE,
    periods: [6, 8],
  };
}

function shareOfCalls(
  of: Parameters<typeof attemptMetric>[0],
  metric: 'Errors' | 'Throttles',
  period: Duration,
): MathExpression {
  return new MathExpression({
    expression: `IF(bad >= ${MIN_FAILURES}, bad / calls, 0)`,
    usingMetrics: { bad: attemptMetric(of, metric, 'Sum'), calls: attemptMetric(of, 'Errors', 'SampleCount') },
    label: `${metric} a call`,
    period,
  });
}
