/** One benchmark: what it tells, and how Node runs it. */
export interface Benchmark {
  readonly what: string;
  /** Node's arguments, from the repository's root. */
  readonly run: readonly string[];
  /** Whether it needs Lambda's own runtime and the synthesised stack. */
  readonly isUnderLambda?: boolean;
  /** What can be set, for `--help`. */
  readonly options?: string;
}

const HEAP = ['--expose-gc', '--min-semi-space-size=512', '--max-semi-space-size=512'];

/** The benchmarks by name: `npm run bench -- NAME`, or `npm run bench:NAME`. */
export const BENCHMARKS: ReadonlyMap<string, Benchmark> = new Map([
  [
    'first-answer',
    {
      what: 'how long a new user waits: clone, npm ci, npm start, the first word of a streamed answer',
      run: ['test/bench/first-answer.ts'],
      options: "--from URL to clone from; --empty-cache without npm's cache",
    },
  ],
  [
    'overhead',
    {
      what: 'what the gateway adds to calling a provider directly, beside a bare proxy',
      run: ['test/bench/overhead/overhead.ts'],
      options: 'CALLS=N of each kind, ROUNDS=N of bursts, DEPLOYMENTS=N, KEYS=N, BESIDE=DIR another checkout beside',
    },
  ],
  [
    'streams',
    {
      what: 'thousands of streams open at once: whether each is whole, and what memory it holds',
      run: ['test/bench/overhead/open-streams.ts'],
      options: 'STREAMS=N',
    },
  ],
  [
    'profile',
    {
      what: 'where the gateway spends its time, by module',
      run: ['test/bench/overhead/profile.ts'],
      options: "AT_ONCE=N, KIND=plain or 'fast stream', TOP=20 for the functions",
    },
  ],
  [
    'translate',
    { what: 'time and memory of a chunk, by protocol', run: [...HEAP, 'test/bench/translate/translate.ts'] },
  ],
  ['walk', { what: 'how much code one call runs', run: ['test/bench/coverage-walk.ts'] }],
  [
    'routing',
    {
      what: 'what routing gains in simulated worlds, against pinning, other policies and an oracle',
      run: ['test/bench/routing/routing.ts'],
      options:
        '--quick: less than a minute; --section "calm, equals", --rate 5, --instances 1,200, --seeds 3, --first-seed 101, --calls N: a part; --settings JSON',
    },
  ],
  ['finding', { what: 'how soon a newly fast deployment is found', run: ['test/bench/routing/finding.ts'] }],
  ['prompt-sizes', { what: "what it pays to count the prompt's length", run: ['test/bench/routing/prompt-sizes.ts'] }],
  [
    'changing-speeds',
    {
      what: 'how routing follows deployments that change their speed',
      run: ['--test', 'test/bench/routing/changing-speeds.ts'],
    },
  ],
  [
    'limits',
    {
      what: "keys' limits under ten times their rate",
      run: ['test/bench/limits/limits.ts'],
      options: 'KEYS=N, SECONDS=N',
    },
  ],
  [
    'cold-start',
    {
      what: "the bundle under Lambda's runtime client: bytes and start. Needs a C++ compiler",
      run: ['test/bench/cold-start/cold-start.ts'],
      isUnderLambda: true,
      options: 'RUNS=N starts',
    },
  ],
  [
    'memory',
    {
      what: "memory and latency by Lambda's sizes. Needs a C++ compiler",
      run: ['test/bench/memory/memory.ts'],
      isUnderLambda: true,
      options: 'CALLS=N, RUNS=N',
    },
  ],
  ['bill', { what: 'what a million calls and an idle month cost', run: ['test/bench/bill.ts'] }],
  ['cost', { what: 'what DynamoDB costs for the statistics', run: ['test/bench/statistics-cost.ts'] }],
  ['prober-cost', { what: 'what the scheduled prober costs', run: ['test/bench/prober-cost.ts'] }],
]);
