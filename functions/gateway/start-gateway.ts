import type { LambdaEnvironment } from './adapters/lambda-environment.ts';
import { nextTurn } from './adapters/next-turn.ts';
import type { ComposedGateway } from './compose-gateway.ts';
import { missingCredentials } from './missing-credentials.ts';
import type { PreparedOptions } from './prepared-gateway.ts';
import { sharedStatistics } from './shared-statistics.ts';

/** What differs between the two forms. */
export type StartOptions = Omit<PreparedOptions, 'statistics'>;

/** After so many turns the requests of the first reads are on their way, where DynamoDB is as near as a socket of this machine. */
const TURNS_FIRST = 4;

/**
 * Starts the gateway as a function in AWS has it, in either form, with what its first call would wait for read already.
 *
 * What is loaded when: with this module what the first reads need, a quarter of the code. While the network is at them, the rest, of which
 * a call is rehearsed. Compiled before them, it would put them off by 25 ms.
 */
export async function startGateway(
  environment: LambdaEnvironment,
  options: StartOptions = {},
): Promise<ComposedGateway> {
  const statistics = sharedStatistics(environment);
  const reads = Promise.all([statistics.prepare(), secretRead(environment)]);
  const [prepared] = await Promise.all([loadedRest(environment, { ...options, statistics }), reads]);
  return prepared;
}

async function loadedRest(environment: LambdaEnvironment, options: PreparedOptions): Promise<ComposedGateway> {
  for (let turn = 0; turn < TURNS_FIRST; turn += 1) {
    await nextTurn();
  }
  const { preparedGateway } = await import('./prepared-gateway.ts');
  return preparedGateway(environment, options);
}

/**
 * Reads the secret that the first call would wait for, as the statistics are read beside it. Lambda gives a start a whole processor, and a
 * call of a 512 MB function less than a third of one: what is loaded and connected here costs the first caller nothing. A failure is the
 * next reader's to report. A credential that is not there is told now, and not by the first call.
 */
async function secretRead({ config, credentials, version }: LambdaEnvironment): Promise<void> {
  const missing = await missingCredentials(config, credentials);
  if (missing.length > 0) {
    const message = 'credentials are not set: what they are for does not work';
    process.stdout.write(`${JSON.stringify({ version, level: 'WARN', message, missing })}\n`);
  }
}
