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
    ...levels(run, frame),
  ]);
}

function caption(run: DemoRun, { left, right, top }: PanelFrame): readonly string[] {
  const { failed, cut, calls } = runSummary(run);
  const figures = `of ${calls} calls ${failed} failed, ${cut} broke off`;
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

/** The place from one line's name to the next one's. */
const LEVEL_NAME_HEIGHT = 14;

/** The percentiles of the whole run as lines, named beside the panel, the names one below the other where the lines are close. */
function levels(run: DemoRun, { scale, left, right }: PanelFrame): readonly string[] {
  const { ttftMs } = runSummary(run);
  let above = Number.NEGATIVE_INFINITY;
  return (['p99', 'p95', 'p50'] as const).flatMap((name) => {
    const value = ttftMs[name];
    if (value === undefined) {
      return [];
    }
    const y = scale.place(value);
    above = Math.max(y + 4, above + LEVEL_NAME_HEIGHT);
    return [
      svgElement('line', { class: `level ${name} ${run.name}`, x1: left, x2: right, y1: y, y2: y }),
      svgElement(
        'text',
        { class: name === 'p99' ? 'name' : 'muted', x: right + 8, y: above },
        `${name} ${secondsText(value)}`,
      ),
    ];
  });
}

/** Dots are lines of no length with round ends: a hundredth of the bytes of as many circles. Crosses and strokes stand above the highest line. */
function calls({ name, outcomes }: DemoRun, { startedAtMs, x, scale, top }: PanelFrame): readonly string[] {
  const at = (atMs: number, aside: number): string => `M${round(x(atMs - startedAtMs) + aside)} ${round(top + 4)}`;
  const dots = outcomes.flatMap(({ startedAtMs: atMs, ttftMs }) =>
    ttftMs === undefined ? [] : [`M${round(x(atMs - startedAtMs))} ${round(scale.place(ttftMs))}h.01`],
  );
  const crosses = outcomes
    .filter(({ ttftMs }) => ttftMs === undefined)
    .map(({ startedAtMs: atMs }) => `${at(atMs, -3)}l6 6m0-6l-6 6`);
  const strokes = outcomes
    .filter(({ ttftMs, isWhole }) => ttftMs !== undefined && !isWhole)
    .map(({ startedAtMs: atMs }) => `${at(atMs, 0)}v7`);
  return [
    svgElement('path', { class: `dots ${name}`, d: dots.join('') }),
    svgElement('path', { class: 'failed', d: crosses.join('') }),
    svgElement('path', { class: 'cut', d: strokes.join('') }),
  ];
}

function round(value: number): string {
  return value.toFixed(1);
}
