import type { Decision } from '../../core/status/decision.ts';
import type { Percentiles } from '../../core/status/fleet-status.ts';
import { decisionKind } from './decision-kind.ts';
import { WINDOW_MS } from './history.ts';
import type { Dot } from './plot-geometry.ts';
import { quantiles } from './quantiles.ts';

/** What callers of a route saw in the last minutes. */
export interface RouteFigures {
  readonly calls: number;
  /** Served after another deployment had failed or was late. */
  readonly rescued: number;
  /** Ended in an error or half an answer. */
  readonly failed: number;
  readonly ttftMs: Percentiles;
  readonly totalMs: Percentiles;
  readonly dots: readonly Dot[];
  readonly rescuedDots: readonly Dot[];
  readonly failedAtMs: readonly number[];
}

/** The figures of some decisions. What the request's own fault ended is no figure of the gateway's. */
export function routeFigures(decisions: readonly Decision[], nowMs: number): RouteFigures {
  const recent = decisions.filter((decision) => endMs(decision) >= nowMs - WINDOW_MS && isCounted(decision));
  const kinds = Map.groupBy(recent, (decision) => decisionKind(decision));
  const of = (kind: 'direct' | 'failover' | 'hedge' | 'failed'): readonly Decision[] => kinds.get(kind) ?? [];
  const rescued = [...of('failover'), ...of('hedge')];
  const served = [...of('direct'), ...rescued];
  return {
    calls: recent.length,
    rescued: rescued.length,
    failed: of('failed').length,
    ttftMs: quantiles(served.flatMap(({ ttftMs }) => ttftMs ?? [])),
    totalMs: quantiles(served.map(({ totalMs }) => totalMs)),
    dots: of('direct').flatMap(dotOf),
    rescuedDots: rescued.flatMap(dotOf),
    failedAtMs: of('failed').map(endMs),
  };
}

/** A deployment's own attempts in the last minutes: when each first token came, and when attempts failed. */
export function attemptDots(
  decisions: readonly Decision[],
  deployment: string,
  nowMs: number,
): { readonly dots: readonly Dot[]; readonly failedAtMs: readonly number[] } {
  const own = decisions.flatMap(({ atMs, attempts }) =>
    attempts.filter((attempt) => attempt.deployment === deployment).map((attempt) => ({ atMs, attempt })),
  );
  const recent = own.filter(({ atMs }) => atMs >= nowMs - WINDOW_MS);
  return {
    dots: recent.flatMap(({ atMs, attempt: { startedAfterMs, ttftMs } }) =>
      ttftMs === undefined ? [] : [{ atMs: atMs + startedAfterMs + ttftMs, ms: ttftMs }],
    ),
    failedAtMs: recent
      .filter(({ attempt }) => attempt.outcome === 'failed')
      .map(({ atMs, attempt }) => atMs + attempt.startedAfterMs + attempt.totalMs),
  };
}

function isCounted(decision: Decision): boolean {
  return !['refused', 'left'].includes(decisionKind(decision));
}

function dotOf({ atMs, ttftMs }: Decision): readonly Dot[] {
  return ttftMs === undefined ? [] : [{ atMs: atMs + ttftMs, ms: ttftMs }];
}

function endMs({ atMs, totalMs }: Decision): number {
  return atMs + totalMs;
}
