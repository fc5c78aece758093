import type { Clock } from '../model/clock.ts';
import type { KeyLimits } from '../model/key-limits.ts';
import { type Account, emptyAccount, monthOf } from './account.ts';
import { accountChange } from './account-change.ts';
import type { AccountStore } from './account-store.ts';
import { type Demand, type Reserving, reserve } from './reserve.ts';

/** The reservations of one key at one instance. */
export interface AccountQueue {
  /** The account as last seen. Others may have used more since. */
  readonly known: () => Account;
  /** Whether what is known was read so recently that it is good enough to refuse by. */
  readonly isFresh: () => boolean;
  /** Reserves in the fleet's account. Rejects where the store does not answer. */
  readonly reserve: (limits: KeyLimits, demand: Demand) => Promise<Reserving>;
  /** Own calls have been settled: what is known may be too much. */
  readonly settled: () => void;
}

/** The account of one key and the store that holds it. */
export interface AccountQueueOptions {
  readonly account: string;
  readonly store: AccountStore;
  readonly clock: Clock;
}

/** So long a refusal stands without asking again: what bounds the reads that a flood of refused requests costs. */
const FRESH_MS = 1000;
/** More only happens where many instances fight for the last of a limit: then the store counts as out of reach. */
const MAX_ROUNDS = 8;

interface Waiting {
  readonly limits: KeyLimits;
  readonly demand: Demand;
  readonly resolve: (reserving: Reserving) => void;
  readonly reject: (error: unknown) => void;
}

interface QueueState extends AccountQueueOptions {
  known: Account;
  readAtMs: number;
  waiting: Waiting[];
  working?: Promise<void>;
}

/**
 * Reserves for the requests of one key with one write in flight: those that come meanwhile share the next one. So an instance writes as
 * often as the store answers at the most, and a request that is alone waits for one write.
 */
export function accountQueue(options: AccountQueueOptions): AccountQueue {
  const state: QueueState = { ...options, known: emptyAccount(0), readAtMs: -Infinity, waiting: [] };
  return {
    known: () => state.known,
    isFresh: () => isFresh(state),
    reserve: (limits, demand) => {
      const { promise, resolve, reject } = Promise.withResolvers<Reserving>();
      state.waiting.push({ limits, demand, resolve, reject });
      state.working ??= work(state);
      return promise;
    },
    settled: () => {
      state.readAtMs = -Infinity;
    },
  };
}

function isFresh({ clock, readAtMs }: QueueState): boolean {
  return clock.nowMs() - readAtMs <= FRESH_MS;
}

/** Ends in the same turn in which it has seen that nobody is waiting: who comes later starts the next. */
async function work(state: QueueState): Promise<void> {
  while (state.waiting.length > 0) {
    const batch = state.waiting.splice(0);
    try {
      await serve(state, batch);
    } catch (error) {
      for (const { reject } of batch) {
        reject(error);
      }
    }
  }
  delete state.working;
}

/** Answers every request of a batch. What is known decides whom to reserve for; only what was just read decides whom to refuse. */
async function serve(state: QueueState, batch: readonly Waiting[]): Promise<void> {
  let waiting = batch;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const judged = judge(state, waiting);
    if (judged.refused.length > 0 && !isFresh(state)) {
      await read(state);
      continue;
    }
    answer(judged.refused);
    waiting = judged.reserved.map(({ waiting: passed }) => passed);
    const account = waiting.length === 0 ? undefined : await take(state, judged);
    if (account !== 'conflict') {
      answer(judged.reserved, account);
      return;
    }
    await read(state);
  }
  throw new Error(`The account of a key changed ${MAX_ROUNDS} times while it was written.`);
}

interface Judgement {
  readonly waiting: Waiting;
  readonly reserving: Reserving;
}

interface Judged {
  readonly nowMs: number;
  readonly account: Account;
  readonly reserved: readonly Judgement[];
  readonly refused: readonly Judgement[];
}

function judge({ clock, known }: QueueState, batch: readonly Waiting[]): Judged {
  const nowMs = clock.nowMs();
  let account = known;
  const judgements = batch.map((waiting) => {
    const reserving = reserve(account, waiting.limits, waiting.demand, nowMs);
    account = reserving.account;
    return { waiting, reserving };
  });
  return {
    nowMs,
    account,
    reserved: judgements.filter(({ reserving }) => reserving.kind === 'reserved'),
    refused: judgements.filter(({ reserving }) => reserving.kind === 'refused'),
  };
}

async function take(state: QueueState, { account, reserved, nowMs }: Judged): Promise<Account | 'conflict'> {
  // The newest: where the operator has changed the limits, older requests of the batch may still carry the old ones.
  const limits = reserved.at(-1)?.waiting.limits ?? {};
  const taken = await state.store.take(state.account, accountChange(state.known, account, limits, nowMs));
  if (taken !== 'conflict') {
    state.known = taken;
    state.readAtMs = nowMs;
  }
  return taken;
}

async function read(state: QueueState): Promise<void> {
  const nowMs = state.clock.nowMs();
  state.known = await state.store.read(state.account, monthOf(nowMs));
  state.readAtMs = nowMs;
}

/** `account`: how it stands for the whole fleet, where that is known better than by what was judged. */
function answer(judgements: readonly Judgement[], account?: Account): void {
  for (const { waiting, reserving } of judgements) {
    waiting.resolve(account === undefined ? reserving : { ...reserving, account });
  }
}
