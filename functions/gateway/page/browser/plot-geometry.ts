import type { HistoryPoint } from './history.ts';
import { WINDOW_MS } from './history.ts';

/** A small plot in its own units: time to the right over the last minutes, a logarithmic scale of milliseconds upwards. */
export const PLOT = { width: 220, height: 60, left: 26, fastestMs: 30, slowestMs: 20_000 } as const;

/** The lines of the scale, with what they are called. */
export const GRID = [
  { ms: 100, label: '0.1 s' },
  { ms: 1000, label: '1 s' },
  { ms: 10_000, label: '10 s' },
] as const;

/** Where an instant is. */
export function x(atMs: number, nowMs: number): number {
  const share = Math.min(1, Math.max(0, 1 - (nowMs - atMs) / WINDOW_MS));
  return tenth(PLOT.left + share * (PLOT.width - PLOT.left));
}

/** Where a time is. What is beyond the scale sits at its end. */
export function y(ms: number): number {
  const { fastestMs, slowestMs, height } = PLOT;
  const share = Math.log(Math.max(ms, 1) / fastestMs) / Math.log(slowestMs / fastestMs);
  return tenth(height - Math.min(1, Math.max(0, share)) * height);
}

/** The path of one percentile. It breaks where the value was not known, or nobody looked. */
export function linePath(points: readonly HistoryPoint[], percentile: 'p50' | 'p99', nowMs: number): string {
  let lastMs = -Infinity;
  const steps = points.flatMap(({ atMs, ttftMs }) => {
    const ms = ttftMs[percentile];
    if (ms === null) {
      return [];
    }
    const move = atMs - lastMs > MAX_GAP_MS ? 'M' : 'L';
    lastMs = atMs;
    return [`${move}${x(atMs, nowMs)} ${y(ms)}`];
  });
  return steps.join('');
}

const MAX_GAP_MS = 20_000;

/** When a deployment was not healthy, as stretches from left to right. */
export function awayStretches(
  points: readonly HistoryPoint[],
  nowMs: number,
): readonly { readonly from: number; readonly to: number }[] {
  return points.flatMap(({ atMs, state }, index) => {
    const untilMs = Math.min(points[index + 1]?.atMs ?? nowMs, atMs + MAX_GAP_MS);
    return state === 'healthy' ? [] : [{ from: x(atMs, nowMs), to: Math.max(x(untilMs, nowMs), x(atMs, nowMs) + 0.5) }];
  });
}

/** Dots as one path: cheap, however many. */
export function dotsPath(dots: readonly Dot[], nowMs: number): string {
  return dots
    .map(({ atMs, ms }) => `M${x(atMs, nowMs)} ${y(ms)}m-1.4 0a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0`)
    .join('');
}

/** Crosses along the upper edge: what came to nothing has no time to first token. */
export function crossesPath(instants: readonly number[], nowMs: number): string {
  return instants.map((atMs) => `M${x(atMs, nowMs)} 3m-2.2-2.2l4.4 4.4m0-4.4l-4.4 4.4`).join('');
}

/** One call: when it began and how long its first token took. */
export interface Dot {
  readonly atMs: number;
  readonly ms: number;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
