import { readFileSync } from 'node:fs';
import { dynamoDbKeys } from './adapters/dynamodb/dynamodb-keys.ts';
import type { LambdaEnvironment } from './adapters/lambda-environment.ts';
import { requiredVariable } from './adapters/required-variable.ts';
import { systemClock } from './adapters/system-clock.ts';
import { type ComposedGateway, type ComposeOptions, composeGateway } from './compose-gateway.ts';
import { embeddedMetricLines } from './core/metrics/embedded-metric-lines.ts';
import type { AnswerStore } from './core/serve/answer-store.ts';
import type { LivePage } from './core/serve/ports.ts';
import { loadSpoken } from './load-spoken.ts';
import { pageAnswer } from './page/page-answer.ts';
import { rehearse } from './rehearsal.ts';

/** What a start has begun already, and what differs between the two forms. */
export interface PreparedOptions extends Pick<ComposeOptions, 'platformId' | 'statistics'> {
  /** Gets each record too. @default nobody */
  readonly alsoRecord?: ComposeOptions['onRecord'] | undefined;
}

/** The gateway as a function in AWS has it, in either form, with a call rehearsed. Its metrics go to standard output as raw lines. */
export async function preparedGateway(
  environment: LambdaEnvironment,
  { alsoRecord, ...options }: PreparedOptions,
): Promise<ComposedGateway> {
  const { name, version, config, dynamoDb, statisticsTable, credentials, sign, onStoreError } = environment;
  await loadSpoken(config);
  const keysTable = requiredVariable('NEMO_KEYS_TABLE');
  const composed = composeGateway({
    ...options,
    config,
    dynamoDb,
    statisticsTable,
    keysTable,
    answers: await answersOf(environment),
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
  // While the tokens wait for their answers.
  await Promise.all([composed.prepareTokens(), rehearse(config)]);
  return composed;
}

/** Loaded where answers are kept. */
async function answersOf(environment: LambdaEnvironment): Promise<AnswerStore | undefined> {
  if (environment.config.responses.keepDays === undefined) {
    return undefined;
  }
  const answersTable = requiredVariable('NEMO_ANSWERS_TABLE');
  const { keptAnswers } = await import('./kept-answers.ts');
  return keptAnswers({ ...environment, answersTable });
}

/** The live page, which stands beside the code as the configuration does. */
function shippedPage(): LivePage {
  const answer = pageAnswer(readFileSync(new URL('page.html', import.meta.url), 'utf8'));
  return async () => answer;
}
