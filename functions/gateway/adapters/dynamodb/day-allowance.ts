import type { UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../core/model/clock.ts';
import type { TableAccess } from './dynamodb-calls.ts';
import { answersTable } from './table-definitions.ts';

/** How much each owner may have kept in a day (UTC). */
export interface DayAllowance {
  /** Whether an owner is known to have used all of it. Asks nobody. */
  readonly isUsedUp: (owner: string) => boolean;
  /** Counts bytes as used, and learns how many of the day there are. Rejects where DynamoDB does not answer. */
  readonly use: (owner: string, bytes: number, abortSignal: AbortSignal) => Promise<void>;
}

/** Owners whose day an instance remembers. */
const MAX_REMEMBERED = 10_000;

const DAY_SECONDS = 86_400;

/**
 * An allowance in one item a day and owner, which every instance adds to. An instance learns with each write of its own that it is used up,
 * and may go over it by what it was writing then.
 */
export function dayAllowance(table: TableAccess & { readonly clock: Clock }, megabytes: number): DayAllowance {
  const known = new Map<string, { readonly day: string; readonly bytes: number }>();
  const dayNow = (): string => new Date(table.clock.nowMs()).toISOString().slice(0, 10);
  return {
    isUsedUp: (owner) => {
      const used = known.get(owner);
      return used !== undefined && used.day === dayNow() && used.bytes >= megabytes * 1_000_000;
    },
    use: async (owner, bytes, abortSignal) => {
      const day = dayNow();
      const { Attributes } = await table.client.updateItem(counting(table, { owner, day, bytes }), { abortSignal });
      known.delete(owner);
      known.set(owner, { day, bytes: Number(Attributes?.bytes?.N ?? bytes) });
      const [oldest] = known.keys();
      if (known.size > MAX_REMEMBERED && oldest !== undefined) {
        known.delete(oldest);
      }
    },
  };
}

function counting(
  { tableName, clock }: TableAccess & { readonly clock: Clock },
  { owner, day, bytes }: { readonly owner: string; readonly day: string; readonly bytes: number },
): UpdateItemCommandInput {
  return {
    TableName: tableName,
    Key: { [answersTable.partitionKey.name]: { S: `${owner}#day#${day}` } },
    UpdateExpression: 'SET #ttl = :ttl ADD #bytes :bytes',
    ExpressionAttributeNames: { '#ttl': answersTable.ttlAttribute, '#bytes': 'bytes' },
    ExpressionAttributeValues: {
      ':ttl': { N: String(Math.ceil(clock.nowMs() / 1000) + 2 * DAY_SECONDS) },
      ':bytes': { N: String(bytes) },
    },
    ReturnValues: 'UPDATED_NEW',
  };
}
