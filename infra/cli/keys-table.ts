import { type AttributeValue, DynamoDBClient, PutItemCommand, paginateScan } from '@aws-sdk/client-dynamodb';
import { spentIn } from '../../functions/gateway/adapters/dynamodb/dynamodb-accounts.ts';
import { keyItem, type StoredKey, storedKey } from '../../functions/gateway/adapters/dynamodb/key-item.ts';
import { ACCOUNT_PREFIX, keysTable } from '../../functions/gateway/adapters/dynamodb/table-definitions.ts';
import { clientConfig } from './aws-access.ts';
import { UsageError } from './command.ts';
import type { Target } from './target.ts';

/** A key as the operator sees it. */
export interface ListedKey extends StoredKey {
  /** US dollars spent in the current calendar month, UTC. */
  readonly spentUsd: number;
}

/** Every key of an environment, oldest first. */
export async function readKeys(target: Target, month: string): Promise<readonly ListedKey[]> {
  const client = new DynamoDBClient(clientConfig(target.database));
  const items: Record<string, AttributeValue>[] = [];
  for await (const page of paginateScan({ client }, { TableName: target.keysTable, ConsistentRead: true })) {
    items.push(...(page.Items ?? []));
  }
  const spent = new Map(items.map((item) => [item[PK]?.S, Number(item[spentIn(month)]?.N ?? 0) / 1e9]));
  return items
    .filter((item) => !item[PK]?.S?.startsWith(ACCOUNT_PREFIX))
    .flatMap((item) => storedKey(item) ?? [])
    .map((key) => ({ ...key, spentUsd: spent.get(ACCOUNT_PREFIX + key.sha256) ?? 0 }))
    .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
}

const PK = keysTable.partitionKey.name;

/** Writes a key that is new (and must not be there yet), or one that was read before. */
export async function writeKey(target: Target, key: StoredKey, isNew: boolean): Promise<void> {
  const put = new PutItemCommand({
    TableName: target.keysTable,
    Item: keyItem(key),
    // Who changes a key must not bring back one that somebody else has revoked meanwhile.
    ConditionExpression: isNew
      ? `attribute_not_exists(${PK})`
      : `attribute_exists(${PK}) AND attribute_not_exists(revokedAt)`,
  });
  await new DynamoDBClient(clientConfig(target.database)).send(put);
}

/** Digits of a key's hash that stand for it in lists. */
export const ID_LENGTH = 12;

/** The one key in use that is called `name`, or whose hash begins so. Throws `UsageError` where there is none or more than one. */
export function findKey(keys: readonly ListedKey[], name: string): ListedKey {
  const inUse = keys.filter(({ revokedAt }) => revokedAt === undefined);
  const isId = /^[0-9a-f]{6,64}$/.test(name);
  const found = inUse.filter((key) => key.name === name || (isId && key.sha256.startsWith(name)));
  const [key] = found;
  if (key === undefined || found.length > 1) {
    const names = inUse.map((known) => known.name).join(', ') || 'none';
    throw new UsageError(
      found.length > 1
        ? `${name} stands for ${found.length} keys: give the id of one, as keys list shows it.`
        : `There is no key ${JSON.stringify(name)} in use. In use are: ${names}.`,
    );
  }
  return key;
}
