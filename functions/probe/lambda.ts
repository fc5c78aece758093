import { lambdaEnvironment } from '../gateway/adapters/lambda-environment.ts';
import { composeProber } from './compose-prober.ts';
import { probeLines } from './core/probe-lines.ts';

/** The prober as a scheduled Lambda function. What it has learnt stays with the instance from run to run. */
const environment = lambdaEnvironment();
const run = composeProber(environment);

/** What an invocation by hand shows: `aws lambda invoke`. */
export interface ProbeSummary {
  readonly probed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** One run. Fails where the statistics could not be read or written, which is what its alarm watches: a provider's failure is not the prober's. */
export async function handler(): Promise<ProbeSummary> {
  const done = await run();
  // Not through the console: with JSON logging it would wrap the lines, and CloudWatch would find no metrics.
  process.stdout.write(`${probeLines(done, environment.name, Date.now()).join('\n')}\n`);
  if (done.storeFailures.length > 0) {
    throw new Error(`DynamoDB did not ${[...new Set(done.storeFailures)].join(', ')}.`);
  }
  return {
    probed: done.records.length,
    failed: done.records.filter(({ failure }) => failure !== undefined).length,
    skipped: done.skipped.length,
  };
}
