import type { AccountStore } from './account-store.ts';
import { isNothing, type Settlement, settledTogether } from './call-use.ts';

/** Writes what calls have cost into the accounts of their keys. */
export interface SettlementLedger {
  /** Resolves when it is written or has failed to be: then it goes out with the next one. Never rejects. */
  readonly add: (account: string, settlement: Settlement) => Promise<void>;
  /** Writes what is left. */
  readonly flush: () => Promise<void>;
}

/** The store that settlements are written to, and who is told where it fails. */
export interface SettlementLedgerOptions {
  readonly store: AccountStore;
  readonly onStoreError: (operation: string, error: unknown) => void;
}

interface Entry {
  readonly account: string;
  readonly settlement: Settlement;
}

interface LedgerState extends SettlementLedgerOptions {
  readonly pending: Map<string, Entry>;
  writing?: Promise<void>;
}

/** One write a key at a time; what comes meanwhile is added up for the next. Nothing is dropped while the instance lives. */
export function settlementLedger(options: SettlementLedgerOptions): SettlementLedger {
  const state: LedgerState = { ...options, pending: new Map() };
  const write = (): Promise<void> => {
    if (state.writing === undefined && state.pending.size > 0) {
      state.writing = writeAll(state);
    }
    return state.writing ?? Promise.resolve();
  };
  return {
    add: (account, settlement) => {
      if (isNothing(settlement)) {
        return Promise.resolve();
      }
      note(state, { account, settlement });
      return write();
    },
    flush: async () => {
      // A write that is under way may fail: what it brings back goes out once more.
      await state.writing;
      await write();
    },
  };
}

function note({ pending }: LedgerState, { account, settlement }: Entry): void {
  const name = `${account} ${settlement.month}`;
  const before = pending.get(name)?.settlement;
  pending.set(name, {
    account,
    settlement: before === undefined ? settlement : settledTogether(before, settlement),
  });
}

/** Ends in the same turn in which it has seen that nothing is left: what is added later starts the next. */
async function writeAll(state: LedgerState): Promise<void> {
  let isFailing = false;
  while (state.pending.size > 0 && !isFailing) {
    const entries = [...state.pending.values()];
    state.pending.clear();
    const written = await Promise.all(entries.map((entry) => writeOne(state, entry)));
    isFailing = written.includes(false);
  }
  delete state.writing;
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
