import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import {
  DEPLOYMENT_METRICS,
  FLEET_METRICS,
  PROBE_METRICS,
  PROVIDER_METRICS,
  REQUEST_METRICS,
  ROUTE_METRICS,
} from '../../functions/gateway/core/metrics/metric-names.ts';
import { costUsd } from '../../functions/gateway/core/model/cost.ts';
import { SOON } from '../../functions/gateway/core/probe/due-looks.ts';
import { usageAtMost } from '../../functions/gateway/core/probe/probe.ts';
import { modelDirectory } from '../../functions/gateway/core/routing/model-directory.ts';
import { arrayMember } from '../../functions/gateway/core/wire/json.ts';
import type { Environment } from '../../infra/environment-file.ts';
import { shipped, templateOf } from '../infra/synthesised.ts';
import { attemptRecord, requestRecord } from '../support/request-records.ts';
import { DOLLARS_PER_MILLION, defaultSettings, MEAN_CALL_MS, statisticsCost } from './statistics-cost-model.ts';

/*
 * What an environment costs in AWS in US dollars, without the providers' own bills: while idle, per million calls by the function's memory,
 * and where containers begin to cost less. `npm run bench:bill`.
 *
 * On-demand list prices of us-east-1, without the free tiers: AWS's pricing pages of Lambda, DynamoDB, CloudWatch, Secrets Manager and EC2
 * data transfer. Calls of 5 s, streamed, of 500 tokens, each served by the first deployment asked; ten deployments; limited keys.
 */
const LAMBDA = { gbSecondArm64: 0.0000133334, millionRequests: 0.2 };
const LOGS = { gbTakenIn: 0.5, gbMonthKept: 0.03 };
const TRANSFER = { gbOut: 0.09 };
const MONTH = { alarmMetric: 0.1, compositeAlarm: 0.5, dashboard: 3, secret: 0.4, metric: 0.3 };
const SECONDS_A_MONTH = 30 * 24 * 3600;

const MEMORIES_MB = [256, 512, 1024];
const DEPLOYMENTS = 10;
const CALLS_PER_SECOND = 10;
/** A reservation and a settlement of a key with limits; its record is read every half minute. */
const KEY_WRITES_PER_CALL = 2;
/** Lambda's own lines of a call: its start and its report. */
const PLATFORM_LOG_BYTES = 900;
/** A chunk of one token as the gateway sends it, with everything around it. */
const CHUNK_BYTES = 260;
const TOKENS = 500;
/** The prompt to the provider and the events that come back in. */
const PROMPT_BYTES = 8000;

/**
 * A small set-up of a gateway in containers: two Fargate tasks, a load balancer, Postgres, Redis and a NAT gateway. An estimate of list
 * prices; LiteLLM's own module for AWS makes these parts, and larger ones.
 */
const CONTAINERS_A_MONTH = 380;

const GB = 1e9;

interface Line {
  readonly what: string;
  readonly dollars: number;
}

/** Per million calls, but for Lambda's time. */
function callLines(): readonly Line[] {
  const { dollarsPerMillionCalls } = statisticsCost(CALLS_PER_SECOND, DEPLOYMENTS, defaultSettings());
  const gbLogged = ((logBytes() + PLATFORM_LOG_BYTES) * 1e6) / GB;
  return [
    { what: 'Lambda: requests', dollars: LAMBDA.millionRequests },
    { what: 'DynamoDB: statistics', dollars: dollarsPerMillionCalls },
    { what: 'DynamoDB: keys with limits', dollars: KEY_WRITES_PER_CALL * DOLLARS_PER_MILLION.writeUnits },
    { what: 'CloudWatch: logs, kept for a month', dollars: gbLogged * (LOGS.gbTakenIn + LOGS.gbMonthKept) },
    {
      what: 'Data out, to callers and providers',
      dollars: ((TOKENS * CHUNK_BYTES + PROMPT_BYTES) * 1e6 * TRANSFER.gbOut) / GB,
    },
  ];
}

/** The two lines of a request with four candidates, served by the first. */
function logBytes(): number {
  const candidates = ['openai/small', 'anthropic/small', 'google/small', 'bedrock/small'].map((deployment) => ({
    deployment,
    score: 312.456789,
    state: 'healthy' as const,
  }));
  const usage = { input: 2000, output: TOKENS };
  const record = requestRecord({
    candidates,
    keyName: 'service',
    attempts: [attemptRecord({ usage, costUsd: 0.0015 })],
  });
  return embeddedMetricLines(record, 'prod', record.startedAtMs).reduce((sum, line) => sum + line.length + 1, 0);
}

/** By the month, with no call at all. */
function idleLines(environment: Environment): readonly Line[] {
  const template = templateOf(environment);
  const alarms = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  const composites = Object.keys(template.findResources('AWS::CloudWatch::CompositeAlarm')).length;
  // An alarm over an expression is paid for by each metric in it.
  const watched = alarms.map(
    ({ Properties }) =>
      arrayMember(Properties, 'Metrics').filter((metric) => 'MetricStat' in Object(metric)).length || 1,
  );
  return [
    { what: `${alarms.length} alarms`, dollars: watched.reduce((sum, count) => sum + count, 0) * MONTH.alarmMetric },
    { what: `${composites} composite alarms`, dollars: composites * MONTH.compositeAlarm },
    { what: 'dashboard', dollars: MONTH.dashboard },
    { what: 'secret', dollars: MONTH.secret },
  ];
}

/** By the month, where every route and every deployment is used in each hour of it: CloudWatch charges a metric by the hour. */
function metricLine({ config }: Environment): Line {
  const routes = Object.keys(config.routes).length;
  const deployments = Object.keys(config.deployments).length;
  const providers = new Set(Object.values(config.deployments).map(({ provider }) => provider)).size;
  const count =
    Object.keys({ ...REQUEST_METRICS, ...FLEET_METRICS, ...PROBE_METRICS }).length +
    ROUTE_METRICS.length * routes +
    PROVIDER_METRICS.length * providers +
    DEPLOYMENT_METRICS.length * deployments;
  return { what: `${count} metrics of ${routes} routes and ${deployments} deployments`, dollars: count * MONTH.metric };
}

/**
 * Probes beside calls, by the month, where every deployment has calls beside which it may be looked at, day and night: rarely while it is what
 * it usually is, often for the share of the time in which it is not, as if callers missed each as much as can be, and every answer were as
 * long as was asked for. At the most: as often as that all the time.
 */
function probeLines({ config }: Environment): readonly Line[] {
  const { probes: settings } = config;
  if (settings === 'off') {
    return [{ what: 'probes beside calls: off', dollars: 0 }];
  }
  const deployments = [...modelDirectory(config).deployments.values()];
  const { everyMs, rareEveryMs } = settings;
  const tokens = deployments.reduce((total, one) => total + (costUsd(usageAtMost(one), one) ?? 0), 0);
  return [DISPLACED_SHARE, 1].map((displaced) => {
    const perDeployment = SECONDS_A_MONTH * 1000 * ((displaced * SOON) / everyMs + (1 - displaced) / rareEveryMs);
    const count = perDeployment * deployments.length;
    const writes = (count * WRITES_PER_PROBE * DOLLARS_PER_MILLION.writeUnits) / 1e6;
    const what = `${(count / 1e6).toFixed(2)} million probes of ${deployments.length} deployments, out of their usual selves for ${displaced * 100} % of the time`;
    return { what, dollars: tokens * perDeployment + writes };
  });
}

/** A deployment is slower than usual, or coming back, for so much of the time. */
const DISPLACED_SHARE = 0.1;
/** The claim, and what it has taught to the three memories. */
const WRITES_PER_PROBE = 4;

function sum(lines: readonly Line[]): number {
  return lines.reduce((total, { dollars }) => total + dollars, 0);
}

function lambdaDollars(memoryMb: number): number {
  return (memoryMb / 1024) * (MEAN_CALL_MS / 1000) * LAMBDA.gbSecondArm64 * 1e6;
}

const environment = shipped('prod');
const idle = idleLines(environment);
const metrics = metricLine(environment);
const perMillion = callLines();
const [probes = { what: '', dollars: 0 }, probesAtMost] = probeLines(environment);
const fixed = sum(idle) + metrics.dollars + probes.dollars;

const out: string[] = ['Idle, a month:', '', '| | $ |', '|---|---|'];
out.push(...idle.map(row), row({ what: '**together**', dollars: sum(idle) }));
out.push('', 'In a month of use, besides the calls:', '', '| | $ |', '|---|---|', row(metrics), row(probes));
if (probesAtMost !== undefined) {
  out.push('', `At one a second: ${probesAtMost.what}: ${probesAtMost.dollars.toFixed(2)} dollars.`);
}
out.push('', `A million calls of ${MEAN_CALL_MS / 1000} s:`, '');
out.push(`| | ${MEMORIES_MB.map((memoryMb) => `${memoryMb} MB`).join(' | ')} |`, '|---|---|---|---|');
out.push(`| Lambda: time | ${MEMORIES_MB.map((memoryMb) => lambdaDollars(memoryMb).toFixed(2)).join(' | ')} |`);
out.push(
  ...perMillion.map(({ what, dollars }) => `| ${what} | ${MEMORIES_MB.map(() => dollars.toFixed(2)).join(' | ')} |`),
);
const totals = MEMORIES_MB.map((memoryMb) => lambdaDollars(memoryMb) + sum(perMillion));
out.push(`| **together** | ${totals.map((total) => `**${total.toFixed(2)}**`).join(' | ')} |`);
out.push('', `Containers for ${CONTAINERS_A_MONTH} dollars a month cost less from so many calls a month on:`, '');
out.push(`| | ${MEMORIES_MB.map((memoryMb) => `${memoryMb} MB`).join(' | ')} |`, '|---|---|---|---|');
const breakEven = MEMORIES_MB.map((memoryMb) => breakEvenMillions(memoryMb));
out.push(`| million calls a month | ${breakEven.map((millions) => millions.toFixed(1)).join(' | ')} |`);
out.push(
  `| calls a second, day and night | ${breakEven.map((millions) => ((millions * 1e6) / SECONDS_A_MONTH).toFixed(1)).join(' | ')} |`,
);
process.stdout.write(`${out.join('\n')}\n`);

/** Logs and data out cost the same from containers: they are left out here. */
function breakEvenMillions(memoryMb: number): number {
  const own = perMillion.filter(({ what }) => what.startsWith('Lambda') || what.startsWith('DynamoDB'));
  return (CONTAINERS_A_MONTH - fixed) / (lambdaDollars(memoryMb) + sum(own));
}

function row({ what, dollars }: Line): string {
  return `| ${what} | ${dollars.toFixed(2)} |`;
}
