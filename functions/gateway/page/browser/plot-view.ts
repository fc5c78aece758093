import { setAttribute, svgElement } from './element.ts';
import {
  awayPath,
  crossesPath,
  dotsPath,
  ejectionsPath,
  GRID,
  linePath,
  PLOT,
  type PlotSeries,
  recoveriesPath,
  type TimeWindow,
  y,
} from './plot-geometry.ts';

/** What a plot shows. */
export interface PlotData extends PlotSeries {
  /** In words, for who does not see it. */
  readonly label: string;
  readonly window: TimeWindow;
}

/** A plot and how it is drawn anew. */
export interface PlotView {
  readonly node: SVGSVGElement;
  readonly update: (data: PlotData) => void;
}

/** What is drawn from what, the undermost first. */
const LAYERS: Readonly<Record<string, (data: PlotData) => string>> = {
  calls: ({ dots, window }) => dotsPath(dots, window),
  rescued: ({ rescuedDots, window }) => dotsPath(rescuedDots, window),
  p99: ({ points, window }) => linePath(points, 'p99', window),
  p50: ({ points, window }) => linePath(points, 'p50', window),
  failed: ({ failedAtMs, window }) => crossesPath(failedAtMs, window),
  ejections: ({ absences, window }) => ejectionsPath(absences, window),
  recoveries: ({ absences, window }) => recoveriesPath(absences, window),
};

/** A small plot of times to first token: dots are calls, lines percentiles, crosses failures, marks ejections and recoveries. */
export function plotView(): PlotView {
  const away = svgElement('path', { class: 'away' });
  const layers = Object.entries(LAYERS).map(([name, path]) => ({ node: svgElement('path', { class: name }), path }));
  const node = svgElement(
    'svg',
    { class: 'plot', viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, role: 'img' },
    away,
    ...GRID.flatMap(gridLine),
    ...layers.map((layer) => layer.node),
  );
  return {
    node,
    update: (data) => {
      setAttribute(node, 'aria-label', data.label);
      setAttribute(away, 'd', awayPath(data.absences, data.window));
      for (const layer of layers) {
        setAttribute(layer.node, 'd', layer.path(data));
      }
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
