import type { Ejection, EjectionChange } from './ejection.ts';
import type { LastSights } from './last-sights.ts';
import type { Pace, PacedSums, Sums } from './sums.ts';

/** The fleet's shared memory. Implemented over DynamoDB; every method may reject, and the request goes on without it. */
export interface StatisticsStore {
  /** The given epochs and the ejection of each deployment. Deployments that nothing is known of may be left out. */
  readonly read: (
    deployments: readonly string[],
    epochs: readonly PacedEpoch[],
  ) => Promise<ReadonlyMap<string, StoredStatistics>>;
  /** Adds to the stored sums, name by name. What was last seen of a deployment takes the place of what is stored. */
  readonly add: (sums: PacedSums, sights?: ReadonlyMap<string, LastSights>) => Promise<void>;
  /** Shares an ejection unless one stands that ends later. */
  readonly eject: (deployment: string, ejection: Ejection) => Promise<void>;
  /** Puts one that ends sooner in the place of the ejection `was`, unless another stands by now. */
  readonly ease: (deployment: string, was: Ejection, ejection: Ejection) => Promise<void>;
  /** Ends the ejection `was`, unless it has been extended since. */
  readonly lift: (deployment: string, was: Ejection) => Promise<void>;
  /** Claims the right to try a deployment whose cooldown `was` is over, for the time of the lease. Exactly one caller in the fleet gets `true`. */
  readonly claimProbe: (deployment: string, was: Ejection, lease: ProbeLease) => Promise<boolean>;
  /** Claims the right to look at a deployment beside a request, unless somebody has since `notSinceMs`. Whole milliseconds since 1970. */
  readonly claimLook: (deployment: string, look: LookClaim) => Promise<boolean>;
}

/** What the store holds of one deployment. */
export interface StoredStatistics {
  readonly epochs: Readonly<Record<Pace, ReadonlyMap<number, Sums>>>;
  readonly ejection?: Ejection;
  /** When somebody of the fleet has last looked at it beside a request. */
  readonly lookedAtMs?: number;
  /** Those that were written last. */
  readonly sights?: LastSights;
}

/** A claim to look at `atMs`, refused where somebody has looked since `notSinceMs`. Whole milliseconds since 1970. */
export interface LookClaim {
  readonly atMs: number;
  readonly notSinceMs: number;
}

/** Whole milliseconds since 1970. */
export interface ProbeLease {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** One item's place among a deployment's. */
export interface PacedEpoch {
  readonly pace: Pace;
  readonly epoch: number;
}

/** Tells the fleet of an ejection, of its sooner end or of its end. */
export function shareChange(store: StatisticsStore, change: EjectionChange): Promise<void> {
  switch (change.kind) {
    case 'ejected':
      return store.eject(change.deployment, change.ejection);
    case 'eased':
      return store.ease(change.deployment, change.was, change.ejection);
    case 'lifted':
      return store.lift(change.deployment, change.was);
  }
}
