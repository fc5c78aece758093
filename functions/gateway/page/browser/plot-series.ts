import type { Decision } from '../../core/status/decision.ts';
import type { Absence } from '../../core/status/ejection-marks.ts';
import { type NamedFigures, RANGES, type RangeFigures, type RangeName } from '../../core/status/range-figures.ts';
import { attemptDots, type RouteDots } from './call-dots.ts';
import type { HistoryPoint } from './history.ts';
import type { PlotSeries, TimeWindow } from './plot-geometry.ts';

/** Polls may come late, and a slot of time without calls has no point: only a longer gap breaks a line. */
const LIVE_GAP_MS = 20_000;

/** What a plot of the range shows: where it begins and ends. */
export function timeWindow(range: RangeName, nowMs: number, slotMs = 0): TimeWindow {
  return { nowMs, lengthMs: RANGES[range].lengthMs, gapMs: Math.max(LIVE_GAP_MS, 3 * slotMs) };
}

/** What the page has seen and what the fleet has kept. */
export interface SeriesInput {
  readonly range: RangeName;
  readonly nowMs: number;
  readonly past: RangeFigures | undefined;
}

/** A deployment's plot: over 5 minutes each attempt that the page knows of, and its polls; over more the slots of time. */
export function deploymentSeries(
  id: string,
  seen: { readonly points: readonly HistoryPoint[]; readonly decisions: readonly Decision[] },
  { range, nowMs, past }: SeriesInput,
): PlotSeries {
  const own = past?.deployments.find(({ name }) => name === id);
  const absences = past?.absences.filter(({ deployment }) => deployment === id) ?? [];
  if (range !== '5m') {
    return { ...slotSeries(own), absences };
  }
  const firstMs = seen.points[0]?.atMs ?? nowMs;
  const before = slotSeries(own).points.filter(({ atMs }) => atMs < firstMs);
  const dots = attemptDots(seen.decisions, id, nowMs);
  return {
    points: [...before, ...seen.points],
    rescuedDots: [],
    ...dots,
    absences: [...seenAway(seen.points, nowMs), ...absences],
  };
}

/** What the polls have seen, for a gateway that tells no past. */
function seenAway(points: readonly HistoryPoint[], nowMs: number): readonly Pick<Absence, 'fromMs' | 'untilMs'>[] {
  return points.flatMap(({ atMs, state = 'healthy' }, index) =>
    state === 'healthy'
      ? []
      : [{ fromMs: atMs, untilMs: Math.min(points[index + 1]?.atMs ?? nowMs, atMs + LIVE_GAP_MS), isPart: true }],
  );
}

/** A route's plot: over 5 minutes the calls that the page knows of, over more the slots of time. */
export function routeSeries(own: NamedFigures | undefined, seen: RouteDots, range: RangeName): PlotSeries {
  return range === '5m' ? { points: [], absences: [], ...seen } : { ...slotSeries(own), absences: [] };
}

function slotSeries(own: NamedFigures | undefined): Omit<PlotSeries, 'absences'> {
  const points = own?.points ?? [];
  return {
    points: points.filter(({ calls }) => calls > 0),
    dots: [],
    rescuedDots: [],
    failedAtMs: points.filter(({ failed }) => failed > 0).map(({ atMs }) => atMs),
  };
}
