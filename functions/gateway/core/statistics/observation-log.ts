import type { Random } from '../clock.ts';
import type { DecayScale } from './forward-decay.ts';
import type { Observation } from './observation.ts';
import { addSums, type Sums, sumsOf } from './sums.ts';

/** Sums by deployment and epoch: what one write adds to the store. */
export type SumsByEpoch = ReadonlyMap<string, ReadonlyMap<number, Sums>>;

/** One instance's own observations: those to be written and those too new to be in what was last read. */
export interface ObservationLog {
  /** `writtenShare` (0 to 1): the share of observations that is written; each written one then stands for 1 / share. */
  readonly add: (observation: Observation, writtenShare: number) => void;
  /** What the store did not hold when it was last read. */
  readonly recent: (deployment: string) => readonly ReadonlyMap<number, Sums>[];
  /** Hands out all that is to be written, merged; `undefined` where there is nothing. Call `settle` once the write has ended. */
  readonly take: () => Batch | undefined;
  /** A read of the store that began at `startedAtMs` has ended: what was written before is in it. */
  readonly forget: (startedAtMs: number) => void;
}

export interface Batch {
  readonly toWrite: SumsByEpoch;
  /** `writtenAtMs`: when the write ended; `undefined`: it failed, and the batch goes out again with the next. */
  readonly settle: (writtenAtMs: number | undefined) => void;
}

interface Group {
  /** Each observation once: for this instance's own view. */
  readonly seen: Map<string, Map<number, Sums>>;
  /** The written share, weighted by its inverse: for the store. */
  readonly toWrite: Map<string, Map<number, Sums>>;
  writtenAtMs?: number;
}

export function observationLog(scale: DecayScale, random: Random): ObservationLog {
  let open = emptyGroup();
  let sealed: Group[] = [];
  return {
    add: (observation, writtenShare) => {
      include(open.seen, observation.deployment, sumsOf(observation, scale));
      if (random() < writtenShare) {
        include(open.toWrite, observation.deployment, sumsOf(observation, scale, 1 / writtenShare));
      }
    },
    recent: (deployment) => [open, ...sealed].flatMap((group) => group.seen.get(deployment) ?? []),
    take: () => {
      if (open.seen.size === 0) {
        return undefined;
      }
      const group = open;
      open = emptyGroup();
      sealed.push(group);
      const settle = (writtenAtMs: number | undefined): void => {
        if (writtenAtMs !== undefined) {
          group.writtenAtMs = writtenAtMs;
          return;
        }
        sealed = sealed.filter((other) => other !== group);
        merge(open.seen, group.seen);
        merge(open.toWrite, group.toWrite);
      };
      return { toWrite: group.toWrite, settle };
    },
    forget: (startedAtMs) => {
      sealed = sealed.filter((group) => group.writtenAtMs === undefined || group.writtenAtMs > startedAtMs);
    },
  };
}

function emptyGroup(): Group {
  return { seen: new Map(), toWrite: new Map() };
}

function include(into: Map<string, Map<number, Sums>>, deployment: string, added: { epoch: number; sums: Sums }): void {
  const epochs = into.get(deployment) ?? new Map<number, Sums>();
  const before = epochs.get(added.epoch);
  epochs.set(added.epoch, before === undefined ? added.sums : addSums(before, added.sums));
  into.set(deployment, epochs);
}

function merge(into: Map<string, Map<number, Sums>>, from: SumsByEpoch): void {
  for (const [deployment, epochs] of from) {
    for (const [epoch, sums] of epochs) {
      include(into, deployment, { epoch, sums });
    }
  }
}
