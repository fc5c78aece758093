import type { Outcome } from './outcome.ts';
import { PLAIN_PROMPT_TOKENS, type VendorCaches } from './vendor-caches.ts';
import type { WorkloadRequest } from './workload.ts';
import type { World } from './world.ts';

/** The order in which a policy would try deployments for a request, and what it learns from it. */
export interface Baseline {
  readonly order: (atMs: number) => readonly number[];
  readonly learn: (deployment: number, ttftMs: number | undefined, atMs: number) => void;
}

const TIMEOUT_MS = 30_000;

/** Plays one request: each deployment of the order in turn, each with a time-out of 30 s, as long as the caller waits. */
export function playBaseline(stage: BaselineStage, baseline: Baseline, request: WorkloadRequest): Outcome {
  const { conversation, promptTokens = 0, timeoutMs = Infinity } = request;
  const about = { conversation, promptTokens, isToLearn: false, learningMs: 0 };
  const spent = { waitedMs: 0, calls: 0, dollars: 0 };
  for (const deployment of baseline.order(request.atMs)) {
    if (spent.waitedMs >= timeoutMs) {
      break;
    }
    const tried = tryOne(stage, { deployment, request, waitedMs: spent.waitedMs });
    baseline.learn(deployment, tried.ttftMs, tried.untilMs);
    spent.calls += 1;
    spent.waitedMs = tried.untilMs - request.atMs;
    spent.dollars += tried.dollars;
    if (tried.ttftMs !== undefined) {
      const served = { failed: false, servedBy: deployment, cachedTokens: tried.cachedTokens };
      return { ...about, ...served, ttftMs: spent.waitedMs, calls: spent.calls, dollars: spent.dollars };
    }
  }
  const { waitedMs, calls, dollars } = spent;
  return { ...about, ttftMs: waitedMs, failed: true, calls, servedBy: undefined, dollars, cachedTokens: 0 };
}

export interface BaselineStage {
  readonly world: World;
  readonly caches: VendorCaches;
}

interface Trial {
  readonly deployment: number;
  readonly request: WorkloadRequest;
  readonly waitedMs: number;
}

/** Without a `ttftMs` it has failed, or was given up. */
interface Tried {
  readonly ttftMs?: number;
  readonly untilMs: number;
  readonly dollars: number;
  readonly cachedTokens: number;
}

function tryOne({ world, caches }: BaselineStage, { deployment, request, waitedMs }: Trial): Tried {
  const { call, conversation, promptTokens = PLAIN_PROMPT_TOKENS, timeoutMs = Infinity } = request;
  const atMs = request.atMs + waitedMs;
  const { factor, dollars, cachedTokens, keep } = caches.read(deployment, { conversation, promptTokens }, atMs);
  const fate = world.fate(deployment, call, atMs);
  const limitMs = Math.min(TIMEOUT_MS, timeoutMs - waitedMs);
  if (fate.kind === 'fails') {
    return { untilMs: atMs + Math.min(fate.afterMs, limitMs), dollars: 0, cachedTokens };
  }
  const ttftMs = fate.kind === 'answers' ? fate.ttftMs * factor : Infinity;
  if (ttftMs > limitMs) {
    return { untilMs: atMs + limitMs, dollars, cachedTokens };
  }
  keep();
  return { ttftMs, untilMs: atMs + ttftMs, dollars, cachedTokens };
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
