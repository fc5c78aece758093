import type { RangeFigures } from '../../core/status/range-figures.ts';
import { byId, element, setAttribute, setText, tableBody } from './element.ts';
import { extrasText, type FiguresRow, figuresRows, GROUPINGS, type Grouping } from './figures-rows.ts';
import { count, dollars, percent } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';
import { percentileCells } from './percentile-cells.ts';

/** The table of times, tokens and dollars by whom the reader chooses. Hidden while there is no past. */
export function figuresView(): (past: RangeFigures | undefined) => void {
  const show = keyedRows(
    tableBody('figures-table'),
    ({ group, figures }: FiguresRow) => `${group}#${figures.name}`,
    figuresRow,
  );
  let chosen: Grouping = 'Provider and model';
  let last: RangeFigures | undefined;
  const refresh = (): void => {
    const rows = last === undefined ? [] : figuresRows(last, chosen);
    show(rows);
    byId('figures').hidden = last === undefined;
    byId('figures-table').classList.toggle('times', chosen === 'Provider and model');
    byId('no-figures').hidden = rows.length > 0;
    for (const { name, button } of buttons) {
      setAttribute(button, 'aria-pressed', String(name === chosen));
    }
  };
  const buttons = (Object.keys(GROUPINGS) as readonly Grouping[]).map((name) => {
    const button = element('button', { type: 'button' }, name);
    button.addEventListener('click', () => {
      chosen = name;
      refresh();
    });
    return { name, button };
  });
  byId('groupings').append(...buttons.map(({ button }) => button));
  return (past) => {
    last = past;
    refresh();
  };
}

function figuresRow({ group }: FiguresRow): Row<FiguresRow> {
  const name = element('span', { class: 'name' });
  const calls = element('span', { class: 'block' });
  const extras = element('span', { class: 'small spent' });
  const failed = element('td', { class: 'number', 'data-label': 'Failed' });
  const ttft = percentileCells('First token');
  const latency = percentileCells('Answer');
  const tokens = element('span', { class: 'block' });
  const cached = element('span', { class: 'small' });
  const output = element('td', { class: 'number spent', 'data-label': 'Tokens out' });
  const spent = element('td', { class: 'number spent', 'data-label': 'Dollars' });
  const node = element(
    'tr',
    {},
    element('th', { scope: 'row', class: 'wide' }, name, element('span', { class: 'muted' }, ` ${group}`)),
    element('td', { class: 'number', 'data-label': 'Calls' }, calls, extras),
    failed,
    ...ttft.nodes,
    ...latency.nodes,
    spent,
    element('td', { class: 'number spent', 'data-label': 'Tokens in' }, tokens, cached),
    output,
  );
  const update = ({ figures }: FiguresRow): void => {
    setText(name, figures.name);
    setText(calls, count(figures.calls));
    setText(extras, extrasText(figures));
    setText(failed, percent(figures.calls === 0 ? 0 : figures.failed / figures.calls));
    ttft.update(figures.ttftMs);
    latency.update(figures.latencyMs);
    setText(tokens, count(figures.inputTokens));
    setText(cached, figures.inputTokens === 0 ? '' : `${percent(figures.cachedTokens / figures.inputTokens)} cached`);
    setText(output, count(figures.outputTokens));
    setText(spent, dollars(figures.costUsd));
  };
  return { node, update };
}
