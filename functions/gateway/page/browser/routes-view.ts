import type { PlannedDeployment, RouteStatus } from '../../core/status/fleet-status.ts';
import type { NamedFigures } from '../../core/status/range-figures.ts';
import { element, setAttribute, setText, tableBody } from './element.ts';
import { count, percent, roughly } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';
import { percentileCells, percentileText } from './percentile-cells.ts';
import type { PlotSeries, TimeWindow } from './plot-geometry.ts';
import { plotView } from './plot-view.ts';

/** One route with what its callers saw. */
export interface RouteRow {
  readonly route: RouteStatus;
  /** Of the chosen range; `undefined` where there were no calls. */
  readonly figures: NamedFigures | undefined;
  readonly series: PlotSeries;
  readonly window: TimeWindow;
}

const NOTHING = { p50: null, p95: null, p99: null };
const NO_CALLS = { calls: 0, rescued: 0, failed: 0, ttftMs: NOTHING, latencyMs: NOTHING };

/** The table of routes. */
export function routesView(): (rows: readonly RouteRow[]) => void {
  return keyedRows(tableBody('routes'), ({ route }) => route.name, routeRow);
}

function routeRow({ route }: RouteRow): Row<RouteRow> {
  const plan = planCell();
  const plot = plotView();
  const quiet = element('span', { class: 'muted' }, 'no calls in this time');
  const ttft = percentileCells('First token');
  const total = percentileCells('Answer');
  const calls = element('span', { class: 'block' });
  const rescued = element('span', { class: 'small' });
  const failed = element('span', { class: 'small' });
  const node = element(
    'tr',
    {},
    routeName(route),
    plan.node,
    element('td', { class: 'wide' }, plot.node, quiet),
    ...ttft.nodes,
    ...total.nodes,
    element('td', { class: 'number wide', 'data-label': 'Calls' }, calls, rescued, failed),
  );
  const update = ({ route: now, figures, series, window }: RouteRow): void => {
    const { calls: made, rescued: saved, failed: lost, ttftMs, latencyMs } = figures ?? NO_CALLS;
    plan.update(now);
    plot.update({
      ...series,
      label: `Callers of ${now.name}, time to first token: ${percentileText(ttftMs)}`,
      window,
    });
    plot.node.classList.toggle('gone', made === 0);
    quiet.hidden = made > 0;
    node.classList.toggle('idle', made === 0);
    ttft.update(ttftMs);
    total.update(latencyMs);
    setText(calls, count(made));
    setText(rescued, saved === 0 ? '' : `${count(saved)} rescued`);
    setText(failed, lost === 0 ? '' : `${count(lost)} failed`);
    failed.classList.toggle('alarming', lost > 0);
  };
  return { node, update };
}

function routeName({ name, kind, strategy }: RouteStatus): HTMLElement {
  return element(
    'th',
    { scope: 'row', class: 'wide' },
    element('span', { class: 'name block' }, name),
    element('span', { class: 'muted block' }, kind === 'chat' ? strategy : `${strategy}, embeddings`),
  );
}

/** A call tries three at most by default: what comes far behind is only counted, so that long routes stay in sight. */
const PLACES_SHOWN = 5;

function planCell() {
  const list = element('ol', { class: 'plan' });
  const note = element('span', { class: 'muted block' });
  const show = keyedRows<Place>(list, ({ planned }) => planned.deployment, placeRow);
  return {
    node: element('td', { class: 'wide', 'data-label': 'Plan now' }, list, note),
    update: ({ plan, strategy }: RouteStatus): void => {
      show(plan.slice(0, PLACES_SHOWN).map((planned, index) => ({ planned, place: index + 1 })));
      setText(note, noteOf(plan, strategy));
    },
  };
}

interface Place {
  readonly planned: PlannedDeployment;
  readonly place: number;
}

function placeRow({ planned }: Place): Row<Place> {
  const number = element('span', { class: 'place' });
  const expected = element('span', { class: 'number' });
  const node = element('li', {}, number, element('span', { class: 'id' }, planned.deployment), expected);
  const update = ({ planned: now, place }: Place): void => {
    setText(number, `${place}.`);
    setText(expected, now.state === 'healthy' ? roughly(now.expectedTtftMs) : now.state);
    setAttribute(node, 'class', now.state === 'healthy' ? '' : 'away');
    setAttribute(
      node,
      'title',
      `score ${now.score.toPrecision(3)}, ${percent(now.share)} of these deployments' attempts`,
    );
  };
  return { node, update };
}

function noteOf(plan: readonly PlannedDeployment[], strategy: RouteStatus['strategy']): string {
  const more = plan.length - PLACES_SHOWN;
  return [more > 0 ? `and ${more} more` : '', orderText(plan, strategy)].filter((text) => text !== '').join('; ');
}

function orderText(plan: readonly PlannedDeployment[], strategy: RouteStatus['strategy']): string {
  if (strategy === 'simple-shuffle') {
    return 'drawn anew for each call';
  }
  const tied = plan.filter(({ isTied }) => isTied).length;
  return tied === 0 ? '' : `the first ${tied} count as equals: conversations are spread over them`;
}
