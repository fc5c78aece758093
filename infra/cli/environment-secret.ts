import { randomUUID } from 'node:crypto';
import { isJsonObject, numberMember, parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';
import { type AwsAccess, AwsError, askAws } from './aws-access.ts';

/** What an environment's secret holds. Its values stay in here: whoever prints must not print them. */
export type SecretState = {
  /** When the value was last changed, ISO 8601; absent where it has none yet. */
  readonly changedAt?: string;
} & (
  | { readonly kind: 'fields'; readonly fields: ReadonlyMap<string, unknown> }
  /** The stack has made the secret and nobody has given it a value. */
  | { readonly kind: 'no-value' }
  /** A value that is not what the gateway reads. */
  | { readonly kind: 'no-object' }
);

/** Reads the secret. Rejects with an `AwsError` where there is none. Source: AWS Secrets Manager API reference. */
export async function readSecret(access: AwsAccess, secretId: string): Promise<SecretState> {
  try {
    const answer = await ask(access, 'GetSecretValue', secretId);
    const changedSeconds = numberMember(answer, 'CreatedDate');
    const changed = changedSeconds === undefined ? {} : { changedAt: new Date(changedSeconds * 1000).toISOString() };
    const value = parseJson(stringMember(answer, 'SecretString') ?? '');
    return isJsonObject(value)
      ? { kind: 'fields', fields: new Map(Object.entries(value)), ...changed }
      : { kind: 'no-object', ...changed };
  } catch (error) {
    if (error instanceof AwsError && error.name === 'ResourceNotFoundException') {
      // The same code for a secret without a value and for no secret: this one tells them apart, by rejecting for the latter.
      await ask(access, 'DescribeSecret', secretId);
      return { kind: 'no-value' };
    }
    throw error;
  }
}

/** Gives the secret a new value, of all its fields. */
export async function writeSecret(
  access: AwsAccess,
  secretId: string,
  fields: ReadonlyMap<string, unknown>,
): Promise<void> {
  const SecretString = JSON.stringify(Object.fromEntries(fields));
  await ask(access, 'PutSecretValue', secretId, { SecretString, ClientRequestToken: randomUUID() });
}

function ask(
  access: AwsAccess,
  operation: string,
  secretId: string,
  more: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  return askAws(access, {
    service: 'secretsmanager',
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `secretsmanager.${operation}` },
    body: JSON.stringify({ SecretId: secretId, ...more }),
  });
}
