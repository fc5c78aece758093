import { type LogScale, logScale } from './log-scale.ts';
import type { Outage } from './outages.ts';
import { type PanelFrame, plotPanel } from './plot-panel.ts';
import { PLOT_STYLE } from './plot-style.ts';
import { type DemoRun, runSummary } from './run-summary.ts';
import { svgElement } from './svg-element.ts';

/** What the plot shows. Instants are of one clock. */
export interface DemoPlot {
  readonly startedAtMs: number;
  readonly forMs: number;
  readonly outages: readonly Outage[];
  readonly runs: readonly DemoRun[];
}

const WIDTH = 960;
const LEFT = 64;
/** Room beside the panels for the names of the percentiles. */
const RIGHT = 852;
const FIRST_PANEL_TOP = 104;
const PANEL_HEIGHT = 170;
/** From one panel's top to the next one's. */
const PANEL_STEP = 240;
/** Below the last panel: its times. */
const FOOT = 36;
const TITLE = 'Time to first token of each call';

/** A picture of the runs, one below the other: each call a dot, failed ones crosses, p50, p95 and p99 as lines, times with a bad provider shaded. A whole SVG file. */
export function demoPlot(plot: DemoPlot): string {
  const height = FIRST_PANEL_TOP + PANEL_STEP * (plot.runs.length - 1) + PANEL_HEIGHT + FOOT;
  const times = plot.runs.flatMap(({ outcomes }) => outcomes.flatMap(({ ttftMs }) => ttftMs ?? []));
  // Room below the fastest call, for the names of the outages.
  const values = times.length === 0 ? [] : [...times, Math.min(...times) / 2.5];
  const panels = plot.runs.map((run, index) => plotPanel(run, frameOf(plot, index, values)));
  const about = [
    svgElement('title', { id: 'title' }, TITLE),
    svgElement('desc', { id: 'desc' }, description(plot)),
    `<style>${PLOT_STYLE}</style>`,
    svgElement('rect', { class: 'paper', width: WIDTH, height, rx: 8 }),
    svgElement('text', { class: 'heading', x: LEFT, y: 34 }, TITLE),
    svgElement('text', { class: 'muted', x: LEFT, y: 54 }, subtitle(plot)),
  ];
  const box = { viewBox: `0 0 ${WIDTH} ${height}`, width: WIDTH, height };
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', ...box, role: 'img', 'aria-labelledby': 'title desc' };
  return `${svgElement('svg', attributes, [...about, ...panels])}\n`;
}

function frameOf({ startedAtMs, forMs, outages }: DemoPlot, index: number, values: readonly number[]): PanelFrame {
  const top = FIRST_PANEL_TOP + PANEL_STEP * index;
  const scale: LogScale = logScale(values, top + PANEL_HEIGHT, top + 16);
  return {
    startedAtMs,
    forMs,
    outages,
    scale,
    top,
    bottom: top + PANEL_HEIGHT,
    left: LEFT,
    right: RIGHT,
    x: (ms) => LEFT + ((RIGHT - LEFT) * ms) / forMs,
  };
}

function subtitle({ runs, forMs }: DemoPlot): string {
  const calls = Math.max(0, ...runs.map(({ outcomes }) => outcomes.length));
  return `${calls} streamed calls in ${Math.round(forMs / 1000)} s, the same for each; simulated providers on this machine. Dot: first token. Cross: failed. Stroke: broke off after it.`;
}

/** For those who do not see it. */
function description({ runs }: DemoPlot): string {
  const parts = runs.map((run) => {
    const { calls, failed, cut, ttftMs } = runSummary(run);
    const p99 = ttftMs.p99 === undefined ? '' : `, p99 of the time to first token ${(ttftMs.p99 / 1000).toFixed(2)} s`;
    return `${run.name} to ${run.model}: of ${calls} calls ${failed} failed and ${cut} were cut${p99}`;
  });
  return `${parts.join('. ')}.`;
}
