import type { Random } from '../model/clock.ts';
import { type DecayScales, epochAt, weightAt } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import {
  countsOf,
  entriesOf,
  type LedgerEntry,
  PACES,
  type Pace,
  type PacedSums,
  type Sums,
  type SumsLedger,
  sumsLedger,
  sumsOf,
} from './sums.ts';

/** One instance's own observations: those to be written, and those too new to be in what was last read. Merged, so that it stays small. */
export interface ObservationLog {
  /**
   * `writtenShare` (0 to 1): the share of observations that is written; each written one then stands for 1 / share. `usualShare`: the same
   * for the usual memory, which needs few. The result takes the observation back.
   */
  readonly add: (observation: Observation, writtenShare: number, usualShare?: number) => () => void;
  /** What the store did not hold when it was last read. */
  readonly recent: (deployment: string, pace: Pace) => readonly ReadonlyMap<number, Sums>[];
  /** Hands out all that is to be written; `undefined` where there is nothing. Call `settle` once the write has ended. */
  readonly take: () => Batch | undefined;
  /** A read of these memories begins. Call the result once it has succeeded: what was written before it began is in what it read. */
  readonly beginRead: (paces?: readonly Pace[]) => () => void;
}

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

interface Log {
  open: Pending;
  /** Handed out, and not yet settled. */
  readonly inFlight: Set<Pending>;
  /** Written before the last read began, and after. */
  writtenBefore: SumsLedger;
  writtenSince: SumsLedger;
}

/** A log without observations. `random` draws which of them are written; `onSeen` is told of what each adds to what is seen. */
export function observationLog(
  scales: DecayScales,
  random: Random,
  onSeen: (entry: LedgerEntry) => void = () => undefined,
): ObservationLog {
  const log: Log = { open: nothing(), inFlight: new Set(), writtenBefore: sumsLedger(), writtenSince: sumsLedger() };
  return {
    add: (observation, writtenShare, usualShare = writtenShare) => {
      const shares = { lasting: writtenShare, recent: writtenShare, usual: usualShare };
      const entering: Entering = { log, scales, onSeen, draw: random(), shares };
      enter(entering, observation, 1);
      return () => enter(entering, observation, -1);
    },
    recent: (deployment, pace) => {
      const ledgers = [
        log.open.seen,
        ...[...log.inFlight].map(({ seen }) => seen),
        log.writtenBefore,
        log.writtenSince,
      ];
      return ledgers.flatMap((ledger) => {
        const own = ledger.sums.get(deployment)?.[pace];
        return own === undefined || own.size === 0 ? [] : [own];
      });
    },
    take: () => take(log),
    beginRead: (paces = PACES) => {
      // A part of its own: an earlier read that still runs must not confirm what was written since.
      const covered = sumsLedger();
      covered.addAll(log.writtenBefore.sums);
      covered.addAll(log.writtenSince.sums);
      log.writtenBefore = covered;
      log.writtenSince = sumsLedger();
      return () => {
        // A later read has begun and moved more into its part: that one will confirm it.
        log.writtenBefore = log.writtenBefore === covered ? unreadPart(covered, paces) : log.writtenBefore;
      };
    },
  };
}

interface Entering {
  readonly log: Log;
  readonly scales: DecayScales;
  readonly onSeen: (entry: LedgerEntry) => void;
  /** Below a memory's share of written observations this one is written. */
  readonly draw: number;
  readonly shares: Readonly<Record<Pace, number>>;
}

function enter({ log, scales, onSeen, draw, shares }: Entering, observation: Observation, sign: 1 | -1): void {
  const { deployment, atMs } = observation;
  const counts = countsOf(observation);
  for (const pace of PACES) {
    const scale = scales[pace];
    const share = shares[pace];
    const entry = { deployment, pace, epoch: epochAt(atMs, scale) };
    const seen = { ...entry, sums: sumsOf(counts, weightAt(atMs, scale), pace, sign) };
    onSeen(seen);
    if (seen.sums.size === 0) {
      continue;
    }
    log.open.seen.add(seen);
    if (share === 1) {
      log.open.toWrite.add(seen);
    } else if (draw < share) {
      const weight = weightAt(atMs, scale, 1 / share);
      log.open.toWrite.add({ ...entry, sums: sumsOf(counts, weight, pace, sign) });
    }
  }
}

function take(log: Log): Batch | undefined {
  if (log.open.seen.sums.size === 0) {
    return undefined;
  }
  const pending = log.open;
  log.open = nothing();
  log.inFlight.add(pending);
  const settle = (isWritten: boolean): void => {
    log.inFlight.delete(pending);
    const heir = isWritten ? log.writtenSince : log.open.seen;
    heir.addAll(pending.seen.sums);
    if (!isWritten) {
      log.open.toWrite.addAll(pending.toWrite.sums);
    }
  };
  return { toWrite: pending.toWrite.sums, settle };
}

function nothing(): Pending {
  return { seen: sumsLedger(), toWrite: sumsLedger() };
}

/** What a read has left out, and so has not confirmed. */
function unreadPart({ sums }: SumsLedger, read: readonly Pace[]): SumsLedger {
  const rest = sumsLedger();
  for (const entry of entriesOf(sums)) {
    if (!read.includes(entry.pace)) {
      rest.add(entry);
    }
  }
  return rest;
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
