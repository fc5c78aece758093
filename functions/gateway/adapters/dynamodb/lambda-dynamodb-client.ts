import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { AwsCredentials } from '../aws-signature.ts';
import { undiciRequestHandler } from '../undici-request-handler.ts';

/** In the same region: what takes longer has failed, and there must be time left to say so. */
const CONNECT_MS = 1000;
const ANSWER_MS = 2000;

/** Where DynamoDB is and what proves who we are. */
export interface LambdaDynamoDbClientOptions {
  /** As `https://dynamodb.us-east-1.amazonaws.com`. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: () => Promise<AwsCredentials>;
}

/** The SDK's client, told what it would otherwise look for in files that Lambda does not have, when it is first used. */
export function lambdaDynamoDbClient(options: LambdaDynamoDbClientOptions): DynamoDBClient {
  return new DynamoDBClient({
    ...options,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 3,
    accountIdEndpointMode: 'disabled',
    authSchemePreference: [],
    endpointDiscoveryEnabledProvider: async () => false,
    useDualstackEndpoint: false,
    useFipsEndpoint: false,
    userAgentAppId: async () => undefined,
    defaultUserAgentProvider: async () => [['nemorouter']],
    requestHandler: undiciRequestHandler({ ...options, connectMs: CONNECT_MS, answerMs: ANSWER_MS }),
  });
}
