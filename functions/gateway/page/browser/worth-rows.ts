import type { Percentiles } from '../../core/status/fleet-status.ts';
import type { RangeFigures } from '../../core/status/range-figures.ts';

/** What callers got, or would have got of one deployment alone. */
export interface WorthRow {
  readonly name: string;
  readonly ttftMs: Percentiles;
  /** 0 to 1. */
  readonly failureRate: number;
  /** What the figures come from. */
  readonly source: string;
}

/** The routed calls first, then each deployment alone. */
export function worthRows({ routed, pinned }: Pick<RangeFigures, 'routed' | 'pinned'>): readonly WorthRow[] {
  const { calls, failed, ttftMs } = routed;
  return [
    { name: 'As routed', ttftMs, failureRate: calls === 0 ? 0 : failed / calls, source: `measured, ${calls} calls` },
    ...pinned.map(({ deployment, ttftMs: expected, failureRate, observations }) => ({
      name: `Pinned to ${deployment}`,
      ttftMs: expected,
      failureRate,
      source: `estimate, from ${observations} of its attempts and probes`,
    })),
  ];
}
