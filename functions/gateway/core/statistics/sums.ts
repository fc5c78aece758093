import { BUCKETS, bucketOf } from './latency-histogram.ts';
import type { ExtraAttempt, Observation } from './observation.ts';

/**
 * Weighted sums by short name: what is stored, merged and added. All values are integers. Every name costs bytes in each item, and an
 * item must stay below 1 KB (one write unit), hence the letters:
 *
 * | name | sum of w times |
 * |---|---|
 * | `q` | 1, every attempt |
 * | `f` | 1, every failure |
 * | `e`, `r` | 1, hedges; 1, attempts after a failed one |
 * | `n` | 1, every time to first token that was seen to its end |
 * | `x` | the time to first token in ms, or the time waited where it was given up |
 * | `g`, `h` | output tokens, and the ms from first token to the end |
 * | `o` | output tokens of complete answers |
 * | `a` | 1, complete answers |
 * | `i` | input tokens |
 * | `t<k>`, `c<k>` | 1 in bucket k (base 36) of time to first token: seen, given up |
 * | `l<k>` | 1 in bucket k of the whole answer's latency |
 * | `w`, `k` | prompt tokens that should have been in the vendor's cache, and those of them that were |
 * | `y`, `z` | the time to first token of probes, and what traffic's was expected to be at the same instant |
 */
export type Sums = ReadonlyMap<string, number>;

/** The letters that stand before a bucket's number: times to first token seen and given up, latencies of whole answers. */
export type CountLetter = 't' | 'c' | 'l';

/** Every name with a place of its own: the letters as in the alphabet, then the counts of each histogram in a row. */
export const SUM_PLACES: ReadonlyMap<string, number> = new Map(
  [...'abcdefghijklmnopqrstuvwxyz', ...countNames('t'), ...countNames('c'), ...countNames('l')].map((name, place) => [
    name,
    place,
  ]),
);

/** The names of a histogram's counts by bucket. */
function countNames(letter: CountLetter): readonly string[] {
  return Array.from({ length: BUCKETS }, (_, bucket) => letter + bucket.toString(36));
}

/** What one observation adds by name: what is weighed. */
export type Counts = readonly (readonly [name: string, times: number])[];

/** The sums of one observation with an integer weight: those that a memory keeps, or all where none is named. `sign`: -1 takes them back. */
export function sumsOf(counts: Counts, weight: number, pace?: Pace, sign: 1 | -1 = 1): Sums {
  const sums = new Map<string, number>();
  for (const [name, times] of counts) {
    if (pace === undefined || KEPT[pace].includes(name.charAt(0))) {
      sums.set(name, sign * Math.round(weight * times));
    }
  }
  return sums;
}

/**
 * The letters that each memory keeps. The recent one enough to see that something has changed, the usual one what changes slowly, and the
 * lasting one all but that.
 */
const KEPT: Readonly<Record<Pace, string>> = {
  lasting: 'qfernxghoaitcl',
  recent: 'qfernxtc',
  usual: 'qenxtcwkyz',
};

/** What an observation counts. */
export function countsOf(observation: Observation): Counts {
  switch (observation.kind) {
    case 'first-token': {
      const { extra = 'none', ttftMs } = observation;
      return [
        ...ATTEMPT[extra],
        ['n', 1],
        ['x', Math.max(LEAST_TTFT_MS, ttftMs)],
        [`t${bucketOf(ttftMs).toString(36)}`, 1],
      ];
    }
    case 'failed': {
      const { extra = 'none', waitedMs } = observation;
      return [...ATTEMPT[extra], ['f', 1], ...(waitedMs === undefined ? [] : waitedCounts(waitedMs))];
    }
    case 'given-up':
      return [...ATTEMPT[observation.extra ?? 'none'], ...waitedCounts(observation.waitedMs)];
    case 'late':
      return waitedCounts(observation.waitedMs);
    case 'answered':
      return answerCounts(observation);
    case 'cut':
      return [['f', 1]];
    case 'refused':
      return ATTEMPT[observation.extra ?? 'none'];
    case 'calibrated':
      return [
        ['y', Math.max(LEAST_TTFT_MS, observation.probeMs)],
        ['z', Math.max(LEAST_TTFT_MS, observation.trafficMs)],
      ];
  }
}

/** What came sooner counts as this: estimates divide by times, and take their logarithms. */
export const LEAST_TTFT_MS = 1;

/** An attempt, by why there was one beside a request's first. */
const ATTEMPT: Readonly<Record<ExtraAttempt | 'none', Counts>> = {
  none: [['q', 1]],
  hedge: [
    ['q', 1],
    ['e', 1],
  ],
  retry: [
    ['q', 1],
    ['r', 1],
  ],
};

/** A first token that was waited for in vain. */
function waitedCounts(waitedMs: number): Counts {
  return [
    ['x', waitedMs],
    [`c${bucketOf(waitedMs).toString(36)}`, 1],
  ];
}

function answerCounts(answer: Extract<Observation, { kind: 'answered' }>): Counts {
  const { ttftMs, totalMs, inputTokens = 0, outputTokens = 0, cache } = answer;
  const counts: [string, number][] = [
    ['a', 1],
    [`l${bucketOf(totalMs).toString(36)}`, 1],
  ];
  if (inputTokens > 0) {
    counts.push(['i', inputTokens]);
  }
  if (outputTokens > 0) {
    counts.push(['o', outputTokens], ['g', outputTokens], ['h', Math.max(0, totalMs - ttftMs)]);
  }
  if (cache !== undefined) {
    counts.push(['w', cache.warmTokens], ['k', Math.min(cache.warmTokens, cache.cachedTokens)]);
  }
  return counts;
}

/**
 * The three memories of a deployment. `lasting` (half-life a minute by default) knows its distribution, its rates and who is faster as a
 * rule; `recent` (some seconds) knows that something has just changed, which a mean over minutes of heavy traffic cannot show; `usual`
 * (half an hour) knows what the deployment is like as a rule where little traffic leaves the others empty.
 */
export type Pace = 'lasting' | 'recent' | 'usual';

/** Every pace. */
export const PACES = ['lasting', 'recent', 'usual'] as const satisfies readonly Pace[];

/** Sums by deployment, pace and epoch: what one write adds to the store. */
export type PacedSums = ReadonlyMap<string, Paced>;

/** One deployment's. */
type Paced = Readonly<Record<Pace, ReadonlyMap<number, Sums>>>;

/** A growing `PacedSums`. */
export interface SumsLedger {
  readonly sums: PacedSums;
  readonly add: (entry: LedgerEntry) => void;
  readonly addAll: (others: PacedSums) => void;
  /** Takes a deployment's entries out. */
  readonly take: (deployment: string) => readonly LedgerEntry[];
}

/** Sums of one deployment, pace and epoch. */
export interface LedgerEntry {
  readonly deployment: string;
  readonly pace: Pace;
  readonly epoch: number;
  readonly sums: Sums;
}

/** A ledger without entries. */
export function sumsLedger(): SumsLedger {
  const sums = new Map<string, Record<Pace, Map<number, Map<string, number>>>>();
  const add = ({ deployment, pace, epoch, sums: added }: LedgerEntry): void => {
    const own = sums.get(deployment) ?? { lasting: new Map(), recent: new Map(), usual: new Map() };
    sums.set(deployment, own);
    const total = own[pace].get(epoch) ?? new Map<string, number>();
    own[pace].set(epoch, total);
    for (const [name, value] of added) {
      total.set(name, (total.get(name) ?? 0) + value);
    }
  };
  const addAll = (others: PacedSums): void => {
    for (const entry of entriesOf(others)) {
      add(entry);
    }
  };
  const take = (deployment: string): readonly LedgerEntry[] => {
    const own = sums.get(deployment);
    sums.delete(deployment);
    return own === undefined ? [] : entriesOf([[deployment, own]]);
  };
  return { sums, add, addAll, take };
}

/** Every item that the sums belong to. */
export function entriesOf(sums: Iterable<readonly [string, Paced]>): readonly LedgerEntry[] {
  return [...sums].flatMap(([deployment, paced]) =>
    PACES.flatMap((pace) => [...paced[pace]].map(([epoch, values]) => ({ deployment, pace, epoch, sums: values }))),
  );
}
