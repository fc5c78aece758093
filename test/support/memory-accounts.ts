import type { Account } from '../../functions/gateway/core/limits/account.ts';
import type { AccountChange, MeterChange } from '../../functions/gateway/core/limits/account-change.ts';
import type { AccountStore } from '../../functions/gateway/core/limits/account-store.ts';
import type { Clock } from '../../functions/gateway/core/model/clock.ts';

/** Accounts in memory, with what a test wants to know of them. */
export interface MemoryAccounts {
  readonly store: AccountStore;
  readonly calls: { read: number; take: number; conflict: number; add: number };
  /** Money of one account and month, in billionths of dollars. */
  readonly money: (account: string, month: string) => { readonly committed: number; readonly spent: number };
  /** From now on every call fails, or again none. */
  readonly setDown: (isDown: boolean) => void;
}

export interface MemoryAccountsOptions {
  readonly clock: Clock;
  /** How long each call takes on the way there and on the way back. */
  readonly delayMs?: () => number;
}

/** A store that does in memory what DynamoDB does: each call in one step, at an instant between its start and its answer. */
export function memoryAccounts({ clock, delayMs = () => 0 }: MemoryAccountsOptions): MemoryAccounts {
  const numbers = new Map<string, number>();
  const calls = { read: 0, take: 0, conflict: 0, add: 0 };
  let isDown = false;
  const get = (name: string): number | undefined => numbers.get(name);
  const add = (name: string, by: number): void => void numbers.set(name, (get(name) ?? 0) + by);
  const travel = (): Promise<void> => {
    const ms = delayMs();
    return ms === 0 ? Promise.resolve() : new Promise((resolve) => void clock.after(ms, resolve));
  };
  const call = async <Answer>(step: () => Answer): Promise<Answer> => {
    await travel();
    if (isDown) {
      throw new Error('The store is down.');
    }
    const answer = step();
    await travel();
    return answer;
  };
  const allows = (name: string, change: MeterChange | undefined): boolean => {
    const now = get(name);
    switch (change?.kind) {
      case undefined:
        return true;
      case 'restart':
        return now === undefined || now < change.ifBeforeUs;
      case 'extend':
        return now !== undefined && now >= change.ifFromUs && now <= change.ifUntilUs;
    }
  };
  const apply = (name: string, change: MeterChange | undefined): void => {
    if (change?.kind === 'restart') {
      numbers.set(name, change.toUs);
    } else if (change?.kind === 'extend') {
      add(name, change.byUs);
    }
  };
  const readNow = (account: string, month: string): Account => ({
    requests: get(`${account} requests`) ?? 0,
    tokens: get(`${account} tokens`) ?? 0,
    month,
    committedNanoUsd: get(`${account} committed ${month}`) ?? 0,
  });
  const takeNow = (account: string, { month, requests, tokens, money }: AccountChange): Account | 'conflict' => {
    calls.take += 1;
    const committed = `${account} committed ${month}`;
    const isAllowed =
      allows(`${account} requests`, requests) &&
      allows(`${account} tokens`, tokens) &&
      (money === undefined || (get(committed) ?? -Infinity) <= money.ifAtMostNanoUsd);
    if (!isAllowed) {
      calls.conflict += 1;
      return 'conflict';
    }
    apply(`${account} requests`, requests);
    apply(`${account} tokens`, tokens);
    if (money !== undefined) {
      add(committed, money.byNanoUsd);
    }
    return readNow(account, month);
  };
  return {
    calls,
    setDown: (down) => {
      isDown = down;
    },
    money: (account, month) => ({
      committed: get(`${account} committed ${month}`) ?? 0,
      spent: get(`${account} spent ${month}`) ?? 0,
    }),
    store: {
      read: (account, month) =>
        call(() => {
          calls.read += 1;
          return readNow(account, month);
        }),
      take: (account, change) => call(() => takeNow(account, change)),
      add: (account, { month, requestsUs, tokensUs, committedNanoUsd, spentNanoUsd }) =>
        call(() => {
          calls.add += 1;
          add(`${account} requests`, requestsUs);
          add(`${account} tokens`, tokensUs);
          add(`${account} committed ${month}`, committedNanoUsd);
          add(`${account} spent ${month}`, spentNanoUsd);
        }),
    },
  };
}
