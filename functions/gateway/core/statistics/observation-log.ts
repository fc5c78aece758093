import type { Random } from '../model/clock.ts';
import { type DecayScale, epochAt, weightAt } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import { PACES, type Pace, type PacedSums, type SumsLedger, sumsLedger } from './paced-sums.ts';
import { negated, recentPart, type Sums, sumsOf } from './sums.ts';

/** One instance's own observations: those to be written, and those too new to be in what was last read. Merged, so that it stays small. */
export interface ObservationLog {
  /**
   * `writtenShare` (0 to 1): the share of observations that is written; each written one then stands for 1 / share. The result takes the
   * observation back.
   */
  readonly add: (observation: Observation, writtenShare: number) => () => void;
  /** What the store did not hold when it was last read. */
  readonly recent: (deployment: string, pace: Pace) => readonly ReadonlyMap<number, Sums>[];
  /** Hands out all that is to be written; `undefined` where there is nothing. Call `settle` once the write has ended. */
  readonly take: () => Batch | undefined;
  /** A read of the store begins. Call the result once it has succeeded: what was written before it began is in what it read. */
  readonly beginRead: () => () => void;
}

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

export type DecayScales = Readonly<Record<Pace, DecayScale>>;

export function observationLog(scales: DecayScales, random: Random): ObservationLog {
  const log: Log = { open: nothing(), inFlight: new Set(), writtenBefore: sumsLedger(), writtenSince: sumsLedger() };
  return {
    add: (observation, writtenShare) => {
      const isWritten = random() < writtenShare;
      const enter = (sign: 'add' | 'take back'): void => {
        include(log.open.seen, observation, scales, { times: 1, sign });
        if (isWritten) {
          include(log.open.toWrite, observation, scales, { times: 1 / writtenShare, sign });
        }
      };
      enter('add');
      return () => enter('take back');
    },
    recent: (deployment, pace) => {
      const ledgers = [
        log.open.seen,
        ...[...log.inFlight].map(({ seen }) => seen),
        log.writtenBefore,
        log.writtenSince,
      ];
      return ledgers.flatMap((ledger) => ledger.sums.get(deployment)?.[pace] ?? []);
    },
    take: () => take(log),
    beginRead: () => {
      // A part of its own: an earlier read that still runs must not confirm what was written since.
      const covered = sumsLedger();
      covered.addAll(log.writtenBefore.sums);
      covered.addAll(log.writtenSince.sums);
      log.writtenBefore = covered;
      log.writtenSince = sumsLedger();
      return () => {
        // A later read has begun and moved more into its part: that one will confirm it.
        log.writtenBefore = log.writtenBefore === covered ? sumsLedger() : log.writtenBefore;
      };
    },
  };
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

function include(
  ledger: SumsLedger,
  observation: Observation,
  scales: DecayScales,
  { times, sign }: { readonly times: number; readonly sign: 'add' | 'take back' },
): void {
  const { deployment, atMs } = observation;
  for (const pace of PACES) {
    const scale = scales[pace];
    const sums = sumsOf(observation, weightAt(atMs, scale, times));
    const kept = pace === 'recent' ? recentPart(sums) : sums;
    if (kept.size > 0) {
      ledger.add({ deployment, pace, epoch: epochAt(atMs, scale), sums: sign === 'add' ? kept : negated(kept) });
    }
  }
}
