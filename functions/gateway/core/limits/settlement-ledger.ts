import type { Clock } from '../model/clock.ts';
import type { KeyLimits } from '../model/key-limits.ts';
import { monthOf, toNanoUsd } from './account.ts';
import type { Settlement } from './account-change.ts';
import type { AccountStore } from './account-store.ts';
import { earningTimeUs, reservableTimeUs } from './meter.ts';
import type { Reservation } from './reserve.ts';

/** Writes what calls have cost into the accounts of their keys. */
export interface SettlementLedger {
  /**
   * Resolves when it is written or has failed to be: then it goes out with the next one. Never rejects. Of many calls at once the
   * settlements are gathered for a moment and go out together.
   */
  readonly add: (account: string, settlement: Settlement) => Promise<void>;
  /**
   * Adds what a call has cost, in US dollars, of a key of which nothing else is counted. Resolves after `SETTLE_MS` at the latest, and the
   * write goes on: calls that end within a moment have one wait with one timer.
   */
  readonly noteSpent: (account: string, usd: number) => Promise<void>;
  /** Writes what is left. */
  readonly flush: () => Promise<void>;
}

/** The store that settlements are written to, and who is told where it fails. */
export interface SettlementLedgerOptions {
  readonly store: AccountStore;
  readonly clock: Clock;
  readonly onStoreError: (operation: string, error: unknown) => void;
}

interface Entry {
  readonly account: string;
  readonly settlement: Settlement;
}

interface LedgerState extends SettlementLedgerOptions {
  readonly pending: Map<string, Entry>;
  /** Resolves when what is pending has been written, or has failed to be. */
  gathering: PromiseWithResolvers<void>;
  writing?: Promise<void>;
  /** The last wait of a call that noted what it cost. */
  wait?: Wait;
  /** When the last write began. */
  wroteAtMs: number;
  /** Whether all has to be written now. */
  isHurried: boolean;
  /** Ends the wait for more. */
  hurry?: () => void;
}

/** A wait for a write, which has an end. */
interface Wait {
  readonly written: Promise<void>;
  readonly sinceMs: number;
  readonly over: Promise<void>;
}

/** The longest that the end of a call waits until it is written; the write goes on. */
export const SETTLE_MS = 2000;

/** Who comes so much later to the same write waits as long all the same. */
const SHARED_MS = 100;

/** A write so soon after another one waits until so much time has passed: an instance that has one call at a time never does. */
const GATHER_MS = 100;

const NOTHING = Promise.resolve();

/** One write a key at a time; what comes meanwhile is added up for the next. Nothing is dropped while the instance lives. */
export function settlementLedger(options: SettlementLedgerOptions): SettlementLedger {
  const state: LedgerState = {
    ...options,
    pending: new Map(),
    gathering: Promise.withResolvers(),
    wroteAtMs: -Infinity,
    isHurried: false,
  };
  return {
    add: (account, settlement) => add(state, { account, settlement }),
    noteSpent: (account, usd) => {
      const spentNanoUsd = toNanoUsd(usd);
      const month = monthOf(state.clock.nowMs());
      const settlement = { requestsUs: 0, tokensUs: 0, committedNanoUsd: spentNanoUsd, spentNanoUsd, month };
      return spentNanoUsd === 0 ? NOTHING : waitFor(state, add(state, { account, settlement }));
    },
    flush: async () => {
      state.isHurried = true;
      state.hurry?.();
      // A write that is under way may fail: what it brings back goes out once more.
      await state.writing;
      if (state.pending.size > 0) {
        state.writing ??= writeAll(state);
        await state.writing;
      }
      state.isHurried = false;
    },
  };
}

function add(state: LedgerState, entry: Entry): Promise<void> {
  const { requestsUs, tokensUs, committedNanoUsd, spentNanoUsd } = entry.settlement;
  if (requestsUs === 0 && tokensUs === 0 && committedNanoUsd === 0 && spentNanoUsd === 0) {
    return NOTHING;
  }
  note(state, entry);
  // Not the end of all writing: a busy instance never comes to that.
  const { promise } = state.gathering;
  state.writing ??= writeAll(state);
  return promise;
}

function note({ pending }: LedgerState, { account, settlement }: Entry): void {
  const name = `${account} ${settlement.month}`;
  const before = pending.get(name)?.settlement;
  pending.set(name, {
    account,
    settlement: before === undefined ? settlement : settledTogether(before, settlement),
  });
}

function waitFor(state: LedgerState, written: Promise<void>): Promise<void> {
  const { clock, wait } = state;
  const nowMs = clock.nowMs();
  if (wait?.written === written && nowMs - wait.sinceMs < SHARED_MS) {
    return wait.over;
  }
  const { promise: over, resolve } = Promise.withResolvers<void>();
  const cancel = clock.after(SETTLE_MS, resolve);
  void written.then(() => {
    cancel();
    resolve();
  });
  state.wait = { written, sinceMs: nowMs, over };
  return over;
}

/** Ends in the same turn in which it has seen that nothing is left: what is added later starts the next. */
async function writeAll(state: LedgerState): Promise<void> {
  let isFailing = false;
  while (state.pending.size > 0 && !isFailing) {
    const waitMs = state.wroteAtMs + GATHER_MS - state.clock.nowMs();
    if (waitMs > 0 && !state.isHurried) {
      await gathered(state, waitMs);
    }
    state.wroteAtMs = state.clock.nowMs();
    const entries = [...state.pending.values()];
    const { resolve } = state.gathering;
    state.pending.clear();
    state.gathering = Promise.withResolvers();
    const written = await Promise.all(entries.map((entry) => writeOne(state, entry)));
    isFailing = written.includes(false);
    resolve();
  }
  if (isFailing) {
    state.gathering.resolve();
    state.gathering = Promise.withResolvers();
  }
  delete state.writing;
}

function gathered(state: LedgerState, waitMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = state.clock.after(waitMs, resolve);
    const hurry = (): void => {
      cancel();
      resolve();
    };
    state.hurry = hurry;
  });
}

async function writeOne(state: LedgerState, entry: Entry): Promise<boolean> {
  try {
    await state.store.add(entry.account, entry.settlement);
    return true;
  } catch (error) {
    note(state, entry);
    state.onStoreError("write a key's account", error);
    return false;
  }
}

/** What a call has used in the end. */
export interface Use {
  readonly requests: number;
  readonly tokens: number;
  readonly usd: number;
}

/** Corrects what was reserved by what was used. `reservation` is of zeros where the account was out of reach. */
export function settlementOf(reservation: Reservation, limits: KeyLimits, use: Use): Settlement {
  const { requestsPerMinute, tokensPerMinute } = limits;
  const requestsUs = requestsPerMinute === undefined ? 0 : reservableTimeUs(use.requests, requestsPerMinute);
  const tokensUs = tokensPerMinute === undefined ? 0 : earningTimeUs(use.tokens, tokensPerMinute);
  const spentNanoUsd = toNanoUsd(use.usd);
  return {
    requestsUs: requestsUs - reservation.requestsUs,
    tokensUs: tokensUs - reservation.tokensUs,
    committedNanoUsd: spentNanoUsd - reservation.nanoUsd,
    spentNanoUsd,
    month: reservation.month,
  };
}

/** Two settlements of one month as one. */
function settledTogether(a: Settlement, b: Settlement): Settlement {
  return {
    requestsUs: a.requestsUs + b.requestsUs,
    tokensUs: a.tokensUs + b.tokensUs,
    committedNanoUsd: a.committedNanoUsd + b.committedNanoUsd,
    spentNanoUsd: a.spentNanoUsd + b.spentNanoUsd,
    month: a.month,
  };
}
