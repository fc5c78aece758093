import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { AuthenticatedKey } from '../../core/gateway/ports.ts';
import { sha256Hex } from '../configured-keys.ts';
import { keysTable } from './table-definitions.ts';

/** How long an instance remembers whether a key is good: a revocation takes effect within this time. */
const REMEMBERED_MS = 30_000;
/** Keys that an instance remembers at the most, good and unknown ones together. */
const MAX_REMEMBERED = 10_000;
/** What every key looks like. Anything else is unknown without a read. */
const KEY_FORM = /^nemo_[A-Za-z0-9_-]{43}$/;

export interface DynamoDbKeysOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly nowMs: () => number;
}

interface Remembered {
  readonly key: AuthenticatedKey | undefined;
  readonly untilMs: number;
}

/**
 * Knows the keys of the keys table, by the SHA-256 of the whole key. Rejects where DynamoDB does not answer: nobody gets in who cannot be
 * looked up.
 */
export function dynamoDbKeys(options: DynamoDbKeysOptions): (key: string) => Promise<AuthenticatedKey | undefined> {
  const remembered = new Map<string, Remembered>();
  return async (shown) => {
    if (!KEY_FORM.test(shown)) {
      return undefined;
    }
    const hash = sha256Hex(shown);
    const nowMs = options.nowMs();
    const known = remembered.get(hash);
    if (known !== undefined && known.untilMs > nowMs) {
      return known.key;
    }
    const key = await lookUp(options, hash);
    if (remembered.size >= MAX_REMEMBERED) {
      remembered.clear();
    }
    remembered.set(hash, { key, untilMs: nowMs + REMEMBERED_MS });
    return key;
  };
}

async function lookUp({ client, tableName }: DynamoDbKeysOptions, hash: string): Promise<AuthenticatedKey | undefined> {
  const Key = { [keysTable.partitionKey.name]: { S: hash } };
  const { Item } = await client.send(new GetItemCommand({ TableName: tableName, Key }));
  const name = Item?.name?.S;
  return name === undefined || Item?.revokedAt !== undefined ? undefined : { name };
}
