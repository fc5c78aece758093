import { readFileSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { readCheckedConfig } from '../config/checked-config.ts';
import type { GatewayConfig } from '../core/config/gateway-config.ts';
import { awsSigner } from './aws-signature.ts';
import { bedrockSign } from './bedrock-sign.ts';
import { environmentCredentials } from './environment-credentials.ts';
import { requiredVariable } from './required-variable.ts';
import { secretCredentials } from './secret-credentials.ts';
import { systemClock } from './system-clock.ts';
import type { Credentials, Sign } from './undici-dial.ts';

/** What the stack tells a function in environment variables, and what is made of it: the same for the gateway and the prober. */
export interface LambdaEnvironment {
  /** As `dev`. */
  readonly name: string;
  readonly config: GatewayConfig;
  readonly dynamoDb: DynamoDBClient;
  readonly statisticsTable: string;
  /** The providers' API keys. */
  readonly credentials: Credentials;
  /** Signs for Bedrock. */
  readonly sign: Sign;
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** Reads nothing but the variables and the file beside the code; connections are made when they are first used. Throws where one is missing. */
export function lambdaEnvironment(): LambdaEnvironment {
  const region = requiredVariable('AWS_REGION');
  return {
    name: requiredVariable('NEMO_ENVIRONMENT'),
    config: readCheckedConfig(readFileSync(new URL(requiredVariable('NEMO_CONFIG_FILE'), import.meta.url), 'utf8')),
    dynamoDb: dynamoDbClient(region),
    statisticsTable: requiredVariable('NEMO_STATISTICS_TABLE'),
    credentials: secretCredentials({
      secretId: requiredVariable('NEMO_SECRET_ID'),
      endpoint: process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? `https://secretsmanager.${region}.amazonaws.com`,
      sign: awsSigner({
        credentials: environmentCredentials,
        region,
        now: systemClock.nowMs,
        service: 'secretsmanager',
      }),
      nowMs: systemClock.nowMs,
    }),
    sign: bedrockSign(environmentCredentials),
    onStoreError,
  };
}

/** In the same region: what takes longer has failed, and there must be time left to say so. */
const CONNECT_MS = 1000;
const ANSWER_MS = 2000;

/** Told what it would otherwise look for in files that Lambda does not have, when it is first used. */
function dynamoDbClient(region: string): DynamoDBClient {
  return new DynamoDBClient({
    region,
    credentials: environmentCredentials,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
}

function onStoreError(operation: string, error: unknown): void {
  process.stdout.write(
    `${JSON.stringify({ level: 'WARN', message: `DynamoDB did not ${operation}`, error: String(error) })}\n`,
  );
}
