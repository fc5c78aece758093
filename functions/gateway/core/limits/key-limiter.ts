import type { Clock } from '../model/clock.ts';
import type { GatewayError } from '../model/gateway-error.ts';
import type { KeyLimits, LimitSettings } from '../model/key-limits.ts';
import { type Account, monthOf } from './account.ts';
import { type AccountQueue, accountQueue } from './account-queue.ts';
import type { AccountStore } from './account-store.ts';
import { limitErrorOf, limitsUnavailable, limitUnchecked } from './limit-error.ts';
import { limitHeaders } from './limit-headers.ts';
import { type LocalAllowance, localAllowance } from './local-allowance.ts';
import { meterStandings } from './meter-standing.ts';
import { type Demand, type Reservation, type Reserving, reserve } from './reserve.ts';
import { SETTLE_MS, type SettlementLedger, settlementLedger, settlementOf, type Use } from './settlement-ledger.ts';
import { inTime, type StoreOutages, storeOutages } from './store-patience.ts';

/** A key whose use is limited. */
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

/** Holds keys to their limits over the whole fleet. Nothing here rejects, nor waits longer than `storeTimeoutMs` for the store before a call. */
export interface KeyLimiter {
  /** What is known without asking: the refusal that still stands, so that a flood costs next to nothing. */
  readonly refusal: (key: LimitedKey) => GatewayError | undefined;
  readonly admit: (key: LimitedKey, demand: Demand) => Promise<Admission>;
  /** Notes what a call of a key without limits has cost, US dollars: nothing is asked before it. Resolves when it is written, or after a while. */
  readonly noteSpent: (account: string, usd: number) => Promise<void>;
  /** Writes what could not be written before. */
  readonly close: () => Promise<void>;
}

/** The settings of a limiter and the store of its accounts. */
export interface KeyLimiterOptions {
  readonly settings: LimitSettings;
  readonly store: AccountStore;
  readonly clock: Clock;
  /** Told of each failure of the store. */
  readonly onStoreError: (operation: string, error: unknown) => void;
}

/** The longest that closing waits until all is written. */
const CLOSE_MS = 4000;
/** A store that fails is told of once in so long. */
const LOG_EVERY_MS = 1000;

interface LimiterState extends KeyLimiterOptions {
  /** By account. There are as many as the operator has made keys. */
  readonly queues: Map<string, AccountQueue>;
  readonly ledger: SettlementLedger;
  readonly allowance: LocalAllowance;
  readonly outages: StoreOutages;
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
    ledger: settlementLedger({ store, clock, onStoreError }),
    allowance: localAllowance(settings.localShare, clock.nowMs),
    outages: storeOutages(clock),
    loggedAtMs: -Infinity,
  };
  return {
    refusal: ({ account, limits }) => {
      const queue = state.queues.get(account);
      return queue?.isFresh() === true ? refusalBy(queue.known(), limits, clock.nowMs()) : undefined;
    },
    admit: (key, demand) => admitLimited(state, key, demand),
    noteSpent: state.ledger.noteSpent,
    close: async () => {
      await inTime(clock, CLOSE_MS, state.ledger.flush());
    },
  };
}

function refusalBy(known: Account, limits: KeyLimits, nowMs: number): GatewayError | undefined {
  const reserving = reserve(known, limits, { requests: 1, tokens: 0, usd: 0 }, nowMs);
  return reserving.kind === 'refused' ? limitErrorOf(reserving, limits, nowMs) : undefined;
}

async function admitLimited(state: LimiterState, key: LimitedKey, demand: Demand): Promise<Admission> {
  const { outages } = state;
  // Where the store has just failed, who is let through without it does not wait for it: it is asked beside the request.
  const local = outages.isAway(key.account) ? allowLocally(state, key, demand) : undefined;
  const asked = outages.pauseLeftMs(key.account) > 0 ? undefined : ask(state, key, demand);
  const reserving = asked === undefined || local?.kind === 'allowed' ? undefined : await answerOf(state, key, asked);
  if (reserving === undefined) {
    return admitWithoutStore(state, key, { local: local ?? allowLocally(state, key, demand), asked });
  }
  return admittedBy(state, key, reserving);
}

/** What the fleet's account says. */
function admittedBy(state: LimiterState, key: LimitedKey, reserving: Reserving): Admission {
  const { limits } = key;
  const nowMs = state.clock.nowMs();
  if (reserving.kind === 'refused') {
    return { kind: 'refused', error: limitErrorOf(reserving, limits, nowMs) };
  }
  const headers = limitHeaders(meterStandings(reserving.account, limits, nowMs));
  return admitted(state, key, { headers, reservation: reserving.reservation });
}

/** `undefined` where the store has failed. */
async function ask(state: LimiterState, key: LimitedKey, demand: Demand): Promise<Reserving | undefined> {
  try {
    const reserving = await queueOf(state, key.account).reserve(key.limits, demand);
    state.outages.answered(key.account);
    return reserving;
  } catch (error) {
    state.outages.failed(key.account);
    tell(state, key, error);
    return undefined;
  }
}

function tell(state: LimiterState, { name }: LimitedKey, error: unknown): void {
  const nowMs = state.clock.nowMs();
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

type Asked = Promise<Reserving | undefined>;

/** The store's answer, where it gives one in time. */
async function answerOf(state: LimiterState, key: LimitedKey, asked: Asked): Promise<Reserving | undefined> {
  const { storeTimeoutMs } = state.settings;
  const inTimeOrNot = await inTime(state.clock, storeTimeoutMs, asked);
  if (inTimeOrNot === undefined) {
    state.outages.slow(key.account);
    tell(state, key, `no answer within ${storeTimeoutMs} ms`);
  }
  return inTimeOrNot?.answer;
}

async function admitWithoutStore(
  state: LimiterState,
  key: LimitedKey,
  { local, asked }: { readonly local: Locally; readonly asked: Asked | undefined },
): Promise<Admission> {
  // What was asked may have been written all the same: then it is there to be settled.
  const reservation = Promise.resolve(asked).then((late) => (late?.kind === 'reserved' ? late.reservation : undefined));
  if (local.kind === 'allowed') {
    return admitted(state, key, { headers: {}, reservation });
  }
  // Nobody is refused what there may be room for while the store may still tell.
  const waitMs = state.outages.lateMs(key.account);
  const late = asked === undefined ? undefined : (await inTime(state.clock, waitMs, asked))?.answer;
  if (late !== undefined) {
    return admittedBy(state, key, late);
  }
  void settleLater(state, key, { reservation, use: { requests: 0, tokens: 0, usd: 0 } });
  return { kind: 'refused', error: local.error() };
}

/** What this instance makes of a request by itself. */
type Locally =
  | { readonly kind: 'allowed' }
  // The error says when to try again, as it is known once nobody waits any more.
  | { readonly kind: 'refused'; readonly error: () => GatewayError };

function allowLocally(state: LimiterState, { account, limits }: LimitedKey, demand: Demand): Locally {
  if (state.settings.whenUnavailable === 'refuse') {
    return { kind: 'refused', error: limitsUnavailable };
  }
  const known = queueOf(state, account).known();
  const allowing = state.allowance({ account, limits, known, demand });
  switch (allowing.kind) {
    case 'reserved':
      return { kind: 'allowed' };
    case 'spent':
      return { kind: 'refused', error: () => limitErrorOf(allowing.refused, limits, state.clock.nowMs()) };
    case 'refused':
      return { kind: 'refused', error: () => limitUnchecked(allowing.refusal, state.outages.retryMs(account)) };
  }
}

interface Admitted {
  readonly headers: Readonly<Record<string, string>>;
  /** `undefined` where the store holds none. A promise where it has not told yet. */
  readonly reservation: Reservation | undefined | Promise<Reservation | undefined>;
}

function admitted(state: LimiterState, key: LimitedKey, { headers, reservation }: Admitted): Admission {
  const { clock, outages, settings } = state;
  return {
    kind: 'admitted',
    headers,
    // Resolves when it is written, or after a while: what is slow goes on beside the next calls.
    settle: async (use) => {
      const waitMs = outages.isAway(key.account) ? Math.min(SETTLE_MS, settings.storeTimeoutMs) : SETTLE_MS;
      await inTime(clock, waitMs, settleLater(state, key, { reservation, use }));
    },
  };
}

type Used = Pick<Admitted, 'reservation'> & { readonly use: Use };

function settleLater(state: LimiterState, { account, limits }: LimitedKey, { reservation, use }: Used): Promise<void> {
  const month = monthOf(state.clock.nowMs());
  const add = (reserved: Reservation | undefined): Promise<void> =>
    state.ledger.add(account, settlementOf(reserved ?? { requestsUs: 0, tokensUs: 0, month, nanoUsd: 0 }, limits, use));
  const added = reservation instanceof Promise ? reservation.then(add) : add(reservation);
  return added.then(queueOf(state, account).settled);
}
