import { lambdaEnvironment } from '../gateway/adapters/lambda-environment.ts';
import { systemClock } from '../gateway/adapters/system-clock.ts';
import { loadSpoken } from '../gateway/load-spoken.ts';
import { callFromOutside } from './canary.ts';
import { composeProber } from './compose-prober.ts';
import { canaryLine } from './core/canary-line.ts';
import { probeLines } from './core/probe-lines.ts';

/** The prober as a scheduled Lambda function. What it has learnt stays with the instance from run to run. */
const environment = lambdaEnvironment();
await loadSpoken(environment.config);
const run = composeProber(environment);

/** What an invocation by hand shows: `aws lambda invoke`. */
export interface ProbeSummary {
  readonly probed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One run. Fails where the statistics could not be read or written, which is what its alarm watches: a provider's failure is not the prober's. */
export async function handler(): Promise<ProbeSummary> {
  const [done, canary] = await Promise.all([run(), canaryLines()]);
  // Not through the console: with JSON logging it would wrap the lines, and CloudWatch would find no metrics.
  const lines = probeLines(done, environment.name, Date.now(), environment.version);
  process.stdout.write(`${[...lines, ...canary].join('\n')}\n`);
  if (done.storeFailures.length > 0) {
    throw new Error(`DynamoDB did not ${[...new Set(done.storeFailures)].join(', ')}.`);
  }
  return {
    probed: done.records.length,
    failed: done.records.filter(({ failure }) => failure !== undefined).length,
    skipped: done.skipped.length,
  };
}

/** Of the call from outside, where the stack gives the gateway's address. */
async function canaryLines(): Promise<readonly string[]> {
  const baseUrl = process.env.NEMO_BASE_URL;
  if (baseUrl === undefined) {
    return [];
  }
  const { name, version, credentials } = environment;
  const result = await callFromOutside({ baseUrl, credentials, nowMs: systemClock.nowMs });
  return [canaryLine(result, name, Date.now(), version)];
}
