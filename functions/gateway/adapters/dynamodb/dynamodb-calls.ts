import type {
  AttributeValue,
  BatchGetItemCommandInput,
  BatchGetItemCommandOutput,
  BatchWriteItemCommandInput,
  BatchWriteItemCommandOutput,
  DeleteItemCommandInput,
  DeleteItemCommandOutput,
  GetItemCommandInput,
  GetItemCommandOutput,
  QueryCommandInput,
  QueryCommandOutput,
  UpdateItemCommandInput,
  UpdateItemCommandOutput,
} from '@aws-sdk/client-dynamodb';

/** What a call may be told beside its input. */
export interface CallOptions {
  /** Ends the call, with its tries. */
  readonly abortSignal?: AbortSignal;
}

/**
 * What the gateway asks of DynamoDB, in the words of the SDK: its `DynamoDB` is one, and so is `dynamoDbOverHttp`, which costs a twentieth.
 * Rejects with an error whose `name` is DynamoDB's code, as `ConditionalCheckFailedException`.
 */
export interface DynamoDbCalls {
  getItem(input: GetItemCommandInput, options?: CallOptions): Promise<Pick<GetItemCommandOutput, 'Item'>>;
  updateItem(
    input: UpdateItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<UpdateItemCommandOutput, 'Attributes'>>;
  batchGetItem(
    input: BatchGetItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<BatchGetItemCommandOutput, 'Responses' | 'UnprocessedKeys'>>;
  batchWriteItem(
    input: BatchWriteItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<BatchWriteItemCommandOutput, 'UnprocessedItems'>>;
  query(input: QueryCommandInput, options?: CallOptions): Promise<Pick<QueryCommandOutput, 'Items'>>;
  deleteItem(
    input: DeleteItemCommandInput,
    options?: CallOptions,
  ): Promise<Pick<DeleteItemCommandOutput, 'Attributes'>>;
}

/** Whether a write was not made because its condition was not met. */
export function isConditionUnmet(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

/** Whether a conditional write was made. */
export async function meetsCondition(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return true;
  } catch (error) {
    if (isConditionUnmet(error)) {
      return false;
    }
    throw error;
  }
}

/** The bytes of a binary attribute. DynamoDB's own JSON has them as base64, and only the SDK decodes every answer for them. */
export function binaryOf(attribute: AttributeValue | undefined): Buffer | undefined {
  const value: unknown = attribute?.B;
  if (typeof value === 'string') {
    return Buffer.from(value, 'base64');
  }
  return value instanceof Uint8Array ? Buffer.from(value.buffer, value.byteOffset, value.byteLength) : undefined;
}

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
