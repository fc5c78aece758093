import { setAttribute, svgElement } from './element.ts';
import type { HistoryPoint } from './history.ts';
import { awayStretches, crossesPath, type Dot, dotsPath, GRID, linePath, PLOT, y } from './plot-geometry.ts';

/** What a plot shows. */
export interface PlotData {
  /** In words, for who does not see it. */
  readonly label: string;
  readonly nowMs: number;
  readonly points?: readonly HistoryPoint[];
  readonly dots: readonly Dot[];
  /** Served, but only after another had failed or was late. */
  readonly rescuedDots?: readonly Dot[];
  readonly failedAtMs: readonly number[];
}

/** A plot and how it is drawn anew. */
export interface PlotView {
  readonly node: SVGSVGElement;
  readonly update: (data: PlotData) => void;
}

/** A small plot of times to first token over the last minutes: dots are calls, lines percentiles, crosses failures. */
export function plotView(): PlotView {
  const away = svgElement('path', { class: 'away' });
  const layers = {
    calls: svgElement('path', { class: 'calls' }),
    rescued: svgElement('path', { class: 'rescued' }),
    p99: svgElement('path', { class: 'p99' }),
    p50: svgElement('path', { class: 'p50' }),
    failed: svgElement('path', { class: 'failed' }),
  };
  const node = svgElement(
    'svg',
    { class: 'plot', viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: 'img' },
    away,
    ...GRID.flatMap(gridLine),
    ...Object.values(layers),
  );
  return {
    node,
    update: ({ label, nowMs, points = [], dots, rescuedDots = [], failedAtMs }) => {
      setAttribute(node, 'aria-label', label);
      const stretches = awayStretches(points, nowMs);
      setAttribute(away, 'd', stretches.map(({ from, to }) => `M${from} 0H${to}V${PLOT.height}H${from}z`).join(''));
      setAttribute(layers.calls, 'd', dotsPath(dots, nowMs));
      setAttribute(layers.rescued, 'd', dotsPath(rescuedDots, nowMs));
      setAttribute(layers.p50, 'd', linePath(points, 'p50', nowMs));
      setAttribute(layers.p99, 'd', linePath(points, 'p99', nowMs));
      setAttribute(layers.failed, 'd', crossesPath(failedAtMs, nowMs));
    },
  };
}

function gridLine({ ms, label }: (typeof GRID)[number]): readonly SVGElement[] {
  const at = String(y(ms));
  return [
    svgElement('path', { class: 'grid', d: `M${PLOT.left} ${at}H${PLOT.width}` }),
    svgElement('text', { x: String(PLOT.left - 4), y: String(y(ms) + 3), 'text-anchor': 'end' }, label),
  ];
}
