import type { RangeFigures } from '../../core/status/range-figures.ts';
import { byId, element, setText, tableBody } from './element.ts';
import { percent } from './format.ts';
import { keyedRows, type Row } from './keyed-rows.ts';
import { percentileCells } from './percentile-cells.ts';
import { type WorthRow, worthRows } from './worth-rows.ts';

/** The table that sets what callers saw beside what pinning would have given. Hidden until there are calls. */
export function worthView(): (past: RangeFigures | undefined) => void {
  const show = keyedRows(tableBody('worth-table'), ({ name }: WorthRow) => name, worthRow);
  return (past) => {
    const isKnown = past !== undefined && past.routed.calls > 0;
    byId('worth').hidden = !isKnown;
    show(isKnown ? worthRows(past) : []);
  };
}

function worthRow(): Row<WorthRow> {
  const name = element('span', { class: 'block' });
  const source = element('span', { class: 'small' });
  const ttft = percentileCells('First token');
  const failures = element('td', { class: 'number', 'data-label': 'Failed' });
  return {
    node: element('tr', {}, element('th', { scope: 'row', class: 'wide' }, name, source), ...ttft.nodes, failures),
    update: (row) => {
      setText(name, row.name);
      ttft.update(row.ttftMs);
      setText(failures, percent(row.failureRate));
      failures.classList.toggle('alarming', row.failureRate >= 0.01);
      setText(source, row.source);
    },
  };
}
