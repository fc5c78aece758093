import { type UsualMemory, usualMemory } from './estimate.ts';
import type { Sums } from './sums.ts';

/** Reads what is usual of deployments, and remembers it for a moment: it changes slowly, and every plan asks for it. */
export interface UsualCache {
  readonly read: (deployment: string, nowMs: number, sums: () => Sums) => UsualMemory;
}

const KEPT_MS = 2000;
/** With less evidence every observation counts. */
const KEPT_EVIDENCE = 10;

/** A cache that remembers nothing yet. */
export function usualCache(): UsualCache {
  const known = new Map<string, { readonly memory: UsualMemory; readonly atMs: number }>();
  return {
    read: (deployment, nowMs, sums) => {
      const before = known.get(deployment);
      if (before !== undefined && Math.abs(nowMs - before.atMs) < KEPT_MS) {
        return before.memory;
      }
      const memory = usualMemory(sums());
      if (memory.estimate.evidence >= KEPT_EVIDENCE) {
        known.set(deployment, { memory, atMs: nowMs });
      }
      return memory;
    },
  };
}
