import { Duration } from 'aws-cdk-lib';
import { MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import type { Environment } from '../environment-file.ts';
import type { AlarmPlan, CompositePlan } from './alarm-plan.ts';
import { CALLERS_GET_ERRORS } from './error-alarms.ts';
import { excess } from './excess.ts';
import { attemptMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';

/** With fewer in one window nothing is known. */
const MIN_FAILURES = 3;

/**
 * So many failures more than the allowed share are believed, in a quarter of an hour. Of one deployment: simulated traffic of 1 to 1,000
 * calls in five minutes at half the share tells falsely less than once in a year.
 */
const EXCESS_OF_DEPLOYMENT = 5;

/** A deployment that is set aside for a wrong credential gets a call in five minutes: of those nearly all fail. */
const NEARLY_ALL = 0.8;

/** The share of rate limits that is more than a busy minute. */
const RATE_LIMITED_SHARE = 0.2;

/** One deployment fails, answers nothing any more, or is rate-limited for most of a working day. */
export function deploymentAlarms(environment: Environment): readonly AlarmPlan[] {
  return Object.entries(environment.config.deployments).flatMap(([deployment, { provider }]) => [
    fails(environment, provider, deployment),
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
    anyOf: deployments.flatMap(([name]) => [[failsName(name)], [downName(name)]]),
    mutedBy: CALLERS_GET_ERRORS,
  }));
}

function failsName(deployment: string): string {
  return `deployment ${deployment} fails`;
}

function downName(deployment: string): string {
  return `deployment ${deployment} is down`;
}

/** Within a quarter of an hour of what breaks many calls. */
function fails({ name, aws: { alarms } }: Environment, provider: string, deployment: string): AlarmPlan {
  const of = { environment: name, provider, deployment };
  return {
    ...OF_PROVIDER,
    name: failsName(deployment),
    description: `More than ${percent(alarms.providerErrorRate)} of the calls to ${deployment} (${provider}) failed in fifteen minutes.`,
    metric: excess({
      counted: attemptMetric(of, 'Errors', 'Sum'),
      all: attemptMetric(of, 'Errors', 'SampleCount'),
      share: alarms.providerErrorRate,
      label: 'Failed calls above what may be',
      period: Duration.minutes(15),
    }),
    threshold: EXCESS_OF_DEPLOYMENT,
    periods: [1, 1],
  };
}

/** Of the few calls that one gets which is set aside: two windows in a row, since each has little to tell. */
function down({ name, aws: { alarms } }: Environment, provider: string, deployment: string): AlarmPlan {
  return {
    ...OF_PROVIDER,
    name: downName(deployment),
    description: `Nearly all of the few calls to ${deployment} (${provider}) failed for forty minutes.`,
    metric: shareOfCalls({ environment: name, provider, deployment }, 'Errors', Duration.minutes(20)),
    threshold: Math.max(alarms.providerErrorRate, NEARLY_ALL),
    periods: [2, 2],
  };
}

const OF_PROVIDER = {
  severity: 'part',
  heading: 'a provider is down',
  first: 'Why its attempts failed. A wrong credential counts too.',
  query: 'Failed attempts by reason',
} as const;

function rateLimited({ name }: Environment, provider: string, deployment: string): AlarmPlan {
  return {
    name: `deployment ${deployment} is rate-limited all day`,
    severity: 'ticket',
    heading: 'a deployment is rate-limited all day',
    description: `${provider} turned away more than ${percent(RATE_LIMITED_SHARE)} of the calls to ${deployment} in six of eight hours.`,
    first: 'Its share of the traffic, and requestsPerMinute and tokensPerMinute in the environment file.',
    query: 'Rate limits by deployment',
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
