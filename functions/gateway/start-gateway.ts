import { readFileSync } from 'node:fs';
import { dynamoDbKeys } from './adapters/dynamodb/dynamodb-keys.ts';
import type { LambdaEnvironment } from './adapters/lambda-environment.ts';
import { requiredVariable } from './adapters/required-variable.ts';
import { systemClock } from './adapters/system-clock.ts';
import { type ComposedGateway, type ComposeOptions, composeGateway } from './compose-gateway.ts';
import { embeddedMetricLines } from './core/metrics/embedded-metric-lines.ts';
import type { LivePage } from './core/serve/ports.ts';
import { missingCredentials } from './missing-credentials.ts';
import { pageAnswer } from './page/page-answer.ts';
import { rehearse } from './rehearsal.ts';

/** What differs between the two forms. */
export interface StartOptions extends Pick<ComposeOptions, 'platformId'> {
  /** Gets each record too. @default nobody */
  readonly alsoRecord?: ComposeOptions['onRecord'] | undefined;
}

/**
 * The gateway as a function in AWS has it, in either form, with what its first call would wait for read already. Its metrics go to
 * standard output as raw lines.
 */
export async function startGateway(
  environment: LambdaEnvironment,
  { alsoRecord, ...options }: StartOptions = {},
): Promise<ComposedGateway> {
  const { name, version, config, dynamoDb, statisticsTable, credentials, sign, onStoreError } = environment;
  const keysTable = requiredVariable('NEMO_KEYS_TABLE');
  const composed = composeGateway({
    ...options,
    config,
    dynamoDb,
    statisticsTable,
    keysTable,
    answersTable: config.responses.keepDays === undefined ? undefined : requiredVariable('NEMO_ANSWERS_TABLE'),
    credentials,
    sign,
    authenticate: dynamoDbKeys({
      client: dynamoDb,
      tableName: keysTable,
      clock: systemClock,
      settings: config.limits,
      onStoreError,
    }),
    onRecord: (record) => {
      // Not through the console: with JSON logging it would wrap the lines, and CloudWatch would find no metrics.
      process.stdout.write(`${embeddedMetricLines(record, name, Date.now(), version).join('\n')}\n`);
      alsoRecord?.(record);
    },
    onStoreError,
    ...(config.statusPage ? { page: shippedPage() } : {}),
  });
  await Promise.all([
    composed.statistics.prepare(),
    secretRead(environment),
    composed.prepareTokens(),
    // While the others wait for their answers.
    rehearse(config),
  ]);
  return composed;
}

/** The live page, which stands beside the code as the configuration does. */
function shippedPage(): LivePage {
  const answer = pageAnswer(readFileSync(new URL('page.html', import.meta.url), 'utf8'));
  return async () => answer;
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
