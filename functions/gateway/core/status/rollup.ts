import { failureVerdict, isUnknownRefusal } from '../model/attempt-failure.ts';
import type { ProbeRecord } from '../model/probe-record.ts';
import type { AttemptRecord, RequestRecord } from '../model/request-record.ts';
import type { Usage } from '../model/usage.ts';
import { bucketOf } from '../statistics/latency-histogram.ts';
import type { Sums } from '../statistics/sums.ts';

/** Whose sums they are: a deployment's attempts, a route's calls or a key's calls. */
export type RollupKind = 'deployment' | 'route' | 'key';

/** How long the slots of time are that sums are kept by, in milliseconds. */
export const STEP_MS = { minute: 60_000, quarter: 900_000 } as const;

/** The name of a length of slots. */
export type RollupStep = keyof typeof STEP_MS;

/**
 * Sums of one slot of time, which grow by addition and never decay. All values are integers.
 *
 * | name | sum of |
 * |---|---|
 * | `q`, `f`, `r` | calls or attempts that count; failed ones; rescued ones (routes) |
 * | `t<k>`, `c<k>` | times to first token in bucket k (base 36): seen, given up |
 * | `l<k>`, `b<k>` | times of whole answers; times to first token of probes |
 * | `i`, `k`, `o`, `u` | prompt tokens, those of them that were cached, answer tokens, billionths of a dollar |
 * | `e`, `s`, `p`, `x` | hedges, second opinions, probes, failed probes (deployments) |
 */
export interface Rollup {
  readonly kind: RollupKind;
  readonly name: string;
  readonly step: RollupStep;
  /** How many steps lie between 1970 and its begin. */
  readonly slot: number;
  readonly sums: Sums;
}

/** What a call adds, to whom. */
export type RollupEntry = Pick<Rollup, 'kind' | 'name' | 'sums'>;

/** Billionths: a call may cost a thousandth of a cent. */
export const PER_DOLLAR = 1e9;

/** What an ended call adds: to each deployment that was asked or probed, to its route and to its key. */
export function rollupsOf(record: RequestRecord): readonly RollupEntry[] {
  const { operation, attempts, probes = [], route, keyName } = record;
  if (operation === 'other') {
    return [];
  }
  return [
    ...attempts.map((attempt, index) => ({
      kind: 'deployment' as const,
      name: attempt.deployment,
      sums: attemptSums(attempt, attempts.slice(0, index)),
    })),
    ...probes.map(rollupOfProbe),
    ...(route === undefined ? [] : [{ kind: 'route' as const, name: route, sums: routeSums(record) }]),
    ...(keyName === undefined ? [] : [{ kind: 'key' as const, name: keyName, sums: callSums(record) }]),
  ];
}

/** What an ended probe adds, whether it was made beside a call or by the scheduled prober. */
export function rollupOfProbe(probe: ProbeRecord): RollupEntry {
  return { kind: 'deployment', name: probe.deployment.id, sums: probeSums(probe) };
}

function attemptSums(attempt: AttemptRecord, before: readonly AttemptRecord[]): Sums {
  const { outcome, failure, hedge, ttftMs, totalMs } = attempt;
  const blame = failure === undefined ? 'none' : failureVerdict(failure).blame;
  const isGivenUp = failure?.kind === 'timed-out' || outcome === 'aborted';
  return summed([
    ...(outcome === 'aborted' ? [] : one('q')),
    ...(blame === 'none' ? [] : one('f')),
    ...(hedge ? one('e') : []),
    ...(isSecondOpinion(attempt, before) ? one('s') : []),
    ...(ttftMs === undefined ? [] : inBucket('t', ttftMs)),
    ...(ttftMs === undefined && isGivenUp ? inBucket('c', totalMs) : []),
    ...(outcome === 'served' ? inBucket('l', totalMs) : []),
    ...spent(attempt.usage, attempt.costUsd),
  ]);
}

/** Whether another provider was asked because one had refused in words that nobody here knows. */
export function isSecondOpinion(attempt: AttemptRecord, before: readonly AttemptRecord[]): boolean {
  const last = before.at(-1);
  return !attempt.hedge && last?.failure !== undefined && isUnknownRefusal(last.failure);
}

function probeSums({ ttftMs, failure, costUsd }: ProbeRecord): Sums {
  return summed([
    ...one('p'),
    ...(failure === undefined || failureVerdict(failure).blame === 'none' ? [] : one('x')),
    ...(ttftMs === undefined ? [] : inBucket('b', ttftMs)),
    ...spent(undefined, costUsd),
  ]);
}

function routeSums(record: RequestRecord): Sums {
  const { ttftMs, totalMs, ending, routing, attempts } = record;
  const isRescued = routing !== 'direct' || attempts.some(({ continues }) => continues === true);
  const served: readonly Entry[] =
    ending === 'complete'
      ? [
          ...(ttftMs === undefined ? [] : inBucket('t', ttftMs)),
          ...inBucket('l', totalMs),
          ...(isRescued ? one('r') : []),
        ]
      : [];
  return summed([...callSums(record), ...served]);
}

/** What the request's own fault ended, and what its caller left, is no figure of the gateway's. */
function callSums({ ending, usage, costUsd }: RequestRecord): Sums {
  const isFailed = ending === 'failed' || ending === 'cut';
  return summed([
    ...(isFailed || ending === 'complete' ? one('q') : []),
    ...(isFailed ? one('f') : []),
    ...spent(usage, costUsd),
  ]);
}

type Entry = readonly [string, number];

function one(name: string): readonly Entry[] {
  return [[name, 1]];
}

function inBucket(letter: string, ms: number): readonly Entry[] {
  return [[`${letter}${bucketOf(ms).toString(36)}`, 1]];
}

function spent(usage: Usage | undefined, costUsd: number | undefined): readonly Entry[] {
  const { input = 0, cacheRead = 0, output = 0 } = usage ?? {};
  const all: readonly Entry[] = [
    ['i', input],
    ['k', cacheRead],
    ['o', output],
    ['u', Math.round((costUsd ?? 0) * PER_DOLLAR)],
  ];
  return all.filter(([, value]) => value > 0);
}

function summed(entries: readonly Entry[]): Sums {
  const sums = new Map<string, number>();
  for (const [name, value] of entries) {
    sums.set(name, (sums.get(name) ?? 0) + value);
  }
  return sums;
}
