import type { StatusBody } from '../../core/serve/status-call.ts';
import type { Decision } from '../../core/status/decision.ts';
import { byId, element, setText, tableBody } from './element.ts';
import { percent } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';
import { percentileCells } from './percentile-cells.ts';
import type { RouteFigures } from './route-figures.ts';
import { type WorthRow, worthRows } from './worth-rows.ts';

/** The table that sets what callers saw beside what pinning would give. Hidden until there are calls. */
export function worthView(): (status: StatusBody, decisions: readonly Decision[], figures: RouteFigures) => void {
  const show = keyedRows(tableBody('worth-table'), ({ name }: WorthRow) => name, worthRow);
  return (status, decisions, figures) => {
    byId('worth').hidden = figures.calls === 0;
    show(worthRows(status, decisions, figures));
  };
}

function worthRow(): Row<WorthRow> {
  const name = element('th', { scope: 'row', class: 'wide' });
  const ttft = percentileCells('First token');
  const failures = element('td', { class: 'number', 'data-label': 'Failures' });
  const source = element('td', { class: 'muted wide' });
  return {
    node: element('tr', {}, name, ...ttft.nodes, failures, source),
    update: (row) => {
      setText(name, row.name);
      ttft.update(row.ttftMs);
      setText(failures, percent(row.failureRate));
      setText(source, row.source);
    },
  };
}
