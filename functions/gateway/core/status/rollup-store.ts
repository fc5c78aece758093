import type { EjectionReason } from '../statistics/ejection.ts';
import type { Rollup, RollupKind, RollupStep } from './rollup.ts';

/** The fleet's past by slots of time. Implemented over DynamoDB; every method may reject, and the call goes on without it. */
export interface RollupStore {
  /** Adds to the stored sums, name by name. */
  readonly add: (rollups: readonly Rollup[]) => Promise<void>;
  readonly read: (wanted: WantedRollups) => Promise<readonly Rollup[]>;
  /** The keys that have had calls since the slot, some hundred at the most. */
  readonly keyNames: (step: RollupStep, fromSlot: number) => Promise<readonly string[]>;
  /** Notes that a deployment is set aside, or that it is back. The first to tell of either is believed. */
  readonly mark: (mark: Mark) => Promise<void>;
  /** Those whose cooldown ends after `fromMs`. */
  readonly marks: (deployments: readonly string[], fromMs: number) => Promise<readonly Mark[]>;
}

/** Sums from a slot on. */
export interface WantedRollups {
  readonly kind: RollupKind;
  readonly names: readonly string[];
  readonly step: RollupStep;
  readonly fromSlot: number;
}

/** A deployment was set aside. `untilMs` tells one ejection from the next. Instants are milliseconds since 1970. */
export interface Mark {
  readonly deployment: string;
  readonly untilMs: number;
  readonly reason: EjectionReason;
  readonly atMs: number;
  /** When it was found healthy again. */
  readonly recoveredAtMs?: number;
}
