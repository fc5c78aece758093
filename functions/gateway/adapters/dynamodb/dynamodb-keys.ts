import { inTime } from '../../core/limits/store-patience.ts';
import type { Clock } from '../../core/model/clock.ts';
import type { LimitSettings } from '../../core/model/key-limits.ts';
import type { AuthenticatedKey, GatewayPorts } from '../../core/serve/ports.ts';
import { hasKeyForm, type KeyHashes, rememberHash, sha256Hex } from '../key-form.ts';
import type { DynamoDbCalls } from './dynamodb-calls.ts';
import { storedKey } from './key-item.ts';
import { keysTable } from './table-definitions.ts';

/** So long nobody asks again about a good key. */
const FRESH_MS = 20_000;
/** So long a good key is served without waiting, while it is looked up again behind the request: the most that a revocation takes. */
const STALE_MS = 55_000;
/** How long an instance remembers that a key is unknown. */
const UNKNOWN_MS = 30_000;
/** How long a key that was good stays so while DynamoDB does not answer, where the operator lets requests go on. */
const OUTAGE_MS = 600_000;
/** The longest that a look-up takes. Who waits for one waits no longer than that, and less where the key is known or DynamoDB is away. */
const TIMEOUT_MS = 2_000;
/** After a failure DynamoDB counts as away for so long, unless it answers before. */
const AWAY_MS = 30_000;
/** While it is away it is asked once in so long. */
const PAUSE_MS = 2_000;
/** Answers that an instance remembers at the most: of good keys, and as many of unknown ones. */
const MAX_REMEMBERED = 10_000;

/** The table that holds the keys, and what counts where it cannot be reached. */
export interface DynamoDbKeysOptions {
  readonly client: DynamoDbCalls;
  readonly tableName: string;
  readonly clock: Clock;
  readonly settings: Pick<LimitSettings, 'whenUnavailable' | 'storeTimeoutMs'>;
  /** Told of each failure of DynamoDB. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

type Found = AuthenticatedKey | 'unavailable' | undefined;

/** What an instance knows of a key. `key` is absent for an unknown one. */
interface Remembered {
  readonly key: AuthenticatedKey | undefined;
  readonly readAtMs: number;
}

interface Reading {
  readonly found: Promise<Found>;
  readonly sinceMs: number;
}

interface KeysState extends DynamoDbKeysOptions {
  /** By the whole hash. Unknown keys are kept apart, so that a flood of them cannot push the good ones out. */
  readonly good: Map<string, Remembered>;
  readonly unknown: Map<string, Remembered>;
  readonly reading: Map<string, Reading>;
  readonly hashes: KeyHashes;
  /** The last failure, where no look-up has succeeded since. `isSlow`: who waited for it waited for long. */
  failed?: { readonly atMs: number; readonly isSlow: boolean };
}

/**
 * Knows the keys of the keys table, by the SHA-256 of the whole key. A key that does not look like one is unknown without a read. A key
 * that was good within a minute, or while DynamoDB is away within ten, is served at once and looked up again behind the request.
 */
export function dynamoDbKeys(options: DynamoDbKeysOptions): GatewayPorts['authenticate'] {
  const state: KeysState = { ...options, good: new Map(), unknown: new Map(), reading: new Map(), hashes: new Map() };
  return async (shown) => {
    const hash = hashOf(state, shown);
    return hash === undefined ? undefined : find(state, hash, state.clock.nowMs());
  };
}

/** `undefined` for what does not look like a key. */
function hashOf({ hashes, good }: KeysState, shown: string): string | undefined {
  const known = hashes.get(shown);
  if (known !== undefined || !hasKeyForm(shown)) {
    return known;
  }
  const hash = sha256Hex(shown);
  if (good.has(hash)) {
    rememberHash(hashes, shown, hash);
  }
  return hash;
}

function find(state: KeysState, hash: string, nowMs: number): Found | Promise<Found> {
  const known = state.good.get(hash) ?? state.unknown.get(hash);
  if (known !== undefined && isFresh(known, nowMs)) {
    return known.key;
  }
  const served = staleKey(known, nowMs) ?? (isAway(state, nowMs) ? goodInOutage(state, hash) : undefined);
  if (served !== undefined) {
    lookBehind(state, hash, nowMs);
    return served;
  }
  return state.failed?.isSlow === true && isPaused(state, nowMs) ? 'unavailable' : lookInTime(state, hash, nowMs);
}

function isFresh({ key, readAtMs }: Remembered, nowMs: number): boolean {
  return nowMs - readAtMs < (key === undefined ? UNKNOWN_MS : FRESH_MS);
}

function staleKey(known: Remembered | undefined, nowMs: number): AuthenticatedKey | undefined {
  return known !== undefined && nowMs - known.readAtMs < STALE_MS ? known.key : undefined;
}

function isAway({ failed }: KeysState, nowMs: number): boolean {
  return failed !== undefined && nowMs - failed.atMs < AWAY_MS;
}

function isPaused({ failed }: KeysState, nowMs: number): boolean {
  return failed !== undefined && nowMs - failed.atMs < PAUSE_MS;
}

function lookBehind(state: KeysState, hash: string, nowMs: number): void {
  if (!isPaused(state, nowMs)) {
    void reading(state, hash, nowMs);
  }
}

/** The look-up that is under way, or a new one. One that was frozen with the instance is not waited for. */
function reading(state: KeysState, hash: string, nowMs: number): Promise<Found> {
  const underWay = state.reading.get(hash);
  if (underWay !== undefined && nowMs - underWay.sinceMs < TIMEOUT_MS) {
    return underWay.found;
  }
  const found = look(state, hash, nowMs).finally(() => {
    if (state.reading.get(hash)?.found === found) {
      state.reading.delete(hash);
    }
  });
  state.reading.set(hash, { found, sinceMs: nowMs });
  return found;
}

async function lookInTime(state: KeysState, hash: string, nowMs: number): Promise<Found> {
  const { clock, settings } = state;
  const isShort = state.good.has(hash) || isAway(state, nowMs);
  const waitMs = isShort ? settings.storeTimeoutMs : TIMEOUT_MS;
  const told = await inTime(clock, waitMs, reading(state, hash, nowMs));
  if (told !== undefined) {
    return told.answer;
  }
  fail(state, nowMs, `no answer within ${waitMs} ms`);
  return goodInOutage(state, hash) ?? 'unavailable';
}

async function look(state: KeysState, hash: string, sinceMs: number): Promise<Found> {
  try {
    const key = await read(state, hash);
    remember(state, hash, { key, readAtMs: sinceMs });
    delete state.failed;
    return key;
  } catch (error) {
    fail(state, sinceMs, error);
    return goodInOutage(state, hash) ?? 'unavailable';
  }
}

/** A failure of a look-up that has begun at `sinceMs`. One that an instance slept through says nothing. */
function fail(state: KeysState, sinceMs: number, error: unknown): void {
  const atMs = state.clock.nowMs();
  const tookMs = atMs - sinceMs;
  if (tookMs > 2 * TIMEOUT_MS) {
    return;
  }
  state.failed = { atMs, isSlow: tookMs >= state.settings.storeTimeoutMs };
  state.onStoreError('look up a key', error);
}

async function read({ client, tableName }: KeysState, hash: string): Promise<AuthenticatedKey | undefined> {
  const Key = { [keysTable.partitionKey.name]: { S: hash } };
  const get = { TableName: tableName, Key, ConsistentRead: true };
  const { Item } = await client.getItem(get, { abortSignal: AbortSignal.timeout(TIMEOUT_MS) });
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

function goodInOutage({ good, clock, settings }: KeysState, hash: string): AuthenticatedKey | undefined {
  const known = good.get(hash);
  const isRecent = known !== undefined && clock.nowMs() - known.readAtMs < OUTAGE_MS;
  return isRecent && settings.whenUnavailable === 'allow' ? known.key : undefined;
}
