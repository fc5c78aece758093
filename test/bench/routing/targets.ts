import type { Summary } from './outcome.ts';

/** The rows of one section at one rate. */
export interface SectionRows {
  readonly section: string;
  readonly rate: number;
  readonly ours: Summary;
  readonly pinned: Summary;
  readonly meanOfTen: Summary;
  readonly oracle: Summary;
}

/** What routing promises, as figures of its rows that may not be above a bound. */
interface Target {
  readonly what: string;
  readonly section: string;
  readonly rate: number;
  readonly measure: (rows: SectionRows) => number;
  readonly atMost: number;
}

const TARGETS: readonly Target[] = [
  {
    what: 'equals: switches per turn',
    section: 'calm, equals',
    rate: 5,
    measure: ({ ours }) => ours.switches,
    atMost: 0.03,
  },
  {
    what: 'equals: p99 against the oracle',
    section: 'calm, equals',
    rate: 5,
    measure: ({ ours, oracle }) => ours.p99 / oracle.p99,
    atMost: 1.05,
  },
  {
    what: 'far apart: p99 against pinned to the best',
    section: 'calm, far apart',
    rate: 5,
    measure: ({ ours, pinned }) => ours.p99 / pinned.p99,
    atMost: 1.05,
  },
  {
    what: 'far apart, little traffic: p99 against pinned to the best',
    section: 'calm, far apart',
    rate: 0.3,
    measure: ({ ours, pinned }) => ours.p99 / pinned.p99,
    atMost: 1.15,
  },
  ...['mild', 'harsh'].flatMap((climate): readonly Target[] => [
    {
      what: `changing, ${climate}: p99 against the oracle`,
      section: `changing, ${climate}`,
      rate: 5,
      measure: ({ ours, oracle }) => ours.p99 / oracle.p99,
      atMost: 1.3,
    },
    {
      what: `changing, ${climate}: extra calls, probes apart`,
      section: `changing, ${climate}`,
      rate: 5,
      measure: ({ ours }) => ours.callsPerRequest - 1,
      atMost: 0.04,
    },
    {
      what: `changing, ${climate}, little traffic: p99 against the mean of ten`,
      section: `changing, ${climate}`,
      rate: 0.3,
      measure: ({ ours, meanOfTen }) => ours.p99 / meanOfTen.p99,
      atMost: 0.75,
    },
    {
      what: `changing, ${climate}, little traffic: p99 against the oracle`,
      section: `changing, ${climate}`,
      rate: 0.3,
      measure: ({ ours, oracle }) => ours.p99 / oracle.p99,
      atMost: 1.7,
    },
  ]),
  {
    what: 'growing prompts: cached tokens pinned against ours',
    section: 'growing prompts with caches',
    rate: 1,
    measure: ({ ours, pinned }) => pinned.cachedShare / ours.cachedShare,
    atMost: 1 / 0.9,
  },
];

/** The table of promises, with what was measured. `others`: rows of what is measured elsewhere. */
export function targetLines(all: readonly SectionRows[], others: readonly string[] = []): readonly string[] {
  const lines = TARGETS.flatMap(({ what, section, rate, measure, atMost }) => {
    const rows = all.find((one) => one.section === section && one.rate === rate);
    return rows === undefined ? [] : [promiseLine(what, measure(rows), atMost)];
  });
  return ['| promise | measured | at most | |', '|---|---|---|---|', ...lines, ...others];
}

/** A row of the table of promises. */
export function promiseLine(what: string, measured: number, atMost: number): string {
  return `| ${what} | ${measured.toFixed(3)} | ${atMost.toFixed(3)} | ${measured <= atMost ? 'met' : '**missed**'} |`;
}
