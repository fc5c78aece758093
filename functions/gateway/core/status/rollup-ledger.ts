import type { Sums } from '../statistics/sums.ts';
import type { Rollup, RollupEntry } from './rollup.ts';
import { type RollupStep, STEP_MS } from './rollup.ts';

/** Sums that grow, by whom they are of and by slot. Adding is all that happens to them, so that many ledgers make one. */
export interface RollupLedger {
  readonly add: (rollup: Rollup) => void;
  readonly all: () => readonly Rollup[];
}

const STEPS = Object.keys(STEP_MS) as readonly RollupStep[];

/** A ledger without entries. */
export function rollupLedger(): RollupLedger {
  const rows = new Map<string, Rollup & { readonly sums: Map<string, number> }>();
  return {
    add: (rollup) => {
      const { kind, step, slot, name, sums } = rollup;
      const id = `${kind}#${step}#${slot}#${name}`;
      const row = rows.get(id) ?? { ...rollup, sums: new Map<string, number>() };
      addTo(row.sums, sums);
      rows.set(id, row);
    },
    all: () => [...rows.values()],
  };
}

/** An entry in the slots of every length that hold the instant. */
export function slotted(entry: RollupEntry, atMs: number): readonly Rollup[] {
  return STEPS.map((step) => ({ ...entry, step, slot: slotAt(atMs, step) }));
}

/** The slot that holds the instant. */
export function slotAt(atMs: number, step: RollupStep): number {
  return Math.floor(atMs / STEP_MS[step]);
}

/** The sums of several slots together. */
export function together(all: readonly Sums[]): Sums {
  const total = new Map<string, number>();
  for (const sums of all) {
    addTo(total, sums);
  }
  return total;
}

/** Adds sums to a total, name by name. Commutative and associative. */
function addTo(total: Map<string, number>, sums: Sums): void {
  for (const [name, value] of sums) {
    total.set(name, (total.get(name) ?? 0) + value);
  }
}
