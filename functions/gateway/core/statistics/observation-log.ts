import type { Random } from '../clock.ts';
import type { DecayScale } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import { addSums, type Sums, sumsOf } from './sums.ts';

/** Sums by deployment and epoch: what one write adds to the store. */
export type SumsByEpoch = ReadonlyMap<string, ReadonlyMap<number, Sums>>;

/** One instance's own observations: those to be written, and those too new to be in what was last read. Merged, so that it stays small. */
export interface ObservationLog {
  /** `writtenShare` (0 to 1): the share of observations that is written; each written one then stands for 1 / share. */
  readonly add: (observation: Observation, writtenShare: number) => void;
  /** What the store did not hold when it was last read. */
  readonly recent: (deployment: string) => readonly ReadonlyMap<number, Sums>[];
  /** Hands out all that is to be written; `undefined` where there is nothing. Call `settle` once the write has ended. */
  readonly take: () => Batch | undefined;
  /** A read of the store begins. Call the result once it has succeeded: what was written before it began is in what it read. */
  readonly beginRead: () => () => void;
}

export interface Batch {
  readonly toWrite: SumsByEpoch;
  /** Whether the write has succeeded; otherwise the batch goes out again with the next. */
  readonly settle: (isWritten: boolean) => void;
}

type MutableSums = Map<string, Map<number, Sums>>;

interface Pending {
  /** Each observation once: for this instance's own view. */
  readonly seen: MutableSums;
  /** The written share, weighted by its inverse: for the store. */
  readonly toWrite: MutableSums;
}

interface Log {
  open: Pending;
  /** Handed out, and not yet settled. */
  readonly inFlight: Set<Pending>;
  /** Written before the last read began, and after. */
  writtenBefore: MutableSums;
  writtenSince: MutableSums;
}

export function observationLog(scale: DecayScale, random: Random): ObservationLog {
  const log: Log = { open: nothing(), inFlight: new Set(), writtenBefore: new Map(), writtenSince: new Map() };
  return {
    add: (observation, writtenShare) => {
      include(log.open.seen, observation.deployment, sumsOf(observation, scale));
      if (random() < writtenShare) {
        include(log.open.toWrite, observation.deployment, sumsOf(observation, scale, 1 / writtenShare));
      }
    },
    recent: (deployment) => {
      const parts = [log.open.seen, ...[...log.inFlight].map(({ seen }) => seen), log.writtenBefore, log.writtenSince];
      return parts.flatMap((part) => part.get(deployment) ?? []);
    },
    take: () => take(log),
    beginRead: () => {
      const covered: MutableSums = new Map();
      merge(covered, log.writtenBefore);
      merge(covered, log.writtenSince);
      log.writtenBefore = covered;
      log.writtenSince = new Map();
      return () => {
        // Another read may have begun meanwhile and taken more into its part.
        log.writtenBefore = log.writtenBefore === covered ? new Map() : log.writtenBefore;
      };
    },
  };
}

function take(log: Log): Batch | undefined {
  if (log.open.seen.size === 0) {
    return undefined;
  }
  const pending = log.open;
  log.open = nothing();
  log.inFlight.add(pending);
  const settle = (isWritten: boolean): void => {
    log.inFlight.delete(pending);
    merge(isWritten ? log.writtenSince : log.open.seen, pending.seen);
    if (!isWritten) {
      merge(log.open.toWrite, pending.toWrite);
    }
  };
  return { toWrite: pending.toWrite, settle };
}

function nothing(): Pending {
  return { seen: new Map(), toWrite: new Map() };
}

function include(into: MutableSums, deployment: string, added: { readonly epoch: number; readonly sums: Sums }): void {
  const epochs = into.get(deployment) ?? new Map<number, Sums>();
  const before = epochs.get(added.epoch);
  epochs.set(added.epoch, before === undefined ? added.sums : addSums(before, added.sums));
  into.set(deployment, epochs);
}

function merge(into: MutableSums, from: SumsByEpoch): void {
  for (const [deployment, epochs] of from) {
    for (const [epoch, sums] of epochs) {
      include(into, deployment, { epoch, sums });
    }
  }
}
