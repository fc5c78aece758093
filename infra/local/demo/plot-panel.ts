import { secondsText } from './demo-table.ts';
import type { LogScale } from './log-scale.ts';
import { type Outage, outageName } from './outages.ts';
import { type DemoRun, runSummary } from './run-summary.ts';
import { svgElement } from './svg-element.ts';

/** Where a run is drawn, and on which axes. */
export interface PanelFrame {
  readonly startedAtMs: number;
  readonly forMs: number;
  readonly outages: readonly Outage[];
  /** Of milliseconds, upwards. */
  readonly scale: LogScale;
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
  /** The place of a time, in milliseconds after the start. */
  readonly x: (ms: number) => number;
}

/** One run: its name and figures, the shaded outages, the grid, and its calls. */
export function plotPanel(run: DemoRun, frame: PanelFrame): string {
  return svgElement('g', {}, [
    ...caption(run, frame),
    ...frame.outages.flatMap((outage, index) => band(outage, index, frame)),
    ...frame.scale.ticks.flatMap((tick) => valueLine(tick, frame)),
    ...timeTicks(frame),
    ...calls(run, frame),
  ]);
}

function caption(run: DemoRun, { left, right, top }: PanelFrame): readonly string[] {
  const { failed, cut, calls, ttftMs } = runSummary(run);
  const times = `p50 ${secondsText(ttftMs.p50)}, p95 ${secondsText(ttftMs.p95)}, p99 ${secondsText(ttftMs.p99)}`;
  const figures = `${times}, ${failed} failed and ${cut} cut of ${calls}`;
  return [
    svgElement('text', { class: 'name', x: left, y: top - 10 }, `${run.name}: ${run.model}`),
    svgElement('text', { class: 'name', x: right, y: top - 10, 'text-anchor': 'end' }, figures),
  ];
}

/** Outages may overlap: their names stand one below the other, at the bottom, where fast calls would be. */
function band(outage: Outage, index: number, { x, top, bottom }: PanelFrame): readonly string[] {
  const left = x(outage.fromMs);
  const size = { x: left, y: top, width: x(outage.untilMs) - left, height: bottom - top };
  const label = { class: 'muted', x: left + 5, y: bottom - 6 - 14 * (index % 2) };
  return [
    svgElement('rect', { class: outage.condition.kind === 'slow' ? 'slow' : 'down', ...size }),
    svgElement('text', label, outageName(outage)),
  ];
}

function valueLine(tick: number, { scale, left, right }: PanelFrame): readonly string[] {
  const y = scale.place(tick);
  const label = { class: 'muted', x: left - 8, y: y + 4, 'text-anchor': 'end' };
  return [
    svgElement('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y }),
    svgElement('text', label, `${tick / 1000} s`),
  ];
}

/** Steps in seconds, of which the first is taken that gives few enough. */
const TIME_STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600];
const MAX_TIME_TICKS = 7;

function timeTicks({ forMs, x, bottom }: PanelFrame): readonly string[] {
  const seconds = forMs / 1000;
  const step = TIME_STEPS.find((each) => seconds / each < MAX_TIME_TICKS) ?? seconds;
  return Array.from({ length: Math.floor(seconds / step) + 1 }, (_, index) => {
    const at = index * step;
    const label = { class: 'muted', x: x(at * 1000), y: bottom + 18, 'text-anchor': at === seconds ? 'end' : 'middle' };
    return svgElement('text', label, `${at} s`);
  });
}

/** Dots are lines of no length with round ends: a hundredth of the bytes of as many circles. Crosses stand above the highest line. */
function calls({ name, outcomes }: DemoRun, { startedAtMs, x, scale, top }: PanelFrame): readonly string[] {
  const round = (value: number): string => value.toFixed(1);
  const dots = outcomes.flatMap(({ startedAtMs: atMs, ttftMs }) =>
    ttftMs === undefined ? [] : [`M${round(x(atMs - startedAtMs))} ${round(scale.place(ttftMs))}h.01`],
  );
  const crosses = outcomes
    .filter(({ isWhole }) => !isWhole)
    .map(({ startedAtMs: atMs }) => `M${round(x(atMs - startedAtMs) - 3)} ${round(top + 4)}l6 6m0-6l-6 6`);
  return [
    svgElement('path', { class: `dots ${name}`, d: dots.join('') }),
    svgElement('path', { class: 'failed', d: crosses.join('') }),
  ];
}
