import type { Percentiles } from '../../core/status/fleet-status.ts';
import { element, setText } from './element.ts';
import { roughly } from './format.ts';

/** What is shown of every distribution. */
export const PERCENTILES = ['p50', 'p95', 'p99'] as const;

/** Three cells of a row for p50, p95 and p99. `what` names them where the table's head is not in sight. */
export function percentileCells(what: string) {
  const cells = PERCENTILES.map((name) => ({
    name,
    node: element('td', { class: 'number', 'data-label': `${what} ${name}` }),
  }));
  return {
    nodes: cells.map(({ node }) => node),
    update: (values: Percentiles): void => {
      for (const { name, node } of cells) {
        setText(node, roughly(values[name]));
      }
    },
  };
}

/** The three in one sentence. */
export function percentileText({ p50, p95, p99 }: Percentiles): string {
  return `p50 ${roughly(p50)}, p95 ${roughly(p95)}, p99 ${roughly(p99)}`;
}
