import type { AttributeValue, UpdateItemCommandInput } from '@aws-sdk/client-dynamodb';
import type { Account } from '../../core/limits/account.ts';
import type { AccountChange, MeterChange, Settlement } from '../../core/limits/account-change.ts';
import type { AccountStore } from '../../core/limits/account-store.ts';
import { type DynamoDbCalls, isConditionUnmet } from './dynamodb-calls.ts';
import { ACCOUNT_PREFIX, keysTable } from './table-definitions.ts';

/** A read that takes longer has failed. Requests wait for less. */
const READ_MS = 2_000;
/**
 * A write that takes longer counts as failed, although it may have been made: then it is made again, and counts twice. Nobody waits for it,
 * so it is given longer than a store that is slow takes.
 */
const WRITE_MS = 15_000;

/** The table that holds the accounts of keys, and the client that reaches it. */
export interface DynamoDbAccountsOptions {
  readonly client: DynamoDbCalls;
  readonly tableName: string;
}

/**
 * The accounts of keys, one item each beside the keys: two meters, and for each month what was committed and spent. Reserving is one
 * conditional write, settling one addition; neither reads first. A write whose answer is lost may be made twice.
 */
export function dynamoDbAccounts(options: DynamoDbAccountsOptions): AccountStore {
  const { client, tableName } = options;
  return {
    read: async (account, month) => {
      const get = { TableName: tableName, Key: keyOf(account), ConsistentRead: true };
      const { Item } = await client.getItem(get, { abortSignal: AbortSignal.timeout(READ_MS) });
      return accountOf(Item ?? {}, month);
    },
    take: async (account, change) => {
      try {
        const abortSignal = AbortSignal.timeout(WRITE_MS);
        const { Attributes } = await client.updateItem(taking(tableName, account, change), { abortSignal });
        return accountOf(Attributes ?? {}, change.month);
      } catch (error) {
        if (isConditionUnmet(error)) {
          return 'conflict';
        }
        throw error;
      }
    },
    add: async (account, settlement) => {
      await client.updateItem(adding(tableName, account, settlement), { abortSignal: AbortSignal.timeout(WRITE_MS) });
    },
  };
}

const REQUESTS = 'requestsFullAtUs';
const TOKENS = 'tokensFullAtUs';

/** Before a month (`2026-10`): what was spent in it and what calls under way may still spend, and what was spent, in billionths of dollars. */
const COMMITTED = 'committedNanoUsd#';
const SPENT = 'spentNanoUsd#';

/** The attribute with what was spent in a month (`2026-10`), in billionths of dollars. */
export function spentIn(month: string): string {
  return SPENT + month;
}

type Item = Record<string, AttributeValue>;

function keyOf(account: string): Item {
  return { [keysTable.partitionKey.name]: { S: `${ACCOUNT_PREFIX}${account}` } };
}

function accountOf(item: Item, month: string): Account {
  const numberIn = (name: string): number => Number(item[name]?.N ?? 0);
  return {
    requests: numberIn(REQUESTS),
    tokens: numberIn(TOKENS),
    month,
    committedNanoUsd: numberIn(COMMITTED + month),
  };
}

/** Parts of an update expression. `#a` stands for `names.a`, `:a` for `values.a`. */
interface Clauses {
  readonly set?: string;
  readonly add?: string;
  readonly condition: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
}

function taking(
  tableName: string,
  account: string,
  { month, requests, tokens, money }: AccountChange,
): UpdateItemCommandInput {
  const clauses = [
    ...(requests === undefined ? [] : [meterClauses('r', REQUESTS, requests)]),
    ...(tokens === undefined ? [] : [meterClauses('t', TOKENS, tokens)]),
    ...(money === undefined ? [] : [moneyClauses(month, money)]),
  ];
  return { ...update(tableName, account, clauses), ReturnValues: 'ALL_NEW' };
}

function meterClauses(id: string, name: string, change: MeterChange): Clauses {
  const names = { [`#${id}`]: name };
  switch (change.kind) {
    case 'restart':
      return {
        set: `#${id} = :${id}to`,
        condition: `(attribute_not_exists(#${id}) OR #${id} < :${id}before)`,
        names,
        values: { [`:${id}to`]: change.toUs, [`:${id}before`]: change.ifBeforeUs },
      };
    case 'extend':
      return {
        add: `#${id} :${id}by`,
        condition: `#${id} BETWEEN :${id}from AND :${id}until`,
        names,
        values: { [`:${id}by`]: change.byUs, [`:${id}from`]: change.ifFromUs, [`:${id}until`]: change.ifUntilUs },
      };
  }
}

function moneyClauses(month: string, { byNanoUsd, ifAtMostNanoUsd }: NonNullable<AccountChange['money']>): Clauses {
  return {
    add: '#m :mby',
    condition: '(attribute_not_exists(#m) OR #m <= :mmost)',
    names: { '#m': COMMITTED + month },
    values: { ':mby': byNanoUsd, ':mmost': ifAtMostNanoUsd },
  };
}

function adding(tableName: string, account: string, settlement: Settlement): UpdateItemCommandInput {
  const { month, requestsUs, tokensUs, committedNanoUsd, spentNanoUsd } = settlement;
  const sums = [
    ['r', REQUESTS, requestsUs],
    ['t', TOKENS, tokensUs],
    ['m', COMMITTED + month, committedNanoUsd],
    ['s', SPENT + month, spentNanoUsd],
  ] as const;
  const changed = sums.filter(([, , by]) => by !== 0);
  return {
    TableName: tableName,
    Key: keyOf(account),
    UpdateExpression: `ADD ${changed.map(([id]) => `#${id} :${id}by`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(changed.map(([id, name]) => [`#${id}`, name])),
    ExpressionAttributeValues: Object.fromEntries(changed.map(([id, , by]) => [`:${id}by`, { N: String(by) }])),
  };
}

function update(tableName: string, account: string, clauses: readonly Clauses[]): UpdateItemCommandInput {
  const sets = clauses.flatMap(({ set }) => set ?? []);
  const adds = clauses.flatMap(({ add }) => add ?? []);
  const conditions = clauses.map(({ condition }) => condition);
  const values = clauses.flatMap((clause) => Object.entries(clause.values));
  return {
    TableName: tableName,
    Key: keyOf(account),
    UpdateExpression: [
      ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
      ...(adds.length === 0 ? [] : [`ADD ${adds.join(', ')}`]),
    ].join(' '),
    ...(conditions.length === 0 ? {} : { ConditionExpression: conditions.join(' AND ') }),
    ExpressionAttributeNames: Object.assign({}, ...clauses.map(({ names }) => names)),
    ExpressionAttributeValues: Object.fromEntries(values.map(([name, value]) => [name, { N: String(value) }])),
  };
}
