import type { Decision } from '../../core/status/decision.ts';
import { decisionKind } from './decision-kind.ts';
import { WINDOW_MS } from './history.ts';
import type { Dot } from './plot-geometry.ts';

/** The calls of a route that the page has seen in the last minutes, as a plot has them. */
export interface RouteDots {
  readonly dots: readonly Dot[];
  readonly rescuedDots: readonly Dot[];
  readonly failedAtMs: readonly number[];
}

/** The calls that a route's plot shows. What the request's own fault ended, and what its caller left, is not in it. */
export function routeDots(decisions: readonly Decision[], nowMs: number): RouteDots {
  const recent = decisions.filter((decision) => endMs(decision) >= nowMs - WINDOW_MS);
  const kinds = Map.groupBy(recent, (decision) => decisionKind(decision));
  const of = (kind: 'direct' | 'failover' | 'hedge' | 'failed'): readonly Decision[] => kinds.get(kind) ?? [];
  return {
    dots: of('direct').flatMap(dotOf),
    rescuedDots: [...of('failover'), ...of('hedge')].flatMap(dotOf),
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

function dotOf({ atMs, ttftMs }: Decision): readonly Dot[] {
  return ttftMs === undefined ? [] : [{ atMs: atMs + ttftMs, ms: ttftMs }];
}

function endMs({ atMs, totalMs }: Decision): number {
  return atMs + totalMs;
}
