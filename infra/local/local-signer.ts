import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Sign } from '../../functions/gateway/adapters/credentials.ts';
import { roleSign } from '../../functions/gateway/adapters/role-sign.ts';

/** Signs with the credentials that the AWS CLI would use here: environment, profile, SSO. They are looked up when first needed. */
export function localSigner(): Sign {
  let client: DynamoDBClient | undefined;
  return roleSign(() => {
    // Any client of the SDK carries the standard chain; its region is not asked for credentials.
    client ??= new DynamoDBClient({ region: 'us-east-1' });
    return client.config.credentials();
  });
}
