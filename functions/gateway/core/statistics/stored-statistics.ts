import type { Ejection } from './ejection.ts';
import type { LastSights } from './last-sights.ts';
import type { Pace } from './paced-sums.ts';
import type { Sums } from './sums.ts';

/** What the store holds of one deployment. */
export interface StoredStatistics {
  readonly epochs: Readonly<Record<Pace, ReadonlyMap<number, Sums>>>;
  readonly ejection?: Ejection;
  /** When somebody of the fleet has last looked at it beside a request. */
  readonly lookedAtMs?: number;
  /** Those that were written last. */
  readonly sights?: LastSights;
}

/** The epochs of the memories that were read, and of the others those that were known before. */
export function mergedEpochs(
  before: StoredStatistics | undefined,
  read: StoredStatistics,
  paces: readonly Pace[],
): StoredStatistics['epochs'] {
  const of = (pace: Pace): ReadonlyMap<number, Sums> =>
    (paces.includes(pace) ? read.epochs[pace] : before?.epochs[pace]) ?? new Map();
  return { lasting: of('lasting'), recent: of('recent'), usual: of('usual') };
}
