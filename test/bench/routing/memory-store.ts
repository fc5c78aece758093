import type { Clock } from '../../../functions/gateway/core/model/clock.ts';
import type { Ejection } from '../../../functions/gateway/core/statistics/ejection.ts';
import type { LastSights } from '../../../functions/gateway/core/statistics/last-sights.ts';
import type {
  PacedEpoch,
  StatisticsStore,
  StoredStatistics,
} from '../../../functions/gateway/core/statistics/statistics-store.ts';
import { type Pace, type PacedSums, type Sums, sumsLedger } from '../../../functions/gateway/core/statistics/sums.ts';

/** How long DynamoDB takes, in virtual time. */
const DELAY_MS = 8;

/** The fleet's shared statistics in memory: what DynamoDB does with the same requests, at virtual time. */
export function memoryStore(clock: Clock): StatisticsStore {
  const ledger = sumsLedger();
  const ejections = new Map<string, Ejection>();
  const looks = new Map<string, number>();
  const sights = new Map<string, LastSights>();
  const later = <Value>(action: () => Value): Promise<Value> =>
    new Promise((resolve) => {
      clock.after(DELAY_MS, () => resolve(action()));
    });
  const claimed = (deployment: string, was: Ejection, lease: { fromMs: number; untilMs: number }): boolean => {
    const known = ejections.get(deployment);
    if (known?.untilMs !== was.untilMs || (known.probeUntilMs ?? 0) >= lease.fromMs) {
      return false;
    }
    ejections.set(deployment, { ...known, probeUntilMs: lease.untilMs });
    return true;
  };
  return {
    read: (deployments, epochs) =>
      later(
        () =>
          new Map(
            deployments.map((deployment) => [
              deployment,
              {
                ...stored(ledger.sums, ejections.get(deployment), deployment, epochs),
                sights: sights.get(deployment) ?? [],
              },
            ]),
          ),
      ),
    add: (added, seen) =>
      later(() => {
        ledger.addAll(added);
        for (const deployment of added.keys()) {
          sights.set(deployment, seen?.get(deployment) ?? []);
        }
      }),
    eject: (deployment, ejection) =>
      later(() => {
        if ((ejections.get(deployment)?.untilMs ?? 0) < ejection.untilMs) {
          ejections.set(deployment, ejection);
        }
      }),
    ease: (deployment, was, ejection) =>
      later(() => {
        if (ejections.get(deployment)?.untilMs === was.untilMs) {
          ejections.set(deployment, ejection);
        }
      }),
    lift: (deployment, was) =>
      later(() => {
        if ((ejections.get(deployment)?.untilMs ?? 0) <= was.untilMs) {
          ejections.delete(deployment);
        }
      }),
    claimLook: (deployment, { atMs, notSinceMs }) =>
      later(() => {
        const isFree = (looks.get(deployment) ?? -Infinity) <= notSinceMs;
        looks.set(deployment, isFree ? atMs : (looks.get(deployment) ?? atMs));
        return isFree;
      }),
    claimProbe: (deployment, was, lease) => later(() => claimed(deployment, was, lease)),
  };
}

function stored(
  sums: PacedSums,
  ejection: Ejection | undefined,
  deployment: string,
  asked: readonly PacedEpoch[],
): StoredStatistics {
  const own = sums.get(deployment);
  const held = (pace: Pace): ReadonlyMap<number, Sums> =>
    new Map(
      [...(own?.[pace] ?? [])].filter(([epoch]) => asked.some((one) => one.pace === pace && one.epoch === epoch)),
    );
  const epochs = { lasting: held('lasting'), recent: held('recent'), usual: held('usual') };
  return ejection === undefined ? { epochs } : { epochs, ejection };
}
