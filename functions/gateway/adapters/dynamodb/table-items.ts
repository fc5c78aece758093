import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { DynamoDbCalls } from './dynamodb-calls.ts';

/** An item as DynamoDB sends it: attributes by name, each with its type. */
export type Item = Record<string, AttributeValue>;

/** A table of a database. */
export interface TableAccess {
  readonly client: DynamoDbCalls;
  readonly tableName: string;
}

/** What BatchGetItem takes. */
const KEYS_PER_READ = 100;

/**
 * The items with these keys, in any order; missing ones are left out. Reads are eventually consistent. DynamoDB may answer in part, under
 * throttling or past 16 MB: what it leaves out is asked for once more, at once, since a request may be waiting. Rejects where it is left
 * out again: half of a snapshot would make deployments look unknown, and ejected ones healthy.
 */
export async function readItems(table: TableAccess, keys: readonly Item[]): Promise<readonly Item[]> {
  const pages = Array.from({ length: Math.ceil(keys.length / KEYS_PER_READ) }, (_, page) =>
    keys.slice(page * KEYS_PER_READ, (page + 1) * KEYS_PER_READ),
  );
  const answers = await Promise.all(pages.map((page) => readPage(table, page)));
  return answers.flat();
}

async function readPage(table: TableAccess, keys: readonly Item[]): Promise<readonly Item[]> {
  const first = await readOnce(table, keys);
  if (first.leftOut.length === 0) {
    return first.items;
  }
  const second = await readOnce(table, first.leftOut);
  if (second.leftOut.length > 0) {
    throw new Error(`DynamoDB left out ${second.leftOut.length} of ${keys.length} items, twice.`);
  }
  return [...first.items, ...second.items];
}

async function readOnce(
  { client, tableName }: TableAccess,
  keys: readonly Item[],
): Promise<{ readonly items: readonly Item[]; readonly leftOut: readonly Item[] }> {
  const answer = await client.batchGetItem({ RequestItems: { [tableName]: { Keys: [...keys] } } });
  return { items: answer.Responses?.[tableName] ?? [], leftOut: answer.UnprocessedKeys?.[tableName]?.Keys ?? [] };
}

/** DynamoDB's numbers are decimal text; BigInt keeps large ones from turning into `1e+21`. */
export function dynamoDbNumber(value: number): AttributeValue.NMember {
  return { N: Number.isInteger(value) ? BigInt(value).toString() : String(value) };
}
