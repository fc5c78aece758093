import { globSync, readFileSync } from 'node:fs';

const ROOT = import.meta.dirname;

/** Every file of tests, from this folder on. */
export const TEST_FILES: readonly string[] = globSync('**/*.test.ts', { cwd: ROOT }).toSorted();

/** Which files share a process: one by one they take longer to start than to run. Each has an entry `NAME.all.ts`. The longest first. */
const PLACES = {
  security: /^(?:security|support)\//,
  conformance: /^(?:conformance|fuzz)\//,
  commands: /^infra\/(?!constructs\/)[^/]+\/|^documents\/|^probe\//,
  e2e: /^gateway\/e2e\//,
  faults: /^faults\//,
  core: /^gateway\/(?:core|config|page)\//,
  // The CDK takes longer to load than most of its tests to run.
  stack: /^infra\//,
  adapters: /^gateway\/adapters\//,
} as const satisfies Readonly<Record<string, RegExp>>;

/** The name of a group. */
export type GroupName = keyof typeof PLACES;

/** What takes seconds by itself: in a process of its own it runs beside the others. */
export const LONGEST: readonly string[] = [
  'documents/deploy-commands.test.ts',
  'documents/snippets.test.ts',
  'faults/faults.test.ts',
  'faults/flapping.test.ts',
  'faults/hedged-silence.test.ts',
  'faults/random-schedules.test.ts',
  'gateway/adapters/dynamodb/statistics-store.test.ts',
  'infra/local/simulated-outage.test.ts',
  'infra/local/start.test.ts',
  'security/cooldown-poisoning.test.ts',
  'security/doubled-bodies.test.ts',
  'security/doubled-streams.test.ts',
  'security/every-surface.test.ts',
  'security/linear-cost.test.ts',
];

/** The groups with their files. */
export const GROUPS: ReadonlyMap<GroupName, readonly string[]> = grouped();

/** Runs all files of a group in this process, one after the other. */
export async function runGroup(name: GroupName): Promise<void> {
  for (const file of GROUPS.get(name) ?? []) {
    await import(`./${file}`);
  }
}

function grouped(): ReadonlyMap<GroupName, readonly string[]> {
  const groups = Map.groupBy(
    TEST_FILES.filter((file) => !LONGEST.includes(file) && canShare(file)),
    groupOf,
  );
  const names = Object.keys(PLACES) as readonly GroupName[];
  return new Map(names.map((name) => [name, groups.get(name) ?? []]));
}

function groupOf(file: string): GroupName | undefined {
  const names = Object.keys(PLACES) as readonly GroupName[];
  return names.find((name) => PLACES[name].test(file));
}

/** Hooks, snapshots and variables of a file's own would be those of all others too. */
function canShare(file: string): boolean {
  const text = readFileSync(`${ROOT}/${file}`, 'utf8');
  return !/^(?:before|after)(?:Each)?\(|\.snapshot\(|process\.env\.\w+ = /m.test(text);
}
