import { Duration } from 'aws-cdk-lib';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Environment } from '../environment-file.ts';
import { addressMetrics } from './address-metrics.ts';
import type { AlarmPlan, CompositePlan } from './alarm-plan.ts';
import { EXCESS, excess } from './excess.ts';
import { environmentMetric } from './gateway-metrics.ts';
import { percent } from './percent.ts';

/** The page for everything that callers see fail. Other alarms are mute while it is on. */
export const CALLERS_GET_ERRORS = 'callers get errors';

/**
 * Two windows each: the long one says that it matters, the short one that it still goes on. Of a total outage both tell within minutes. A burn of 14.4 spends a month's budget in two
 * days, one of 6 in five. Source: Google, "The Site Reliability Workbook", chapter 5, "Alerting on SLOs".
 */
const BURNS = {
  fast: { rate: 14.4, windows: [Duration.minutes(5), Duration.hours(1)] },
  slow: { rate: 6, windows: [Duration.minutes(30), Duration.hours(6)] },
} as const;

type Burn = keyof typeof BURNS;

/** What callers see fail, in two ways of looking: the error budget, and Lambda's own count of its answers. */
export function errorAlarms(environment: Environment, gateway: IFunction): readonly AlarmPlan[] {
  return [addressErrors(environment, gateway), ...burns(environment, 'fast'), ...burns(environment, 'slow')];
}

/** What is told of them. `canary`: the alarm of the call from outside, where there is one. */
export function errorComposites(environment: Environment, canary: string | undefined): readonly CompositePlan[] {
  const { availability } = environment.aws.alarms;
  return [
    {
      name: CALLERS_GET_ERRORS,
      severity: 'page',
      description: 'Requests fail through no fault of their callers. The alarms below it say which way it was seen.',
      first: 'Which alarm is its cause, and the version in the failed lines: after a deployment, roll back.',
      query: 'Failed requests',
      anyOf: [['the address answers 5xx'], burnNames('fast'), ...(canary === undefined ? [] : [[canary]])],
    },
    {
      name: 'the error budget burns slowly',
      severity: 'ticket',
      description: `At this pace a month's budget of ${percent(1 - availability)} failed requests is spent in five days.`,
      first: 'Failed requests by code and route over six hours.',
      query: 'Failed requests',
      anyOf: [burnNames('slow')],
      mutedBy: CALLERS_GET_ERRORS,
    },
  ];
}

/** Sees what no log line tells: answers of Lambda's own, and those of a function that cannot write its lines. */
function addressErrors({ aws: { alarms, form } }: Environment, gateway: IFunction): AlarmPlan {
  const { requests, serverErrors } = addressMetrics(gateway, form);
  return {
    name: 'the address answers 5xx',
    severity: 'part',
    heading: CALLERS_GET_ERRORS,
    description: 'Lambda counts answers of status 500 and more at the address, its own among them.',
    first: "Whether the gateway's own count of errors agrees; where it does not, Lambda answers in its place.",
    query: 'Failed requests',
    metric: excess({
      counted: serverErrors,
      all: requests,
      share: BURNS.fast.rate * (1 - alarms.availability),
      label: 'Answers of 5xx above what may be',
    }),
    threshold: EXCESS,
    periods: [2, 3],
  };
}

function burns({ name, aws: { alarms } }: Environment, burn: Burn): readonly AlarmPlan[] {
  const { rate, windows } = BURNS[burn];
  const share = rate * (1 - alarms.availability);
  return windows.map((period) => ({
    name: burnName(burn, period),
    severity: 'part',
    heading: burn === 'fast' ? CALLERS_GET_ERRORS : 'the error budget burns slowly',
    description: `More than ${percent(share)} of the requests failed in ${period.toHumanString()}.`,
    first: 'Failed requests by code and route.',
    query: 'Failed requests',
    metric: excess({
      counted: environmentMetric(name, 'Errors', 'Sum'),
      all: environmentMetric(name, 'Errors', 'SampleCount'),
      share,
      label: 'Failed requests above what may be',
      period,
    }),
    threshold: EXCESS,
    periods: [1, 1],
  }));
}

function burnName(burn: Burn, period: Duration): string {
  return `the error budget burns ${burn === 'fast' ? 'fast' : 'slowly'} over ${period.toHumanString()}`;
}

function burnNames(burn: Burn): readonly string[] {
  return BURNS[burn].windows.map((period) => burnName(burn, period));
}
