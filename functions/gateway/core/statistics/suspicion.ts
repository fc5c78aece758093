/** Probes that are answered after the last failure: it lay in the request, or is over. One that fails may answer one of ten. */
const ENOUGH_ANSWERS = 3;

/** Probes tell within so long whether it lay in the request. */
const TELLING_MS = 60_000;
/** Failures that are no further apart are one suspicion. */
const SAME_RUN_MS = 600_000;

/** Since when a deployment has been suspected, and what probes have told since. */
export interface SuspicionRuns {
  readonly add: (deployment: string, nowMs: number) => void;
  readonly probed: (deployment: string, isAnswered: boolean) => void;
  /** Whether probes have not told enough since the last failure. */
  readonly isOpen: (deployment: string) => boolean;
  readonly isLong: (deployment: string, nowMs: number) => boolean;
}

/** No suspicion at first. */
export function suspicionRuns(): SuspicionRuns {
  const runs = new Map<string, { readonly sinceMs: number; readonly lastMs: number; answers: number }>();
  return {
    add: (deployment, nowMs) => {
      const { sinceMs, lastMs } = runs.get(deployment) ?? { sinceMs: nowMs, lastMs: nowMs };
      runs.set(deployment, { sinceMs: nowMs - lastMs > SAME_RUN_MS ? nowMs : sinceMs, lastMs: nowMs, answers: 0 });
    },
    probed: (deployment, isAnswered) => {
      const run = runs.get(deployment);
      if (run !== undefined) {
        run.answers = isAnswered ? run.answers + 1 : 0;
      }
    },
    isOpen: (deployment) => (runs.get(deployment)?.answers ?? 0) < ENOUGH_ANSWERS,
    isLong: (deployment, nowMs) => nowMs - (runs.get(deployment)?.sinceMs ?? nowMs) >= TELLING_MS,
  };
}
