import type { Clock } from '../../../functions/gateway/core/clock.ts';
import type { Ejection } from '../../../functions/gateway/core/statistics/ejection.ts';
import type { StatisticsStore } from '../../../functions/gateway/core/statistics/statistics-store.ts';
import { addSums, type Sums } from '../../../functions/gateway/core/statistics/sums.ts';

/** How long DynamoDB takes, in virtual time. */
const DELAY_MS = 8;

/** The fleet's shared statistics in memory: what DynamoDB does with the same requests, at virtual time. */
export function memoryStore(clock: Clock): StatisticsStore {
  const sums = new Map<string, Map<number, Sums>>();
  const ejections = new Map<string, Ejection>();
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
      later(() => new Map(deployments.map((deployment) => [deployment, stored(sums, ejections, deployment, epochs)]))),
    add: (added) =>
      later(() => {
        for (const [deployment, epochs] of added) {
          const own = sums.get(deployment) ?? new Map<number, Sums>();
          sums.set(deployment, own);
          for (const [epoch, values] of epochs) {
            own.set(epoch, addSums(own.get(epoch) ?? new Map(), values));
          }
        }
      }),
    eject: (deployment, ejection) =>
      later(() => {
        if ((ejections.get(deployment)?.untilMs ?? 0) < ejection.untilMs) {
          ejections.set(deployment, ejection);
        }
      }),
    lift: (deployment, was) =>
      later(() => {
        if ((ejections.get(deployment)?.untilMs ?? 0) <= was.untilMs) {
          ejections.delete(deployment);
        }
      }),
    claimProbe: (deployment, was, lease) => later(() => claimed(deployment, was, lease)),
  };
}

function stored(
  sums: ReadonlyMap<string, ReadonlyMap<number, Sums>>,
  ejections: ReadonlyMap<string, Ejection>,
  deployment: string,
  epochs: readonly number[],
) {
  const own = [...(sums.get(deployment) ?? [])].filter(([epoch]) => epochs.includes(epoch));
  const ejection = ejections.get(deployment);
  return ejection === undefined ? { epochs: new Map(own) } : { epochs: new Map(own), ejection };
}
