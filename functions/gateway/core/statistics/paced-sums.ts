import { addTo, type Sums } from './sums.ts';

/**
 * The three memories of a deployment. `lasting` (half-life a minute by default) knows its distribution, its rates and who is faster as a
 * rule; `recent` (some seconds) knows that something has just changed, which a mean over minutes of heavy traffic cannot show; `usual`
 * (half an hour) knows what the deployment is like as a rule where little traffic leaves the others empty.
 */
export type Pace = 'lasting' | 'recent' | 'usual';

/** Every pace. */
export const PACES = ['lasting', 'recent', 'usual'] as const satisfies readonly Pace[];

/** Sums by deployment, pace and epoch: what one write adds to the store. */
export type PacedSums = ReadonlyMap<string, Readonly<Record<Pace, ReadonlyMap<number, Sums>>>>;

/** A growing `PacedSums`. */
export interface SumsLedger {
  readonly sums: PacedSums;
  readonly add: (entry: LedgerEntry) => void;
  readonly addAll: (others: PacedSums) => void;
}

/** Sums of one deployment, pace and epoch. */
export interface LedgerEntry {
  readonly deployment: string;
  readonly pace: Pace;
  readonly epoch: number;
  readonly sums: Sums;
}

/** A ledger without entries. */
export function sumsLedger(): SumsLedger {
  const sums = new Map<string, Record<Pace, Map<number, Map<string, number>>>>();
  const add = ({ deployment, pace, epoch, sums: added }: LedgerEntry): void => {
    const own = sums.get(deployment) ?? { lasting: new Map(), recent: new Map(), usual: new Map() };
    sums.set(deployment, own);
    const before = own[pace].get(epoch);
    if (before === undefined) {
      // A copy: what is added may stand in another ledger too.
      own[pace].set(epoch, new Map(added));
    } else {
      addTo(before, added);
    }
  };
  const addAll = (others: PacedSums): void => {
    for (const entry of entriesOf(others)) {
      add(entry);
    }
  };
  return { sums, add, addAll };
}

/** Every item that the sums belong to. */
export function entriesOf(sums: PacedSums): readonly LedgerEntry[] {
  return [...sums].flatMap(([deployment, paced]) =>
    PACES.flatMap((pace) => [...paced[pace]].map(([epoch, values]) => ({ deployment, pace, epoch, sums: values }))),
  );
}
