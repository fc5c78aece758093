import type { Outcome } from './outcome.ts';
import type { World } from './world.ts';

/** The order in which a policy would try deployments for a request, and what it learns from it. */
export interface Baseline {
  readonly order: (atMs: number) => readonly number[];
  readonly learn: (deployment: number, ttftMs: number | undefined, atMs: number) => void;
}

const TIMEOUT_MS = 30_000;

/** Plays one request: each deployment of the order in turn, each with a time-out of 30 s. */
export function playBaseline(
  world: World,
  baseline: Baseline,
  request: { call: number; conversation: number; atMs: number },
): Outcome {
  let waitedMs = 0;
  let calls = 0;
  for (const deployment of baseline.order(request.atMs)) {
    calls += 1;
    const atMs = request.atMs + waitedMs;
    const fate = world.fate(deployment, request.call, atMs);
    if (fate.kind === 'answers' && fate.ttftMs <= TIMEOUT_MS) {
      baseline.learn(deployment, fate.ttftMs, atMs + fate.ttftMs);
      return {
        conversation: request.conversation,
        ttftMs: waitedMs + fate.ttftMs,
        failed: false,
        calls,
        servedBy: deployment,
      };
    }
    const spentMs = fate.kind === 'fails' ? fate.afterMs : TIMEOUT_MS;
    baseline.learn(deployment, undefined, atMs + spentMs);
    waitedMs += spentMs;
  }
  return { conversation: request.conversation, ttftMs: waitedMs, failed: true, calls, servedBy: undefined };
}

/** One deployment, tried twice more as the SDKs do. */
export function pinned(): Baseline {
  return { order: () => [0, 0, 0], learn: () => undefined };
}

/** Always in the same order: the usual fallback list. */
export function orderedFallback(count: number): Baseline {
  return { order: () => Array.from({ length: count }, (_, index) => index).slice(0, 3), learn: () => undefined };
}

const REMEMBERED = 10;
const MEMORY_MS = 3_600_000;
const COOLDOWN_MS = 5_000;

/** The lowest mean of the last ten, remembered for an hour; a failed one rests for a moment. The common way to route by latency. */
export function meanOfLastTen(count: number, random: () => number): Baseline {
  const seen = Array.from({ length: count }, () => [] as { readonly ttftMs: number; readonly atMs: number }[]);
  const restsUntilMs = Array.from({ length: count }, () => 0);
  const mean = (deployment: number, atMs: number): number => {
    const recent = seen[deployment]!.filter((entry) => atMs - entry.atMs < MEMORY_MS && entry.atMs <= atMs);
    // Nothing known: as fast as can be, so that it is tried.
    return recent.length === 0 ? random() : recent.reduce((sum, entry) => sum + entry.ttftMs, 0) / recent.length;
  };
  return {
    order: (atMs) => {
      const all = seen.map((_, deployment) => ({
        deployment,
        score: mean(deployment, atMs),
        rests: restsUntilMs[deployment]! > atMs,
      }));
      return all
        .sort((a, b) => Number(a.rests) - Number(b.rests) || a.score - b.score)
        .map(({ deployment }) => deployment)
        .slice(0, 3);
    },
    learn: (deployment, ttftMs, atMs) => {
      if (ttftMs === undefined) {
        restsUntilMs[deployment] = atMs + COOLDOWN_MS;
        return;
      }
      seen[deployment]!.push({ ttftMs, atMs });
      seen[deployment] = seen[deployment]!.slice(-REMEMBERED);
    },
  };
}

/** Knows the true state of each at every instant, but not the luck of a single call. */
export function oracle(world: World): Baseline {
  return {
    order: (atMs) =>
      world.deployments
        .map((_, deployment) => ({ deployment, truth: world.truth(deployment, atMs) }))
        .sort((a, b) => a.truth - b.truth)
        .map(({ deployment }) => deployment)
        .slice(0, 3),
    learn: () => undefined,
  };
}
