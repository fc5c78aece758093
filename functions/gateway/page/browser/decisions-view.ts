import type { Decision, DecisionAttempt } from '../../core/status/decision.ts';
import { decisionKind } from './decision-kind.ts';
import { decisionStory } from './decision-story.ts';
import { element, tableBody } from './element.ts';
import { duration, timeOfDay } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';

/** Rows in the table: what is older is only counted. */
const SHOWN = 40;

/** The stream of decisions, newest first. Gives how many it shows. */
export function decisionsView(): (wanted: readonly Decision[]) => number {
  const show = keyedRows(tableBody('stream'), ({ requestId }: Decision) => requestId, decisionRow);
  return (wanted) => {
    show(wanted.slice(-SHOWN).reverse());
    return Math.min(SHOWN, wanted.length);
  };
}

/** A decision never changes. */
function decisionRow(decision: Decision): Row<Decision> {
  const { asked, route, status, code, ttftMs, totalMs, requestId, stream, explored, operation } = decision;
  const kind = decisionKind(decision);
  const words = [kind, ...(status === 200 ? [] : [String(status)]), ...(code === undefined ? [] : [code])];
  const name = asked ?? route ?? '–';
  const by = route === undefined || route === name ? '' : `by ${route}`;
  const about = [by, operation === 'chat' ? '' : operation, stream ? 'streamed' : '', explored ? 'explored' : ''];
  const node = element(
    'tr',
    { 'data-kind': kind },
    element('td', { class: 'when' }, timeOfDay(decision.atMs + totalMs)),
    element(
      'td',
      { class: 'asked' },
      element('span', { class: 'name' }, name),
      ' ',
      element('span', { class: 'muted' }, about.filter((word) => word !== '').join(', ')),
    ),
    element('td', {}, element('span', { class: 'kind' }, words.join(' '))),
    element(
      'td',
      { class: 'wide' },
      element('ol', { class: 'attempts' }, ...decision.attempts.map(attemptItem)),
      decisionStory(decision),
    ),
    element('td', { class: 'number', 'data-label': 'First token' }, duration(ttftMs)),
    element('td', { class: 'number', 'data-label': 'Total' }, duration(totalMs)),
    element('td', {}, element('span', { class: 'id muted', title: requestId }, requestId.slice(0, 8))),
  );
  return { node, update: () => undefined };
}

function attemptItem(attempt: DecisionAttempt): HTMLElement {
  const { deployment, outcome, reason, hedge, continues, totalMs, ttftMs } = attempt;
  const sign = { served: '✓', failed: '✕', aborted: '–' }[outcome];
  const how = [hedge ? 'hedge' : '', continues === true ? 'went on' : ''].filter((word) => word !== '');
  return element(
    'li',
    {},
    element('span', { 'aria-hidden': 'true' }, `${sign} `),
    element('span', { class: 'id' }, deployment),
    ...(how.length === 0 ? [] : [` (${how.join(', ')})`]),
    ' ',
    outcome === 'served'
      ? element('span', { class: 'stopped' }, `served, ${duration(ttftMs ?? totalMs)}`)
      : element('span', { class: outcome === 'failed' ? 'why' : 'stopped' }, reason ?? outcome),
    ...(outcome === 'served' ? [] : [element('span', { class: 'stopped' }, ` after ${duration(totalMs)}`)]),
    ...operatorsPart(attempt),
  );
}

/** What the operator has to mend. */
function operatorsPart({ vendorMessage, advice }: DecisionAttempt): readonly Node[] {
  return [vendorMessage, advice].flatMap((text) =>
    text === undefined ? [] : [element('div', { class: 'muted' }, text)],
  );
}
