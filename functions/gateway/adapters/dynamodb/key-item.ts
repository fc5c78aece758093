import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { KeyLimits } from '../../core/model/key-limits.ts';
import { keysTable } from './table-definitions.ts';

type Item = Record<string, AttributeValue>;

/** One key as it stands in the keys table. Instants are ISO 8601 in UTC. */
export interface StoredKey {
  /** Hex of the key's SHA-256. */
  readonly sha256: string;
  readonly name: string;
  readonly createdAt: string;
  readonly expiresAt?: string;
  readonly revokedAt?: string;
  /** Who pays: `nemo costs --by team` adds up by it. The gateway has no use for it. */
  readonly team?: string;
  /** Whether it may see the live page and `GET /status`. */
  readonly operator?: true;
  readonly limits: KeyLimits;
}

const PK = keysTable.partitionKey.name;
const NUMBERS = ['requestsPerMinute', 'tokensPerMinute', 'usdPerMonth', 'callsAtOnce'] as const;

/** The item of a key. */
export function keyItem({ sha256, name, createdAt, expiresAt, revokedAt, team, operator, limits }: StoredKey): Item {
  const numbers = NUMBERS.flatMap((limit) => {
    const value = limits[limit];
    return value === undefined ? [] : [[limit, { N: String(value) }] as const];
  });
  return {
    [PK]: { S: sha256 },
    name: { S: name },
    createdAt: { S: createdAt },
    ...(expiresAt === undefined ? {} : { expiresAt: { S: expiresAt } }),
    ...(revokedAt === undefined ? {} : { revokedAt: { S: revokedAt } }),
    ...(team === undefined ? {} : { team: { S: team } }),
    ...(operator === true ? { operator: { BOOL: true } } : {}),
    ...(limits.models === undefined ? {} : { models: { SS: [...limits.models] } }),
    ...Object.fromEntries(numbers),
  };
}

/** The key that an item stands for. `undefined` for anything else, and for a key with a limit that cannot be read: it must not pass without. */
export function storedKey(item: Item | undefined): StoredKey | undefined {
  const sha256 = item?.[PK]?.S;
  const name = item?.name?.S;
  if (item === undefined || sha256 === undefined || name === undefined) {
    return undefined;
  }
  const limits = limitsOf(item);
  return limits !== undefined && isInstant(item.expiresAt)
    ? { sha256, name, createdAt: item.createdAt?.S ?? '', ...optionalOf(item), limits }
    : undefined;
}

type OptionalOfKey = Pick<StoredKey, 'expiresAt' | 'revokedAt' | 'team' | 'operator'>;

function optionalOf({ expiresAt, revokedAt, team, operator }: Item): OptionalOfKey {
  return {
    ...(expiresAt?.S === undefined ? {} : { expiresAt: expiresAt.S }),
    ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.S ?? '' }),
    ...(team?.S === undefined ? {} : { team: team.S }),
    ...(operator?.BOOL === true ? { operator: true } : {}),
  };
}

function isInstant(attribute: AttributeValue | undefined): boolean {
  return attribute === undefined || !Number.isNaN(Date.parse(attribute.S ?? ''));
}

function limitsOf(item: Item): KeyLimits | undefined {
  const numbers = NUMBERS.flatMap((limit) =>
    item[limit] === undefined ? [] : [[limit, Number(item[limit].N)] as const],
  );
  const { models } = item;
  if (numbers.some(([, value]) => !(value > 0)) || (models !== undefined && models.SS === undefined)) {
    return undefined;
  }
  return { ...(models?.SS === undefined ? {} : { models: models.SS }), ...Object.fromEntries(numbers) };
}
