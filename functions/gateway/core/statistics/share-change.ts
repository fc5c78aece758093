import type { EjectionChange } from './ejection.ts';
import type { StatisticsStore } from './statistics-store.ts';

/** Tells the fleet of an ejection or of its end. */
export function shareChange(store: StatisticsStore, change: EjectionChange): Promise<void> {
  return change.kind === 'ejected'
    ? store.eject(change.deployment, change.ejection)
    : store.lift(change.deployment, change.was);
}
