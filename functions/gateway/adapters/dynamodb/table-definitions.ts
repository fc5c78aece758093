import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';

/** An attribute that is part of a table's key. `S` is a string, `N` a number. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N';
}

/** The shape of one table. The stack and the local database are both made from it, so that they cannot differ. */
export interface TableDefinition {
  readonly partitionKey: KeyAttribute;
  readonly sortKey?: KeyAttribute;
  /** The attribute with the second (since 1970) after which DynamoDB deletes the item. */
  readonly ttlAttribute?: string;
}

/** Decayed sums and ejections, an item a deployment and epoch. May be lost: it is learnt again within minutes. */
export const statisticsTable = {
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'N' },
  ttlAttribute: 'ttl',
} as const satisfies TableDefinition;

/** Callers' keys by the hex of their SHA-256, and what each has used. Must not be lost. */
export const keysTable = {
  partitionKey: { name: 'sha256', type: 'S' },
} as const satisfies TableDefinition;

/** Answers that callers have had kept, in pieces, each under its owner's name. Those who go on with a conversation would miss them. */
export const answersTable = {
  partitionKey: { name: 'id', type: 'S' },
  ttlAttribute: 'ttl',
} as const satisfies TableDefinition;

/**
 * Begins the partition key of a key's account, which stands in the keys' table too. No hash begins so: the gateway may write here and not
 * to the keys.
 */
export const ACCOUNT_PREFIX = 'account#';

/** The input of DynamoDB's CreateTable for a database that the stack did not make. Expiry is set by another call there. */
export function createTableInput(definition: TableDefinition, tableName: string): CreateTableCommandInput {
  const { partitionKey, sortKey } = definition;
  const keys = sortKey === undefined ? [partitionKey] : [partitionKey, sortKey];
  return {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: keys.map((key) => ({ AttributeName: key.name, AttributeType: key.type })),
    KeySchema: keys.map((key) => ({ AttributeName: key.name, KeyType: key === partitionKey ? 'HASH' : 'RANGE' })),
  };
}
