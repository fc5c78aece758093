import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { LimitSettings } from '../../core/model/key-limits.ts';
import type { AuthenticatedKey, GatewayPorts } from '../../core/serve/ports.ts';
import { KEY_FORM, sha256Hex } from '../key-form.ts';
import { storedKey } from './key-item.ts';
import { keysTable } from './table-definitions.ts';

/** How long an instance remembers whether a key is good: a revocation takes effect within this time. */
const REMEMBERED_MS = 30_000;
/** How long a key that was good stays so while DynamoDB does not answer, where the operator lets requests go on. */
const OUTAGE_MS = 600_000;
/** The longest that a request waits for its key to be looked up. */
const TIMEOUT_MS = 2_000;
/** Answers that an instance remembers at the most: of good keys, and as many of unknown ones. */
const MAX_REMEMBERED = 10_000;

export interface DynamoDbKeysOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  readonly nowMs: () => number;
  readonly whenUnavailable: LimitSettings['whenUnavailable'];
  /** Told of each failure of DynamoDB. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** What an instance knows of a key. `key` is absent for an unknown one. */
interface Remembered {
  readonly key: AuthenticatedKey | undefined;
  readonly readAtMs: number;
}

interface KeysState extends DynamoDbKeysOptions {
  /** By the whole hash. Unknown keys are kept apart, so that a flood of them cannot push the good ones out. */
  readonly good: Map<string, Remembered>;
  readonly unknown: Map<string, Remembered>;
  readonly reading: Map<string, Promise<AuthenticatedKey | 'unavailable' | undefined>>;
}

/** Knows the keys of the keys table, by the SHA-256 of the whole key. A key that does not look like one is unknown without a read. */
export function dynamoDbKeys(options: DynamoDbKeysOptions): GatewayPorts['authenticate'] {
  const state: KeysState = { ...options, good: new Map(), unknown: new Map(), reading: new Map() };
  return async (shown) => {
    if (!KEY_FORM.test(shown)) {
      return undefined;
    }
    const hash = sha256Hex(shown);
    const known = state.good.get(hash) ?? state.unknown.get(hash);
    if (known !== undefined && state.nowMs() - known.readAtMs < REMEMBERED_MS) {
      return known.key;
    }
    const reading = state.reading.get(hash) ?? look(state, hash).finally(() => state.reading.delete(hash));
    state.reading.set(hash, reading);
    return reading;
  };
}

async function look(state: KeysState, hash: string): Promise<AuthenticatedKey | 'unavailable' | undefined> {
  try {
    const key = await read(state, hash);
    remember(state, hash, { key, readAtMs: state.nowMs() });
    return key;
  } catch (error) {
    state.onStoreError('look up a key', error);
    return goodInOutage(state, hash) ?? 'unavailable';
  }
}

async function read({ client, tableName }: KeysState, hash: string): Promise<AuthenticatedKey | undefined> {
  const Key = { [keysTable.partitionKey.name]: { S: hash } };
  const get = new GetItemCommand({ TableName: tableName, Key, ConsistentRead: true });
  const { Item } = await client.send(get, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
  const stored = storedKey(Item);
  if (stored === undefined || stored.revokedAt !== undefined) {
    return undefined;
  }
  const { name, limits, expiresAt, operator } = stored;
  return {
    name,
    account: hash,
    limits,
    ...(operator === true ? { isOperator: true } : {}),
    ...(expiresAt === undefined ? {} : { expiresAtMs: Date.parse(expiresAt) }),
  };
}

function remember({ good, unknown }: KeysState, hash: string, remembered: Remembered): void {
  good.delete(hash);
  unknown.delete(hash);
  const kept = remembered.key === undefined ? unknown : good;
  kept.set(hash, remembered);
  const [oldest] = kept.keys();
  if (kept.size > MAX_REMEMBERED && oldest !== undefined) {
    kept.delete(oldest);
  }
}

function goodInOutage({ good, nowMs, whenUnavailable }: KeysState, hash: string): AuthenticatedKey | undefined {
  const known = good.get(hash);
  const isRecent = known !== undefined && nowMs() - known.readAtMs < OUTAGE_MS;
  return isRecent && whenUnavailable === 'allow' ? known.key : undefined;
}
