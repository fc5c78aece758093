import type { ConformanceBench } from './conformance-bench.ts';
import type { Vendor } from './vendors.ts';

/** One row of the matrix. */
export interface Feature {
  readonly name: string;
  readonly cells: Readonly<Record<Vendor, Cell>>;
}

/** What becomes of a feature at one vendor, and the test that shows it. */
export interface Cell {
  /** `dropped`: left out and reported to the caller. `refused`: 400 that names the field. `n.a.`: the vendor has nothing like it. */
  readonly verdict: 'yes' | 'dropped' | 'refused' | 'n.a.';
  /** A few words beside the verdict. */
  readonly note?: string;
  /** Asks the running gateway. Absent for `n.a.` */
  readonly check?: (bench: ConformanceBench, vendor: Vendor) => Promise<void>;
}

/** A cell for what a vendor does not have. */
export const NOT_APPLICABLE: Cell = { verdict: 'n.a.' };
