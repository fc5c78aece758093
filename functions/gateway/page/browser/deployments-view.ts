import type { DeploymentStatus } from '../../core/status/fleet-status.ts';
import { element, setAttribute, setText, tableBody } from './element.ts';
import { confidence, percent, rate, roughly } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';
import { liveCells } from './live-cells.ts';
import { percentileCells, percentileText } from './percentile-cells.ts';
import type { PlotSeries, TimeWindow } from './plot-geometry.ts';
import { plotView } from './plot-view.ts';
import type { Slowness } from './slowness.ts';
import { stateText } from './state-changes.ts';

/** One deployment with what the page has seen of it. */
export interface DeploymentRow {
  readonly deployment: DeploymentStatus;
  readonly slow: Slowness | undefined;
  readonly series: PlotSeries;
  readonly window: TimeWindow;
}

/** From this share on failures are shown as alarming. */
const ALARMING_SHARE = 0.1;

/** The table of deployments. */
export function deploymentsView(): (rows: readonly DeploymentRow[]) => void {
  return keyedRows(tableBody('deployments'), ({ deployment }) => deployment.id, deploymentRow);
}

function deploymentRow({ deployment }: DeploymentRow): Row<DeploymentRow> {
  const state = element('span', { class: 'state' });
  const plot = plotView();
  const ttft = liveCells();
  const latency = percentileCells('Answer');
  const traffic = trafficCell();
  const failures = failuresCell();
  const trust = confidenceCell();
  const node = element(
    'tr',
    {},
    nameCell(deployment, state),
    element('td', { class: 'wide' }, plot.node),
    ...ttft.nodes,
    ...latency.nodes,
    traffic.node,
    failures.node,
    trust.node,
  );
  const update = (row: DeploymentRow): void => {
    const { deployment: now, series, window } = row;
    showState(state, row);
    const away = series.absences.filter(({ isPart }) => isPart !== true).length;
    const absent = away === 0 ? '' : `, set aside ${away === 1 ? 'once' : `${away} times`}`;
    plot.update({
      ...series,
      window,
      label: `Time to first token of ${now.id}: ${percentileText(now.ttftMs)}${absent}`,
    });
    ttft.update(now);
    latency.update(now.latencyMs);
    traffic.update(now);
    failures.update(now);
    trust.update(now.evidence);
  };
  return { node, update };
}

/** In these seconds slow is worth as many words as ejected. */
function showState(node: HTMLElement, { deployment, slow, window }: DeploymentRow): void {
  const slowText = slow && `slow now: ${roughly(slow.nowMs)}, usually ${roughly(slow.usualMs)}`;
  setAttribute(node, 'data-state', slow === undefined ? deployment.state : 'slow');
  setText(node, slowText ?? stateText(deployment, window.nowMs));
}

function nameCell({ id, provider, model, kind }: DeploymentStatus, state: HTMLElement): HTMLElement {
  const about = [id === `${provider}/${model}` ? '' : `${model} at ${provider}`, kind === 'chat' ? '' : kind];
  return element(
    'th',
    { scope: 'row', class: 'wide' },
    element('span', { class: 'name block' }, id),
    state,
    element('span', { class: 'muted' }, ` ${about.filter((word) => word !== '').join(', ')}`),
  );
}

function trafficCell() {
  const figure = element('span');
  const perSecond = element('span', { class: 'small' });
  return {
    node: element('td', { class: 'number', 'data-label': 'Traffic' }, figure, perSecond),
    update: ({ share, requestsPerSecond }: DeploymentStatus): void => {
      setText(figure, percent(share));
      setText(perSecond, `${rate(requestsPerSecond)} a second`);
    },
  };
}

/** Both memories: the long one alone still looks well when a provider has just died. */
function failuresCell() {
  const lasting = element('span');
  const recent = element('span', { class: 'small' });
  return {
    node: element('td', { class: 'number', 'data-label': 'Failures' }, lasting, recent),
    update: ({ failureRate, recentFailureRate }: DeploymentStatus): void => {
      const isRecent = percent(recentFailureRate) !== percent(0);
      setText(lasting, percent(failureRate));
      setText(recent, isRecent ? `${percent(recentFailureRate)} just now` : '');
      lasting.classList.toggle('alarming', failureRate >= ALARMING_SHARE);
      recent.classList.toggle('alarming', recentFailureRate >= ALARMING_SHARE);
    },
  };
}

function confidenceCell() {
  const bars = [0, 1, 2].map(() => element('i'));
  const word = element('span');
  const count = element('span', { class: 'small' });
  return {
    node: element(
      'td',
      { 'data-label': 'Confidence' },
      element('span', { class: 'bars', 'aria-hidden': 'true' }, ...bars),
      word,
      count,
    ),
    update: (evidence: number): void => {
      const known = confidence(evidence);
      setText(word, known.word);
      setText(count, `${evidence < 9.95 ? evidence.toFixed(1) : Math.round(evidence)} calls`);
      for (const [index, bar] of bars.entries()) {
        bar.classList.toggle('on', index < known.bars);
      }
    },
  };
}
