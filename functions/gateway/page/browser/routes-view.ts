import type { PlannedDeployment, RouteStatus } from '../../core/status/fleet-status.ts';
import { element, setAttribute, setText, tableBody } from './element.ts';
import { duration, percent } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';
import { percentileCells, percentileText } from './percentile-cells.ts';
import { plotView } from './plot-view.ts';
import type { RouteFigures } from './route-figures.ts';

/** One route with what its callers saw. */
export interface RouteRow {
  readonly route: RouteStatus;
  readonly figures: RouteFigures;
  readonly nowMs: number;
}

/** The table of routes. */
export function routesView(): (rows: readonly RouteRow[]) => void {
  return keyedRows(tableBody('routes'), ({ route }) => route.name, routeRow);
}

function routeRow({ route }: RouteRow): Row<RouteRow> {
  const plan = planCell();
  const plot = plotView();
  const quiet = element('span', { class: 'muted' }, 'no calls in these minutes');
  const ttft = percentileCells('First token');
  const total = percentileCells('Answer');
  const calls = element('span', { class: 'block' });
  const rescued = element('span', { class: 'small' });
  const failed = element('span', { class: 'small' });
  const node = element(
    'tr',
    {},
    element(
      'th',
      { scope: 'row', class: 'wide' },
      element('span', { class: 'name block' }, route.name),
      element(
        'span',
        { class: 'muted block' },
        route.kind === 'chat' ? route.strategy : `${route.strategy}, embeddings`,
      ),
    ),
    plan.node,
    element('td', { class: 'wide' }, plot.node, quiet),
    ...ttft.nodes,
    ...total.nodes,
    element('td', { class: 'number wide', 'data-label': 'Calls' }, calls, rescued, failed),
  );
  const update = ({ route: now, figures, nowMs }: RouteRow): void => {
    plan.update(now);
    plot.update({
      ...figures,
      label: `Callers of ${now.name}, time to first token: ${percentileText(figures.ttftMs)}`,
      nowMs,
    });
    plot.node.classList.toggle('gone', figures.calls === 0);
    quiet.hidden = figures.calls > 0;
    node.classList.toggle('idle', figures.calls === 0);
    ttft.update(figures.ttftMs);
    total.update(figures.totalMs);
    setText(calls, String(figures.calls));
    setText(rescued, figures.rescued === 0 ? '' : `${figures.rescued} rescued`);
    setText(failed, figures.failed === 0 ? '' : `${figures.failed} failed`);
    failed.classList.toggle('alarming', figures.failed > 0);
  };
  return { node, update };
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
    setText(expected, now.state === 'healthy' ? duration(now.expectedTtftMs) : now.state);
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
