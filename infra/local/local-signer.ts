import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { bedrockSign } from '../../functions/gateway/adapters/bedrock-sign.ts';
import type { Sign } from '../../functions/gateway/adapters/undici-dial.ts';

/** Signs with the credentials that the AWS CLI would use here: environment, profile, SSO. They are looked up when first needed. */
export function localSigner(): Sign {
  let client: DynamoDBClient | undefined;
  return bedrockSign(() => {
    // Any client of the SDK carries the standard chain; its region is not asked for credentials.
    client ??= new DynamoDBClient({ region: 'us-east-1' });
    return client.config.credentials();
  });
}
