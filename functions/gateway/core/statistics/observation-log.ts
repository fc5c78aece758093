import type { Random } from '../model/clock.ts';
import { type DecayScales, epochAt, weightAt } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import {
  countsOf,
  type LedgerEntry,
  PACES,
  type Pace,
  type PacedSums,
  type Sums,
  type SumsLedger,
  sumsLedger,
  sumsOf,
} from './sums.ts';

/** What one write adds to the store. */
export interface Batch {
  readonly toWrite: PacedSums;
  /** Whether the write has succeeded; otherwise the batch goes out again with the next. */
  readonly settle: (isWritten: boolean) => void;
}

interface Pending {
  /** Each observation once: for this instance's own view. */
  readonly seen: SumsLedger;
  /** The written share, weighted by its inverse: for the store. */
  readonly toWrite: SumsLedger;
}

/** How an observation enters. */
interface Entering {
  /** -1 takes back what has entered with this draw. */
  readonly sign: 1 | -1;
  /** Below a memory's share of written observations this one is written. */
  readonly draw: number;
}

/** One instance's own observations: those to be written, and those too new to be in what was last read. Merged, so that it stays small. */
export class ObservationLog {
  readonly #scales: DecayScales;
  readonly #random: Random;
  readonly #onSeen: (entry: LedgerEntry) => void;
  #open: Pending = { seen: sumsLedger(), toWrite: sumsLedger() };
  /** Handed out, and not yet settled. */
  readonly #inFlight = new Set<Pending>();
  /** Written before the last read of its deployment began, and after. */
  readonly #writtenBefore = sumsLedger();
  readonly #writtenSince = sumsLedger();
  /** The number of each deployment's last read. */
  readonly #lastRead = new Map<string, number>();
  #readsBegun = 0;

  /** Without observations at first. `random` draws which of them are written; `onSeen` is told of what each adds to what is seen. */
  constructor(scales: DecayScales, random: Random, onSeen: (entry: LedgerEntry) => void = () => undefined) {
    this.#scales = scales;
    this.#random = random;
    this.#onSeen = onSeen;
  }

  /**
   * `writtenShare` (0 to 1): the share of observations that is written; each written one then stands for 1 / share. `usualShare`: the same
   * for the usual memory, which needs few. The result takes the observation back.
   */
  add(
    observation: Observation,
    writtenShare: number,
    usualShare = writtenShare,
    { sign, draw }: Entering = { sign: 1, draw: this.#random() },
  ): () => void {
    const { deployment, atMs } = observation;
    const counts = countsOf(observation);
    for (const pace of PACES) {
      const scale = this.#scales[pace];
      const share = pace === 'usual' ? usualShare : writtenShare;
      const entry = { deployment, pace, epoch: epochAt(atMs, scale) };
      const seen = { ...entry, sums: sumsOf(counts, weightAt(atMs, scale), pace, sign) };
      this.#onSeen(seen);
      if (seen.sums.size === 0) {
        continue;
      }
      this.#open.seen.add(seen);
      if (share === 1) {
        this.#open.toWrite.add(seen);
      } else if (draw < share) {
        const weight = weightAt(atMs, scale, 1 / share);
        this.#open.toWrite.add({ ...entry, sums: sumsOf(counts, weight, pace, sign) });
      }
    }
    return () => void this.add(observation, writtenShare, usualShare, { sign: -1, draw });
  }

  /** What the store did not hold when it was last read. */
  recent(deployment: string, pace: Pace): readonly ReadonlyMap<number, Sums>[] {
    const pending = [this.#open, ...this.#inFlight].map(({ seen }) => seen);
    return [...pending, this.#writtenBefore, this.#writtenSince].flatMap((ledger) => {
      const own = ledger.sums.get(deployment)?.[pace];
      return own === undefined || own.size === 0 ? [] : [own];
    });
  }

  /** Hands out all that is to be written; `undefined` where there is nothing. Call `settle` once the write has ended. */
  take(): Batch | undefined {
    const pending = this.#open;
    if (pending.seen.sums.size === 0) {
      return undefined;
    }
    this.#open = { seen: sumsLedger(), toWrite: sumsLedger() };
    this.#inFlight.add(pending);
    const settle = (isWritten: boolean): void => {
      this.#inFlight.delete(pending);
      const heir = isWritten ? this.#writtenSince : this.#open.seen;
      heir.addAll(pending.seen.sums);
      if (!isWritten) {
        this.#open.toWrite.addAll(pending.toWrite.sums);
      }
    };
    return { toWrite: pending.toWrite.sums, settle };
  }

  /**
   * A read of these deployments' memories begins. Call the result once it has succeeded: what was written before it began is in what it read.
   * A later read that begins meanwhile confirms in its place.
   */
  beginRead(deployments: readonly string[], paces: readonly Pace[] = PACES): () => void {
    this.#readsBegun += 1;
    const read = this.#readsBegun;
    for (const id of deployments) {
      this.#lastRead.set(id, read);
      addEach(this.#writtenBefore, this.#writtenSince.take(id));
    }
    return () => {
      for (const id of deployments) {
        if (this.#lastRead.get(id) === read) {
          const unread = this.#writtenBefore.take(id).filter(({ pace }) => !paces.includes(pace));
          addEach(this.#writtenBefore, unread);
        }
      }
    };
  }
}

function addEach(ledger: SumsLedger, entries: readonly LedgerEntry[]): void {
  for (const entry of entries) {
    ledger.add(entry);
  }
}

/** The share (0 to 1) of what happens `perSecond` times a second that may be done, so that it is done at most `limit` times a second. */
export function sampledShare(perSecond: number, limit: number): number {
  return perSecond <= limit ? 1 : limit / perSecond;
}

/** The shares (0 to 1) of observations that are written. */
export interface WrittenShares {
  /** To the lasting memory and the recent one. */
  readonly quick: number;
  /** To the usual one, which changes slowly: a write in five seconds tells it enough. */
  readonly usual: number;
}

/** Where no limit is near. */
export const ALL_WRITTEN: WrittenShares = { quick: 1, usual: 1 };

/** The shares by which the fleet stays under its writes a second to a deployment. */
export function writtenShares(requestsPerSecond: number, writesPerSecond: number): WrittenShares {
  const perSecond = requestsPerSecond * ITEMS_PER_ATTEMPT;
  if (perSecond <= writesPerSecond && requestsPerSecond <= USUAL_WRITES_PER_SECOND) {
    return ALL_WRITTEN;
  }
  const quick = sampledShare(perSecond, writesPerSecond);
  return { quick, usual: Math.min(quick, sampledShare(requestsPerSecond, USUAL_WRITES_PER_SECOND)) };
}

const USUAL_WRITES_PER_SECOND = 0.2;

/** What an attempt writes where nothing is merged: its first token to both quick memories, its end to the lasting one. */
const ITEMS_PER_ATTEMPT = 3;
