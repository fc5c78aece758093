import { readFileSync } from 'node:fs';
import { readCheckedConfig } from '../config/checked-config.ts';
import { stateFailureLine } from '../core/metrics/state-failure-line.ts';
import type { GatewayConfig } from '../core/model/gateway-config.ts';
import { type AwsCredentials, awsSigner } from './aws-signature.ts';
import type { Credentials, Sign } from './credentials.ts';
import type { DynamoDbCalls } from './dynamodb/dynamodb-calls.ts';
import { dynamoDbOverHttp } from './dynamodb/dynamodb-over-http.ts';
import { environmentCredentials } from './environment-credentials.ts';
import { tierUpLate } from './late-tier-up.ts';
import { requiredVariable } from './required-variable.ts';
import { roleSign } from './role-sign.ts';
import { secretCredentials } from './secret-credentials.ts';
import { systemClock } from './system-clock.ts';

/** What the stack tells a function in environment variables, and what is made of it: the same for the gateway and the prober. */
export interface LambdaEnvironment {
  /** As `dev`. */
  readonly name: string;
  /** Of the deployed code, as `0.1.0+1a2b3c4`; absent where the stack was synthesised outside of its repository. */
  readonly version: string | undefined;
  readonly config: GatewayConfig;
  readonly dynamoDb: DynamoDbCalls;
  readonly statisticsTable: string;
  /** The providers' API keys. */
  readonly credentials: Credentials;
  /** Signs for Bedrock. */
  readonly sign: Sign;
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/**
 * Reads nothing but the variables and the file beside the code; connections are made when they are first used, by a parser that V8
 * optimises late. Throws where a variable is missing. `ofRole`: the credentials of the function's role, by default those of its variables.
 */
export function lambdaEnvironment(ofRole: () => Promise<AwsCredentials> = environmentCredentials): LambdaEnvironment {
  tierUpLate();
  const region = requiredVariable('AWS_REGION');
  const name = requiredVariable('NEMO_ENVIRONMENT');
  const version = process.env.NEMO_VERSION || undefined;
  return {
    name,
    version,
    config: readCheckedConfig(readFileSync(new URL(requiredVariable('NEMO_CONFIG_FILE'), import.meta.url), 'utf8')),
    dynamoDb: dynamoDbOverHttp({
      endpoint: endpointOf('dynamodb', 'DYNAMODB', region),
      region,
      credentials: ofRole,
    }),
    statisticsTable: requiredVariable('NEMO_STATISTICS_TABLE'),
    credentials: secretCredentials({
      secretId: requiredVariable('NEMO_SECRET_ID'),
      endpoint: endpointOf('secretsmanager', 'SECRETS_MANAGER', region),
      sign: awsSigner({
        credentials: ofRole,
        region,
        now: systemClock.nowMs,
        service: 'secretsmanager',
      }),
      nowMs: systemClock.nowMs,
    }),
    sign: roleSign(ofRole),
    onStoreError: (operation, error) =>
      process.stdout.write(`${stateFailureLine({ operation, error }, name, systemClock.nowMs(), version)}\n`),
  };
}

/** A service's address. An emulator's is set as for AWS's own clients: `AWS_ENDPOINT_URL_DYNAMODB`. */
function endpointOf(service: string, variable: string, region: string): string {
  const suffix = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return process.env[`AWS_ENDPOINT_URL_${variable}`] ?? `https://${service}.${region}.${suffix}`;
}
