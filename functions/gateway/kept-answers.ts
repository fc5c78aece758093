import { dynamoDbAnswers } from './adapters/dynamodb/dynamodb-answers.ts';
import type { DynamoDbCalls } from './adapters/dynamodb/dynamodb-calls.ts';
import { systemClock } from './adapters/system-clock.ts';
import type { GatewayConfig } from './core/model/gateway-config.ts';
import type { AnswerStore } from './core/serve/answer-store.ts';

/** How long answers are kept, and the table that they stand in. */
export interface KeptAnswersOptions {
  readonly config: Pick<GatewayConfig, 'responses'>;
  readonly dynamoDb: DynamoDbCalls;
  readonly answersTable: string;
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** The answers that are kept, in DynamoDB; `undefined` where the configuration has none kept. */
export function keptAnswers(options: KeptAnswersOptions): AnswerStore | undefined {
  const { config, dynamoDb, answersTable, onStoreError } = options;
  const { keepDays, megabytesPerKeyAndDay } = config.responses;
  return keepDays === undefined
    ? undefined
    : dynamoDbAnswers({
        client: dynamoDb,
        tableName: answersTable,
        clock: systemClock,
        settings: { keepDays, megabytesPerKeyAndDay },
        onStoreError,
      });
}
