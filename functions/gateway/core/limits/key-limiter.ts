import type { Clock } from '../model/clock.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { KeyLimits, LimitSettings } from '../model/key-limits.ts';
import { type AccountQueue, accountQueue } from './account-queue.ts';
import type { AccountStore } from './account-store.ts';
import { limitError, limitsUnavailable } from './limit-error.ts';
import { limitHeaders } from './limit-headers.ts';
import { type LocalAllowance, localAllowance } from './local-allowance.ts';
import { meterStandings } from './meter-standing.ts';
import { monthOf } from './money.ts';
import { type Demand, type Reservation, type Reserving, reserve } from './reserve.ts';
import { settlementOf, type Use } from './settlement.ts';
import { type SettlementLedger, settlementLedger } from './settlement-ledger.ts';

/** A key whose use is counted. */
export interface LimitedKey {
  /** For the log. */
  readonly name: string;
  /** Names the key's account: the hex of its SHA-256. */
  readonly account: string;
  readonly limits: KeyLimits;
}

/** Whether a request may go on. */
export type Admission =
  | {
      readonly kind: 'admitted';
      /** How the key's limits stand. */
      readonly headers: Readonly<Record<string, string>>;
      /** Counts what the call has used. Call once when it has ended. Never rejects. */
      readonly settle: (use: Use) => Promise<void>;
    }
  | { readonly kind: 'refused'; readonly error: GatewayError };

/** Holds keys to their limits over the whole fleet. Nothing here rejects, nor waits longer than `storeTimeoutMs` before a call. */
export interface KeyLimiter {
  /** What is known without asking: the refusal that still stands, so that a flood costs next to nothing. */
  readonly refusal: (key: LimitedKey) => GatewayError | undefined;
  readonly admit: (key: LimitedKey, demand: Demand) => Promise<Admission>;
  /** Writes what could not be written before. */
  readonly close: () => Promise<void>;
}

export interface KeyLimiterOptions {
  readonly settings: LimitSettings;
  readonly store: AccountStore;
  readonly clock: Clock;
  /** Told of each failure of the store. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** After a failure no request of the same key waits for the store for so long, unless the store answers after all. */
const PAUSE_MS = 1000;
/** A store that fails is told of once in so long. */
const LOG_EVERY_MS = 1000;

interface LimiterState extends KeyLimiterOptions {
  /** By account. There are as many as the operator has made keys. */
  readonly queues: Map<string, AccountQueue>;
  readonly ledger: SettlementLedger;
  readonly allowance: LocalAllowance;
  /** By account. */
  readonly pausedUntilMs: Map<string, number>;
  loggedAtMs: number;
}

/**
 * Each key has one account for the whole fleet: two meters and the month's money. A request reserves in it by one conditional write before
 * its first attempt and is settled by one plain addition after its end. While the store answers, requests never pass the limit; tokens and
 * money pass it by no more than what calls under way use beyond their reservation, which later calls make up for. Where it does not
 * answer in time, an instance lets requests pass within its local allowance, and adds them to the account afterwards.
 */
export function keyLimiter(options: KeyLimiterOptions): KeyLimiter {
  const { store, onStoreError, settings, clock } = options;
  const state: LimiterState = {
    ...options,
    queues: new Map(),
    ledger: settlementLedger({ store, onStoreError }),
    allowance: localAllowance(settings.localShare, clock.nowMs),
    pausedUntilMs: new Map(),
    loggedAtMs: -Infinity,
  };
  return {
    refusal: (key) => standingRefusal(state, key),
    admit: (key, demand) => admit(state, key, demand),
    close: state.ledger.flush,
  };
}

function standingRefusal(state: LimiterState, { account, limits }: LimitedKey): GatewayError | undefined {
  const queue = state.queues.get(account);
  if (queue === undefined || !queue.isFresh()) {
    return undefined;
  }
  const nowMs = state.clock.nowMs();
  const reserving = reserve(queue.known(), limits, { requests: 1, tokens: 0, usd: 0 }, nowMs);
  return reserving.kind === 'refused' ? errorOf(reserving, limits, nowMs) : undefined;
}

async function admit(state: LimiterState, key: LimitedKey, demand: Demand): Promise<Admission> {
  const { limits } = key;
  if (!isCounted(limits)) {
    return admitted(state, key, { headers: {}, reservation: Promise.resolve(undefined) });
  }
  const asked = isPaused(state, key) ? undefined : ask(state, key, demand);
  const reserving = asked === undefined ? undefined : await inTime(state, key, asked);
  if (asked === undefined || reserving === undefined) {
    return admitWithoutStore(state, key, { demand, asked });
  }
  const nowMs = state.clock.nowMs();
  if (reserving.kind === 'refused') {
    return { kind: 'refused', error: errorOf(reserving, limits, nowMs) };
  }
  const headers = limitHeaders(meterStandings(reserving.account, limits, nowMs));
  return admitted(state, key, { headers, reservation: Promise.resolve(reserving.reservation) });
}

function isCounted({ requestsPerMinute, tokensPerMinute, usdPerMonth }: KeyLimits): boolean {
  return requestsPerMinute !== undefined || tokensPerMinute !== undefined || usdPerMonth !== undefined;
}

/** `undefined` where the store has failed. */
async function ask(state: LimiterState, key: LimitedKey, demand: Demand): Promise<Reserving | undefined> {
  try {
    const reserving = await queueOf(state, key.account).reserve(key.limits, demand);
    state.pausedUntilMs.delete(key.account);
    return reserving;
  } catch (error) {
    pause(state, key, error);
    return undefined;
  }
}

function isPaused({ clock, pausedUntilMs }: LimiterState, { account }: LimitedKey): boolean {
  return clock.nowMs() < (pausedUntilMs.get(account) ?? -Infinity);
}

function pause(state: LimiterState, { name, account }: LimitedKey, error: unknown): void {
  const nowMs = state.clock.nowMs();
  state.pausedUntilMs.set(account, nowMs + PAUSE_MS);
  if (nowMs - state.loggedAtMs < LOG_EVERY_MS) {
    return;
  }
  state.loggedAtMs = nowMs;
  const instead = state.settings.whenUnavailable === 'allow' ? 'allowed within the local allowance' : 'refused';
  state.onStoreError(`check the limits of key ${name}; its requests are ${instead}`, error);
}

function queueOf({ queues, store, clock }: LimiterState, account: string): AccountQueue {
  const queue = queues.get(account) ?? accountQueue({ account, store, clock });
  queues.set(account, queue);
  return queue;
}

function inTime(
  state: LimiterState,
  key: LimitedKey,
  asked: Promise<Reserving | undefined>,
): Promise<Reserving | undefined> {
  const { storeTimeoutMs } = state.settings;
  return new Promise((resolve) => {
    const cancel = state.clock.after(storeTimeoutMs, () => {
      pause(state, key, `no answer within ${storeTimeoutMs} ms`);
      resolve(undefined);
    });
    void asked.then((reserving) => {
      cancel();
      resolve(reserving);
    });
  });
}

function admitWithoutStore(
  state: LimiterState,
  key: LimitedKey,
  { demand, asked }: { readonly demand: Demand; readonly asked: Promise<Reserving | undefined> | undefined },
): Admission {
  // What was asked may have been written all the same: then it is there to be settled.
  const reservation = Promise.resolve(asked).then((late) => (late?.kind === 'reserved' ? late.reservation : undefined));
  const local = allowLocally(state, key, demand);
  if (local === undefined) {
    return admitted(state, key, { headers: {}, reservation });
  }
  void settleLater(state, key, { reservation, use: { requests: 0, tokens: 0, usd: 0 } });
  return { kind: 'refused', error: local };
}

function allowLocally(state: LimiterState, { account, limits }: LimitedKey, demand: Demand): GatewayError | undefined {
  if (state.settings.whenUnavailable === 'refuse') {
    return limitsUnavailable();
  }
  const known = queueOf(state, account).known();
  const reserving = state.allowance({ account, limits, known, demand });
  return reserving.kind === 'refused' ? errorOf(reserving, limits, state.clock.nowMs()) : undefined;
}

interface Admitted {
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` where the store holds none. */
  readonly reservation: Promise<Reservation | undefined>;
}

function admitted(state: LimiterState, key: LimitedKey, { headers, reservation }: Admitted): Admission {
  return { kind: 'admitted', headers, settle: (use) => settleLater(state, key, { reservation, use }) };
}

async function settleLater(
  state: LimiterState,
  { account, limits }: LimitedKey,
  { reservation, use }: Pick<Admitted, 'reservation'> & { readonly use: Use },
): Promise<void> {
  const month = monthOf(state.clock.nowMs());
  const reserved = (await reservation) ?? { requestsUs: 0, tokensUs: 0, month, nanoUsd: 0 };
  await state.ledger.add(account, settlementOf(reserved, limits, use));
  state.queues.get(account)?.settled();
}

function errorOf(
  { refusal, account }: Extract<Reserving, { kind: 'refused' }>,
  limits: KeyLimits,
  nowMs: number,
): GatewayError {
  return limitError(refusal, limits, meterStandings(account, limits, nowMs));
}
