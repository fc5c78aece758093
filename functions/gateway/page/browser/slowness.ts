import type { DeploymentStatus } from '../../core/status/fleet-status.ts';

/** From so many times its usual time on, and so many milliseconds above it, a deployment is called slow. */
const SLOW_TIMES = 2;
const SLOW_BY_MS = 200;

/** How slow a deployment is in these seconds and what is usual for it, in milliseconds; `undefined` where it is not slow, or nobody knows. */
export function slowNow({
  recentTtftMs,
  usualTtftMs,
  ttftMs,
}: Pick<DeploymentStatus, 'recentTtftMs' | 'usualTtftMs' | 'ttftMs'>):
  | { readonly nowMs: number; readonly usualMs: number }
  | undefined {
  const nowMs = recentTtftMs.p50;
  const usualMs = usualTtftMs ?? ttftMs.p50;
  const isSlow = nowMs !== null && usualMs !== null && nowMs >= SLOW_TIMES * usualMs && nowMs >= usualMs + SLOW_BY_MS;
  return isSlow ? { nowMs, usualMs } : undefined;
}
