import type { WriteRequest } from '@aws-sdk/client-dynamodb';
import type { Item, TableAccess } from './dynamodb-calls.ts';

/** Of items of nearly 400 KB each: DynamoDB gives 16 MB at once, and the client waits for no answer longer than two seconds. */
const KEYS_PER_READ = 25;
const ITEMS_PER_WRITE = 4;

/** How often DynamoDB may leave out all that is left before that counts as no answer. */
const MAX_STANDSTILLS = 4;

/**
 * The items with these keys, as all answered writes have left them, in any order; missing ones are left out. `signal` ends it. What
 * DynamoDB leaves out, under throttling or past 16 MB, is asked for again.
 */
export async function getItems(
  table: TableAccess,
  keys: readonly Item[],
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const pages = await Promise.all(pagesOf(keys, KEYS_PER_READ).map((page) => getPage(table, page, signal)));
  return pages.flat();
}

async function getPage(
  { client, tableName }: TableAccess,
  keys: readonly Item[],
  signal: AbortSignal,
): Promise<readonly Item[]> {
  const items: Item[] = [];
  await untilNoneLeft(keys, signal, async (left) => {
    const RequestItems = { [tableName]: { Keys: [...left], ConsistentRead: true } };
    const answer = await client.batchGetItem({ RequestItems }, { abortSignal: signal });
    items.push(...(answer.Responses?.[tableName] ?? []));
    return answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
  });
  return items;
}

/** Makes all these writes, in any order. What DynamoDB leaves out is written again; rejects where it goes on leaving it out. */
export async function writeItems(
  table: TableAccess,
  writes: readonly WriteRequest[],
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(pagesOf(writes, ITEMS_PER_WRITE).map((page) => writePage(table, page, signal)));
}

async function writePage(
  { client, tableName }: TableAccess,
  writes: readonly WriteRequest[],
  signal: AbortSignal,
): Promise<void> {
  await untilNoneLeft(writes, signal, async (left) => {
    const RequestItems = { [tableName]: [...left] };
    const { UnprocessedItems } = await client.batchWriteItem({ RequestItems }, { abortSignal: signal });
    return UnprocessedItems?.[tableName] ?? [];
  });
}

function pagesOf<Entry>(entries: readonly Entry[], size: number): readonly (readonly Entry[])[] {
  return Array.from({ length: Math.ceil(entries.length / size) }, (_, page) =>
    entries.slice(page * size, (page + 1) * size),
  );
}

const FIRST_PAUSE_MS = 20;

/** Calls `step` with what is left until it leaves nothing, with a growing pause where it has got nowhere. */
async function untilNoneLeft<Entry>(
  entries: readonly Entry[],
  signal: AbortSignal,
  step: (left: readonly Entry[]) => Promise<readonly Entry[]>,
): Promise<void> {
  let left = entries;
  let standstills = 0;
  while (left.length > 0) {
    const before = left.length;
    left = await step(left);
    standstills = left.length < before ? 0 : standstills + 1;
    if (standstills > MAX_STANDSTILLS) {
      throw new Error(`DynamoDB left out ${left.length} items, ${standstills} times.`);
    }
    if (standstills > 0) {
      await pause(FIRST_PAUSE_MS * 2 ** standstills, signal);
    }
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason);
      },
      { once: true },
    );
  });
}
