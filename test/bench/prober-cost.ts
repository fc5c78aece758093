import { costUsd } from '../../functions/gateway/core/model/cost.ts';
import type { Deployment } from '../../functions/gateway/core/model/gateway-config.ts';
import { usageAtMost } from '../../functions/gateway/core/probe/probe.ts';
import { modelDirectory } from '../../functions/gateway/core/routing/model-directory.ts';
import { PACES } from '../../functions/gateway/core/statistics/sums.ts';
import { probeLines } from '../../functions/probe/core/probe-lines.ts';
import { readEnvironment } from '../../infra/environment-file.ts';

/*
 * What the prober costs in US dollars a month of 30 days, at the most: when nobody calls for the whole month. `npm run bench:prober-cost`.
 *
 * Assumptions: prices of us-east-1 (Lambda on arm64, DynamoDB on demand); a probe takes a second, four at once; every answer is as long as was
 * asked for, though it is hung up on at the first token; prices and models of infra/environments/prod.json.
 */
const PRICES = {
  lambdaGbSecond: 0.000_013_333_4,
  lambdaRequest: 0.2 / 1e6,
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** A month; charged by the hour, and only once where traffic writes the same metric. */
  metric: 0.3,
  logByte: 0.5 / 1e9,
};
const MINUTES_A_MONTH = 30 * 24 * 60;
const INTERVALS = [1, 2, 5, 10];
const COUNTS = [3, 7, 20];
const PROBE_SECONDS = 1;
const LANES = 4;
/** Reading, writing and waking. */
const AROUND_SECONDS = 0.2;
/** Of a deployment's line: errors, dollars. Of the run's: dollars. */
const METRICS_A_DEPLOYMENT = 2;

const file = readEnvironment('prod');
if (file.kind === 'invalid') {
  throw new Error(file.message);
}
const { config, aws } = file.environment;
const deployments = [...modelDirectory(config).deployments.values()];
const probeDollars = deployments.map((deployment) => costUsd(usageAtMost(deployment), deployment) ?? 0);
const meanProbeDollars = probeDollars.reduce((sum, dollars) => sum + dollars, 0) / probeDollars.length;

interface MonthlyCost {
  readonly tokens: number;
  readonly lambda: number;
  readonly dynamoDb: number;
  readonly logs: number;
  readonly metrics: number;
}

function monthly(everyMinutes: number, count: number): MonthlyCost {
  const runs = MINUTES_A_MONTH / everyMinutes;
  const seconds = Math.ceil(count / LANES) * PROBE_SECONDS + AROUND_SECONDS;
  // An ejection, and this epoch and the one before of each memory.
  const readUnits = count * (1 + 2 * PACES.length) * 0.5;
  const writeUnits = count * PACES.length;
  return {
    tokens: runs * count * meanProbeDollars,
    lambda: runs * (seconds * (aws.memoryMb / 1024) * PRICES.lambdaGbSecond + PRICES.lambdaRequest),
    dynamoDb: runs * (readUnits * PRICES.readUnit + writeUnits * PRICES.writeUnit),
    logs: runs * (count * lineBytes(deployments[0]) + lineBytes(undefined)) * PRICES.logByte,
    metrics: (count * METRICS_A_DEPLOYMENT + 1) * PRICES.metric,
  };
}

/** Of the line of a probe, or of the run's. */
function lineBytes(deployment: Deployment | undefined): number {
  const records = deployment === undefined ? [] : [{ deployment, startedAtMs: 0, ttftMs: 412.5, totalMs: 413.7 }];
  const [line = ''] = probeLines({ records, skipped: [], storeFailures: [], tookMs: 1000 }, 'prod', 0);
  return line.length;
}

function dollars(amount: number): string {
  return amount.toFixed(2);
}

const byCount = COUNTS.flatMap((count) =>
  INTERVALS.map((everyMinutes) => {
    const { tokens, lambda, dynamoDb, logs, metrics } = monthly(everyMinutes, count);
    const all = [tokens, lambda, dynamoDb, logs, metrics];
    const sum = all.reduce((total, amount) => total + amount, 0);
    return `| ${count} | ${everyMinutes} | ${[...all, sum].map(dollars).join(' | ')} |`;
  }),
);
const byDeployment = deployments.map((deployment, index) => {
  const each = probeDollars[index] ?? 0;
  const months = INTERVALS.map((everyMinutes) => dollars((each * MINUTES_A_MONTH) / everyMinutes));
  return `| ${deployment.id} | ${(each * 1e6).toFixed(1)} | ${months.join(' | ')} |`;
});

process.stdout.write(
  [
    'The prober, dollars a month at the most: nobody calls, every run asks every deployment.',
    `Tokens at the mean price of the deployments of prod.json; ${aws.memoryMb} MB.`,
    '',
    '| deployments | minutes between runs | tokens | Lambda | DynamoDB | logs | metrics | together |',
    '|---|---|---|---|---|---|---|---|',
    ...byCount,
    '',
    `Tokens alone, by deployment: dollars a million probes, and a month at ${INTERVALS.join(', ')} minutes between runs.`,
    '',
    `| deployment | a million probes | ${INTERVALS.map((minutes) => `${minutes} min`).join(' | ')} |`,
    `|---|---|${INTERVALS.map(() => '---|').join('')}`,
    ...byDeployment,
    '',
  ].join('\n'),
);
