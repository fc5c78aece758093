import type { Decision } from '../../core/status/decision.ts';
import type { Percentiles } from '../../core/status/fleet-status.ts';
import { WINDOW_MS } from './history.ts';
import { quantiles } from './quantiles.ts';

/** What the page has seen of a provider's attempts in the last minutes, whichever deployment they went to. */
export interface ProviderFigures {
  readonly attempts: number;
  readonly ttftMs: Percentiles;
  /** 0 to 1. Attempts that we stopped are neither failed nor counted. */
  readonly failureRate: number;
}

/** The figures of one provider. */
export function providerFigures(decisions: readonly Decision[], provider: string, nowMs: number): ProviderFigures {
  const own = decisions
    .filter(({ atMs }) => atMs >= nowMs - WINDOW_MS)
    .flatMap(({ attempts }) => attempts.filter((attempt) => attempt.provider === provider));
  const ended = own.filter(({ outcome }) => outcome !== 'aborted');
  const failed = ended.filter(({ outcome }) => outcome === 'failed').length;
  return {
    attempts: own.length,
    ttftMs: quantiles(own.flatMap(({ ttftMs }) => ttftMs ?? [])),
    failureRate: ended.length === 0 ? 0 : failed / ended.length,
  };
}
