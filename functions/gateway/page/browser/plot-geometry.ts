import type { Absence } from '../../core/status/ejection-marks.ts';
import type { HistoryPoint } from './history.ts';

/** A small plot in its own units: time to the right, a logarithmic scale of milliseconds upwards. */
export const PLOT = { width: 220, height: 42, left: 26, fastestMs: 30, slowestMs: 20_000 } as const;

/** The lines of the scale, with what they are called. */
export const GRID = [
  { ms: 100, label: '0.1 s' },
  { ms: 1000, label: '1 s' },
  { ms: 10_000, label: '10 s' },
] as const;

/** The time that a plot shows. Points further apart than `gapMs` are not joined. */
export interface TimeWindow {
  readonly nowMs: number;
  readonly lengthMs: number;
  readonly gapMs: number;
}

/** What is drawn. */
export interface PlotSeries {
  readonly points: readonly HistoryPoint[];
  readonly dots: readonly Dot[];
  /** Served, but only after another had failed or was late. */
  readonly rescuedDots: readonly Dot[];
  readonly failedAtMs: readonly number[];
  /** When it was set aside. One that is marked as a part is shaded and has no marks of its own. */
  readonly absences: readonly Away[];
}

/** A time in which a deployment was set aside; `null`: still. */
export interface Away extends Pick<Absence, 'fromMs' | 'untilMs'> {
  readonly isPart?: boolean;
}

/** One call: when its first token came and how long that took. */
export interface Dot {
  readonly atMs: number;
  readonly ms: number;
}

/** Where an instant is. */
export function x(atMs: number, { nowMs, lengthMs }: TimeWindow): number {
  const share = Math.min(1, Math.max(0, 1 - (nowMs - atMs) / lengthMs));
  return tenth(PLOT.left + share * (PLOT.width - PLOT.left));
}

/** Where a time is. What is beyond the scale sits at its end. */
export function y(ms: number): number {
  const { fastestMs, slowestMs, height } = PLOT;
  const share = Math.log(Math.max(ms, 1) / fastestMs) / Math.log(slowestMs / fastestMs);
  return tenth(height - Math.min(1, Math.max(0, share)) * height);
}

/** The path of one percentile. It breaks where the value was not known, or nobody looked. */
export function linePath(points: readonly HistoryPoint[], percentile: 'p50' | 'p99', window: TimeWindow): string {
  let lastMs = -Infinity;
  const steps = points.flatMap(({ atMs, ttftMs }) => {
    const ms = ttftMs[percentile];
    if (ms === null || window.nowMs - atMs > window.lengthMs) {
      return [];
    }
    // A point that nothing joins is a stroke of its own.
    const move = atMs - lastMs > window.gapMs ? `M${x(atMs, window) - 1} ${y(ms)}L` : 'L';
    lastMs = atMs;
    return [`${move}${x(atMs, window)} ${y(ms)}`];
  });
  return steps.join('');
}

/** The times in which it was set aside, as one path of areas. */
export function awayPath(absences: readonly Away[], window: TimeWindow): string {
  return inWindow(absences, window)
    .map(({ fromMs, untilMs }) => {
      const from = x(fromMs, window);
      return `M${from} 0H${Math.max(x(untilMs ?? window.nowMs, window), from + 0.5)}V${PLOT.height}H${from}z`;
    })
    .join('');
}

/** A mark that points down at each ejection. */
export function ejectionsPath(absences: readonly Away[], window: TimeWindow): string {
  return inWindow(absences, window)
    .filter(({ isPart, fromMs }) => isPart !== true && window.nowMs - fromMs < window.lengthMs)
    .map(({ fromMs }) => `M${x(fromMs, window)} ${PLOT.height}l-3-6h6z`)
    .join('');
}

/** A mark that points up at each recovery. */
export function recoveriesPath(absences: readonly Away[], window: TimeWindow): string {
  return inWindow(absences, window)
    .flatMap(({ isPart, untilMs }) => (isPart === true || untilMs === null ? [] : [untilMs]))
    .map((untilMs) => `M${x(untilMs, window)} ${PLOT.height - 6}l-3 6h6z`)
    .join('');
}

function inWindow(absences: readonly Away[], { nowMs, lengthMs }: TimeWindow): readonly Away[] {
  return absences.filter(({ untilMs }) => (untilMs ?? nowMs) > nowMs - lengthMs);
}

/** Dots as one path: cheap, however many. */
export function dotsPath(dots: readonly Dot[], window: TimeWindow): string {
  return dots
    .map(({ atMs, ms }) => `M${x(atMs, window)} ${y(ms)}m-1.4 0a1.4 1.4 0 1 0 2.8 0a1.4 1.4 0 1 0-2.8 0`)
    .join('');
}

/** Crosses along the upper edge: what came to nothing has no time to first token. */
export function crossesPath(instants: readonly number[], window: TimeWindow): string {
  return instants.map((atMs) => `M${x(atMs, window)} 3m-2.2-2.2l4.4 4.4m0-4.4l-4.4 4.4`).join('');
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
