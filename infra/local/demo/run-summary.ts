import { defined } from '../../../functions/gateway/core/model/defined.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import type { CallOutcome } from '../load-call.ts';
import { percentile } from './percentile.ts';

/** One of the ways of calling, and all that came of it. `continued`: routed, and cut streams go on elsewhere. */
export interface DemoRun {
  readonly name: 'pinned' | 'routed' | 'continued';
  /** What each call asked for. */
  readonly model: string;
  readonly outcomes: readonly CallOutcome[];
  /** What the gateway recorded of them. */
  readonly records: readonly RequestRecord[];
}

/** A run in figures. Times are milliseconds, as the caller saw them. */
export interface RunSummary {
  readonly calls: number;
  /** Calls without a first token. */
  readonly failed: number;
  /** Calls whose answer broke off after its first token. */
  readonly cut: number;
  /** Of the calls with a first token. */
  readonly ttftMs: Percentiles;
  /** The median of the first token over every call, one that never had any counted as the latest. Absent: half of them never had one. */
  readonly medianOfAllMs?: number;
  /** Of the calls with a whole answer. */
  readonly totalMs: Percentiles;
  /** Calls that were served after another provider had failed. */
  readonly failovers: number;
  /** Extra calls beside slow ones. */
  readonly hedges: number;
}

export interface Percentiles {
  readonly p50?: number;
  readonly p95?: number;
  readonly p99?: number;
}

export function runSummary({ outcomes, records }: Pick<DemoRun, 'outcomes' | 'records'>): RunSummary {
  const begun = outcomes.filter(({ ttftMs }) => ttftMs !== undefined);
  const times = outcomes.map(({ ttftMs }) => ttftMs ?? Infinity);
  const median = percentile(times, 50);
  const whole = begun.filter(({ isWhole }) => isWhole);
  return {
    calls: outcomes.length,
    failed: outcomes.length - begun.length,
    cut: begun.length - whole.length,
    ttftMs: percentiles(begun.flatMap(({ ttftMs }) => ttftMs ?? [])),
    ...defined({ medianOfAllMs: median === Infinity ? undefined : median }),
    totalMs: percentiles(whole.map(({ totalMs }) => totalMs)),
    failovers: records.filter(({ routing, servedBy }) => routing === 'fallback' && servedBy !== undefined).length,
    hedges: records.flatMap(({ attempts }) => attempts.filter(({ hedge }) => hedge)).length,
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const [p50, p95, p99] = [50, 95, 99].map((percent) => percentile(values, percent));
  return {
    ...defined({ p50, p95, p99 }),
  };
}
