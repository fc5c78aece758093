import type { GatewayConfig } from '../model/gateway-config.ts';
import { BUCKETS, percentileOf } from '../statistics/latency-histogram.ts';
import type { Sums } from '../statistics/sums.ts';
import { type Absence, absences } from './ejection-marks.ts';
import type { Percentiles } from './fleet-status.ts';
import { type PinnedEstimate, pinnedEstimate } from './pinned-estimate.ts';
import { PER_DOLLAR, type Rollup, type RollupKind, STEP_MS } from './rollup.ts';
import { together } from './rollup-ledger.ts';
import type { Mark } from './rollup-store.ts';

/** The ranges that can be asked for: how far back, and the slots of time that they are put together from. */
export const RANGES = {
  '5m': { lengthMs: 300_000, step: 'minute' },
  '1h': { lengthMs: 3_600_000, step: 'minute' },
  '24h': { lengthMs: 86_400_000, step: 'quarter' },
} as const;

/** A range's name. */
export type RangeName = keyof typeof RANGES;

/** The fleet's figures of a range of time that ends now. Milliseconds, instants since 1970, dollars; `null`: nothing is known. */
export interface RangeFigures {
  readonly range: RangeName;
  readonly fromMs: number;
  readonly slotMs: number;
  /** All calls of all routes, as their callers saw them. */
  readonly routed: Figures;
  readonly deployments: readonly NamedFigures[];
  readonly routes: readonly NamedFigures[];
  /** Over all of a provider's deployments, and over all deployments of a vendor's model. */
  readonly providers: readonly NamedFigures[];
  readonly models: readonly NamedFigures[];
  /** The dearest first. */
  readonly keys: readonly NamedFigures[];
  /** What the routes' calls would have met at one deployment alone. */
  readonly pinned: readonly PinnedEstimate[];
  readonly absences: readonly Absence[];
}

/** Sums as people read them. */
export interface Figures {
  /** Attempts, where they are a deployment's, a provider's or a model's. */
  readonly calls: number;
  readonly failed: number;
  readonly rescued: number;
  readonly ttftMs: Percentiles;
  readonly latencyMs: Percentiles;
  readonly inputTokens: number;
  /** Of the input tokens. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
  readonly hedges: number;
  readonly secondOpinions: number;
  readonly probes: number;
}

/** Figures of somebody, and where they are drawn the same by slot of time. */
export interface NamedFigures extends Figures {
  readonly name: string;
  readonly points?: readonly RangePoint[];
}

/** One slot of time in which something was measured. */
export interface RangePoint {
  /** Its middle. */
  readonly atMs: number;
  readonly calls: number;
  readonly failed: number;
  readonly ttftMs: Percentiles;
}

/** What the figures are made from. */
export interface RangeFiguresInput {
  readonly range: RangeName;
  readonly nowMs: number;
  readonly config: Pick<GatewayConfig, 'deployments'>;
  readonly rollups: readonly Rollup[];
  readonly marks: readonly Mark[];
  readonly isHealthy: (deployment: string) => boolean;
}

/** The figures of a range, from the sums of its slots. */
export function rangeFigures(input: RangeFiguresInput): RangeFigures {
  const { range, nowMs, config, rollups, isHealthy } = input;
  const { lengthMs, step } = RANGES[range];
  const ids = Object.keys(config.deployments);
  const of = (kind: RollupKind): readonly Rollup[] => rollups.filter((rollup) => rollup.kind === kind);
  const deployments = of('deployment');
  const byDeployment = Map.groupBy(deployments, ({ name }) => name);
  const marks = Map.groupBy(input.marks, ({ deployment }) => deployment);
  const away = ids.flatMap((id) => absences(marks.get(id) ?? [], isHealthy(id)));
  const pinned = ids
    .filter((id) => config.deployments[id]?.kind === 'chat')
    .map((id) => pinnedEstimate(id, { own: byDeployment.get(id) ?? [], routed: of('route'), away, step, nowMs }));
  return {
    range,
    fromMs: Math.floor(nowMs - lengthMs),
    slotMs: STEP_MS[step],
    routed: figuresOf(together(of('route').map(({ sums }) => sums))),
    deployments: named(deployments, ({ name }) => name, { points: true }),
    routes: named(of('route'), ({ name }) => name, { points: true }),
    providers: named(deployments, ({ name }) => config.deployments[name]?.provider ?? name),
    models: named(deployments, ({ name }) => config.deployments[name]?.model ?? name),
    keys: named(of('key'), ({ name }) => name).toSorted((a, b) => b.costUsd - a.costUsd || b.calls - a.calls),
    pinned: pinned.filter((estimate) => estimate !== undefined),
    absences: away,
  };
}

function named(
  rollups: readonly Rollup[],
  nameOf: (rollup: Rollup) => string,
  { points = false }: { readonly points?: boolean } = {},
): readonly NamedFigures[] {
  return [...Map.groupBy(rollups, nameOf)].map(([name, own]) => ({
    name,
    ...figuresOf(together(own.map(({ sums }) => sums))),
    ...(points ? { points: pointsOf(own) } : {}),
  }));
}

function pointsOf(own: readonly Rollup[]): readonly RangePoint[] {
  return own
    .toSorted((a, b) => a.slot - b.slot)
    .map(({ slot, step, sums }) => ({
      atMs: (slot + 0.5) * STEP_MS[step],
      calls: sums.get('q') ?? 0,
      failed: sums.get('f') ?? 0,
      ttftMs: percentiles(sums, 't', 'c'),
    }));
}

function figuresOf(sums: Sums): Figures {
  const sum = (name: string): number => sums.get(name) ?? 0;
  return {
    calls: sum('q'),
    failed: sum('f'),
    rescued: sum('r'),
    ttftMs: percentiles(sums, 't', 'c'),
    latencyMs: percentiles(sums, 'l'),
    inputTokens: sum('i'),
    cachedTokens: sum('k'),
    outputTokens: sum('o'),
    costUsd: sum('u') / PER_DOLLAR,
    hedges: sum('e'),
    secondOpinions: sum('s'),
    probes: sum('p'),
  };
}

/** p50, p95 and p99 of the buckets of a letter; those of `censored` would have taken at least so long. */
function percentiles(sums: Sums, seen: string, censored?: string): Percentiles {
  const counts = { seen: buckets(sums, seen), censored: censored === undefined ? [] : buckets(sums, censored) };
  const at = (percentile: number): number | null => percentileOf(counts, percentile) ?? null;
  return { p50: at(50), p95: at(95), p99: at(99) };
}

/** The counts of a letter's buckets. */
function buckets(sums: Sums, letter: string): readonly number[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => sums.get(`${letter}${bucket.toString(36)}`) ?? 0);
}
