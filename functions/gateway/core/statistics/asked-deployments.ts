import type { Clock } from '../model/clock.ts';

/** The deployments that requests have lately been planned among. */
export interface AskedDeployments {
  /** Whether one of these was not among them. */
  readonly note: (deployments: readonly string[]) => boolean;
  readonly ids: () => readonly string[];
}

/** One that nobody has asked for in so long is none of them, until somebody does. */
const ASKED_MS = 300_000;

/** None yet. */
export function askedDeployments({ nowMs }: Clock): AskedDeployments {
  const askedAtMs = new Map<string, number>();
  const isLate = (deployment: string, atMs: number): boolean =>
    atMs - (askedAtMs.get(deployment) ?? -Infinity) > ASKED_MS;
  return {
    note: (deployments) => {
      const atMs = nowMs();
      let isNew = false;
      for (const deployment of deployments) {
        isNew ||= isLate(deployment, atMs);
        askedAtMs.set(deployment, atMs);
      }
      return isNew;
    },
    ids: () => {
      const atMs = nowMs();
      for (const deployment of [...askedAtMs.keys()].filter((each) => isLate(each, atMs))) {
        askedAtMs.delete(deployment);
      }
      return [...askedAtMs.keys()];
    },
  };
}
