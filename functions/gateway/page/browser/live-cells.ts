import type { DeploymentStatus } from '../../core/status/fleet-status.ts';
import { element, setText } from './element.ts';
import { roughly } from './format.ts';
import { PERCENTILES } from './percentile-cells.ts';

/** Three cells for p50, p95 and p99 of the time to first token: large over the last seconds, small as it is remembered. */
export function liveCells() {
  const cells = PERCENTILES.map((name) => {
    const now = element('span', { class: 'block' });
    const before = element('span', { class: 'small' });
    return {
      name,
      now,
      before,
      node: element('td', { class: 'number', 'data-label': `First token ${name}` }, now, before),
    };
  });
  return {
    nodes: cells.map(({ node }) => node),
    update: ({ recentTtftMs, ttftMs }: Pick<DeploymentStatus, 'recentTtftMs' | 'ttftMs'>): void => {
      const isNow = recentTtftMs.p50 !== null;
      for (const { name, now, before } of cells) {
        setText(now, isNow ? roughly(recentTtftMs[name]) : '');
        setText(before, isNow && ttftMs[name] === null ? '' : roughly(ttftMs[name]));
      }
    },
  };
}
