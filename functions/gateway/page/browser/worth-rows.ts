import type { StatusBody } from '../../core/serve/status-call.ts';
import type { Decision } from '../../core/status/decision.ts';
import type { DeploymentStatus, Percentiles } from '../../core/status/fleet-status.ts';
import { providerFigures } from './provider-figures.ts';
import type { RouteFigures } from './route-figures.ts';

/** What callers got, or would get of one deployment or provider alone. */
export interface WorthRow {
  readonly name: string;
  readonly ttftMs: Percentiles;
  /** 0 to 1. */
  readonly failureRate: number;
  /** What the figures come from. */
  readonly source: string;
}

/** Below this many observations an estimate says nothing. */
const LEAST_EVIDENCE = 0.5;

/** The routed calls first, then each deployment alone, then providers that have several. */
export function worthRows(
  { deployments, atMs }: Pick<StatusBody, 'deployments' | 'atMs'>,
  decisions: readonly Decision[],
  figures: RouteFigures,
): readonly WorthRow[] {
  const routed: WorthRow = {
    name: 'As routed',
    ttftMs: figures.ttftMs,
    failureRate: figures.calls === 0 ? 0 : figures.failed / figures.calls,
    source: `${figures.calls} calls, 5 minutes`,
  };
  const known = deployments.filter(({ kind, evidence }) => kind === 'chat' && evidence >= LEAST_EVIDENCE);
  return [routed, ...known.map(pinnedRow), ...providerRows(deployments, decisions, atMs)];
}

function pinnedRow({ id, ttftMs, failureRate }: DeploymentStatus): WorthRow {
  return { name: `Pinned to ${id}`, ttftMs, failureRate, source: 'estimate, from the fleet’s sums now' };
}

function providerRows(
  deployments: readonly DeploymentStatus[],
  decisions: readonly Decision[],
  nowMs: number,
): readonly WorthRow[] {
  const chat = deployments.filter(({ kind }) => kind === 'chat');
  const of = Map.groupBy(chat, ({ provider }) => provider);
  return [...of]
    .filter(([, own]) => own.length > 1)
    .map(([provider]) => ({ provider, figures: providerFigures(decisions, provider, nowMs) }))
    .filter(({ figures }) => figures.attempts > 0)
    .map(({ provider, figures: { attempts, ttftMs, failureRate } }) => ({
      name: `All of ${provider}`,
      ttftMs,
      failureRate,
      source: `${attempts} attempts seen, 5 minutes`,
    }));
}
