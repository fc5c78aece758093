import type { Decision, DecisionAttempt, DecisionProbe } from '../../core/status/decision.ts';
import { decisionKind } from './decision-kind.ts';
import { decisionStory } from './decision-story.ts';
import { byId, element, setAttribute, setText, tableBody } from './element.ts';
import { duration, timeOfDay } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';

/** Rows in the table at first, and when the reader wants more: what is older is only counted. */
const SHOWN = 12;
const MOST = 100;

/** The stream of decisions, newest first. Gives how many it shows. */
export function decisionsView(): (wanted: readonly Decision[]) => number {
  const show = keyedRows(tableBody('stream'), ({ requestId }: Decision) => requestId, decisionRow);
  const button = byId('more-decisions');
  let last: readonly Decision[] = [];
  let isLong = false;
  const refresh = (): number => {
    const shown = last.slice(isLong ? -MOST : -SHOWN).reverse();
    show(shown);
    button.hidden = last.length <= SHOWN;
    setAttribute(button, 'aria-expanded', String(isLong));
    setText(button, isLong ? `Show the last ${SHOWN}` : `Show the last ${Math.min(MOST, last.length)}`);
    return shown.length;
  };
  button.addEventListener('click', () => {
    isLong = !isLong;
    refresh();
  });
  return (wanted) => {
    last = wanted;
    return refresh();
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
      element(
        'ol',
        { class: 'attempts' },
        ...decision.attempts.map(attemptItem),
        ...(decision.probes ?? []).map(probeItem),
      ),
      decisionStory(decision),
    ),
    element('td', { class: 'number', 'data-label': 'First token' }, duration(ttftMs)),
    element('td', { class: 'number', 'data-label': 'Total' }, duration(totalMs)),
    element('td', {}, element('span', { class: 'id muted', title: requestId }, requestId.slice(0, 8))),
  );
  return { node, update: () => undefined };
}

function attemptItem(attempt: DecisionAttempt): HTMLElement {
  const { deployment, outcome, reason, totalMs, ttftMs } = attempt;
  const sign = { served: '✓', failed: '✕', aborted: '–' }[outcome];
  const how = waysOf(attempt);
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

/** Why there was this attempt beside or after another. */
function waysOf({ hedge, continues, secondOpinion }: DecisionAttempt): readonly string[] {
  const ways = [
    [hedge, 'hedge'],
    [secondOpinion === true, 'second opinion'],
    [continues === true, 'went on'],
  ] as const;
  return ways.filter(([is]) => is).map(([, word]) => word);
}

/** A call for one token, made beside the caller's. */
function probeItem({ deployment, ttftMs, reason }: DecisionProbe): HTMLElement {
  const found = reason ?? (ttftMs === undefined ? 'no answer yet' : duration(ttftMs));
  const name = element('span', { class: 'id' }, deployment);
  return element('li', { class: 'stopped' }, '◌ ', name, ` (probe) ${found}`);
}

/** What the operator has to mend. */
function operatorsPart({ vendorMessage, advice }: DecisionAttempt): readonly Node[] {
  return [vendorMessage, advice].flatMap((text) =>
    text === undefined ? [] : [element('div', { class: 'muted' }, text)],
  );
}
