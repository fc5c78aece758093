import { BUCKETS, percentileOf } from '../statistics/latency-histogram.ts';
import type { Sums } from '../statistics/sums.ts';
import type { Absence } from './ejection-marks.ts';
import type { Percentiles } from './fleet-status.ts';
import { type Rollup, type RollupStep, STEP_MS } from './rollup.ts';
import { together } from './rollup-ledger.ts';

/** What the routes' calls would have met, had all of them gone to one deployment. An estimate. */
export interface PinnedEstimate {
  readonly deployment: string;
  readonly ttftMs: Percentiles;
  /** 0 to 1. */
  readonly failureRate: number;
  /** How many of its own attempts and probes it comes from. */
  readonly observations: number;
}

/** What an estimate is made from. */
export interface PinnedEstimateInput {
  /** The deployment's own slots, and those of the routes. */
  readonly own: readonly Rollup[];
  readonly routed: readonly Rollup[];
  readonly away: readonly Absence[];
  readonly step: RollupStep;
  readonly nowMs: number;
}

/**
 * Slot by slot, as many calls as the routes had, each as the deployment's own attempts of that slot went; of a slot without attempts, as its
 * probes went, and without those as in the slot before. So the slow minutes in which calls went elsewhere count as much as they would have.
 * While it was set aside for its failures a call counts as failed. `undefined` where it was neither called nor probed.
 */
export function pinnedEstimate(
  deployment: string,
  { own, routed, away, step, nowMs }: PinnedEstimateInput,
): PinnedEstimate | undefined {
  const bySlot = Map.groupBy(own, ({ slot }) => slot);
  const routedBySlot = Map.groupBy(routed, ({ slot }) => slot);
  const slots = [...new Set([...routedBySlot.keys(), ...bySlot.keys()])].toSorted((a, b) => a - b);
  const failing = away.filter((one) => one.deployment === deployment && one.reason !== 'drained');
  const seen = new Array<number>(BUCKETS).fill(0);
  const censored = new Array<number>(BUCKETS).fill(0);
  let known: SlotShape | undefined;
  let calls = 0;
  let failed = 0;
  let observations = 0;
  for (const slot of slots) {
    const sums = together((bySlot.get(slot) ?? []).map((rollup) => rollup.sums));
    known = shapeOf(sums) ?? known;
    const wanted = sumOf(routedBySlot.get(slot) ?? [], 'q');
    observations += (sums.get('q') ?? 0) + (sums.get('p') ?? 0);
    if (known === undefined || wanted === 0) {
      continue;
    }
    const awayShare = shareAway(failing, { fromMs: slot * STEP_MS[step], untilMs: (slot + 1) * STEP_MS[step] }, nowMs);
    const failureShare = awayShare + (1 - awayShare) * known.failureRate;
    calls += wanted;
    failed += wanted * failureShare;
    addScaled(seen, known.seen, wanted * (1 - failureShare));
    addScaled(censored, known.censored, wanted * (1 - failureShare));
  }
  const at = (percentile: number): number | null => percentileOf({ seen, censored }, percentile) ?? null;
  const ttftMs = { p50: at(50), p95: at(95), p99: at(99) };
  return calls === 0 ? undefined : { deployment, ttftMs, failureRate: failed / calls, observations };
}

/** How calls went in a slot: shares by bucket that add up to 1, and the share that failed. */
interface SlotShape {
  readonly seen: readonly number[];
  readonly censored: readonly number[];
  readonly failureRate: number;
}

function shapeOf(sums: Sums): SlotShape | undefined {
  const sum = (name: string): number => sums.get(name) ?? 0;
  const [attempts, failed] = sum('q') > 0 ? [sum('q'), sum('f')] : [sum('p'), sum('x')];
  const failureRate = attempts > 0 ? Math.min(1, failed / attempts) : 0;
  const own = shares(sums, 't', 'c') ?? shares(sums, 'b');
  if (own !== undefined) {
    return { ...own, failureRate };
  }
  const none = new Array<number>(BUCKETS).fill(0);
  return attempts > 0 ? { seen: none, censored: none, failureRate } : undefined;
}

function shares(sums: Sums, seen: string, censored = ''): Omit<SlotShape, 'failureRate'> | undefined {
  const of = (letter: string): readonly number[] =>
    Array.from({ length: BUCKETS }, (_, bucket) =>
      letter === '' ? 0 : (sums.get(`${letter}${bucket.toString(36)}`) ?? 0),
    );
  const [ended, waited] = [of(seen), of(censored)];
  const total = [...ended, ...waited].reduce((sum, count) => sum + count, 0);
  const scaled = (counts: readonly number[]): readonly number[] => counts.map((count) => count / total);
  return total > 0 ? { seen: scaled(ended), censored: scaled(waited) } : undefined;
}

function addScaled(total: number[], shape: readonly number[], times: number): void {
  for (const [bucket, share] of shape.entries()) {
    total[bucket] = (total[bucket] ?? 0) + share * times;
  }
}

function sumOf(rollups: readonly Rollup[], name: string): number {
  return rollups.reduce((sum, { sums }) => sum + (sums.get(name) ?? 0), 0);
}

/** The share (0 to 1) of a time in which it was set aside. */
function shareAway(
  away: readonly Absence[],
  { fromMs, untilMs }: { readonly fromMs: number; readonly untilMs: number },
  nowMs: number,
): number {
  const endMs = Math.min(untilMs, nowMs);
  const awayMs = away.reduce(
    (sum, one) => sum + Math.max(0, Math.min(endMs, one.untilMs ?? nowMs) - Math.max(fromMs, one.fromMs)),
    0,
  );
  return endMs > fromMs ? Math.min(1, awayMs / (endMs - fromMs)) : 0;
}
