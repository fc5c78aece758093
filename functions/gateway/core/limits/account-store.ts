import type { Account } from './account.ts';
import type { AccountChange, Settlement } from './account-change.ts';

/** Where the fleet's instances keep the accounts of keys. Every method rejects where the store does not answer. */
export interface AccountStore {
  /** The account as it is now, with every write that has been answered. `month` as `2026-10`. */
  readonly read: (account: string, month: string) => Promise<Account>;
  /** Makes the whole change in one step if all its conditions hold, else nothing. Gives the account as it then is. */
  readonly take: (account: string, change: AccountChange) => Promise<Account | 'conflict'>;
  /** Adds to the account without conditions. */
  readonly add: (account: string, settlement: Settlement) => Promise<void>;
}
