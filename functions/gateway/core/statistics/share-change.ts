import type { EjectionChange } from './ejection.ts';
import type { StatisticsStore } from './statistics-store.ts';

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

/** One change in the place of two in a row. What was eased and then lifted is lifted as it stands in the store: its sooner end is not there yet. */
export function mergedChange(before: EjectionChange | undefined, next: EjectionChange): EjectionChange {
  return before?.kind === 'eased' && next.kind === 'lifted' ? { ...next, was: before.was } : next;
}
