import type { Percentiles } from '../../core/status/fleet-status.ts';
import type { RangeFigures } from '../../core/status/range-figures.ts';
import { percent, roughly } from './format.ts';

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
      source: `estimate from ${observations} attempts and probes`,
    })),
  ];
}

/** What pinning would have given, from the best deployment to the worst: `0.8–2.4 s`, `0–66 %`. */
export function pinnedSpans(pinned: RangeFigures['pinned']): { readonly p99: string; readonly failures: string } {
  const p99s = pinned.flatMap(({ ttftMs }) => ttftMs.p99 ?? []);
  // In one unit: two would not be compared at a glance.
  const isLong = Math.max(...p99s) >= 999.5;
  const inSeconds = (ms: number): string => `${Number((ms / 1000).toPrecision(2))} s`;
  const rates = pinned.map(({ failureRate }) => failureRate);
  return { p99: spanText(p99s, isLong ? inSeconds : roughly), failures: spanText(rates, percent) };
}

function spanText(values: readonly number[], read: (value: number) => string): string {
  if (values.length === 0) {
    return '–';
  }
  const [least, most] = [read(Math.min(...values)), read(Math.max(...values))];
  return least === most ? least : `${least.replace(/ \S+$/, '')}–${most}`;
}
