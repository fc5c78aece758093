import type { DeploymentStatus } from '../../core/status/fleet-status.ts';

/** From so many times its usual time on, and so many milliseconds above it, a deployment is called slow. */
const SLOW_TIMES = 2;
const SLOW_BY_MS = 200;

/** How slow a deployment is in these seconds, and what is usual for it, in milliseconds. */
export interface Slowness {
  readonly nowMs: number;
  readonly usualMs: number;
}

/**
 * Whether a healthy deployment is slow now; `undefined` where it is not, or nobody knows. Beside the half hour of the router's memory counts
 * what a quarter of the polls have seen (`seen`): where traffic began a minute ago its slow half is as usual as the other.
 */
export function slowNow(
  { state, recentTtftMs, usualTtftMs, ttftMs }: SlownessInput,
  seen: readonly Pick<DeploymentStatus, 'ttftMs'>[] = [],
): Slowness | undefined {
  const polled = seen.flatMap((point) => point.ttftMs.p50 ?? []).toSorted((a, b) => a - b);
  const nowMs = recentTtftMs.p50 ?? 0;
  const usualMs = Math.min(usualTtftMs ?? ttftMs.p50 ?? Infinity, polled[polled.length >> 2] ?? Infinity);
  const isSlow = state === 'healthy' && nowMs >= SLOW_TIMES * usualMs && nowMs >= usualMs + SLOW_BY_MS;
  return isSlow ? { nowMs, usualMs } : undefined;
}

type SlownessInput = Pick<DeploymentStatus, 'state' | 'recentTtftMs' | 'usualTtftMs' | 'ttftMs'>;
