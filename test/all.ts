import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { CORE_FILES, STACK_FILES, TEST_FILES } from './in-one-process.ts';

// `npm test`: every file of tests, in as many processes as there are processors. `npm test -- core/race` runs those whose path has the text.

/** The longest first, so that none of them is waited for alone at the end. */
const LONGEST = [
  'faults/faults.test.ts',
  'documents/deploy-commands.test.ts',
  'stack.all.ts',
  'core.all.ts',
  'faults/flapping.test.ts',
  'infra/alarm-traffic.test.ts',
  'infra/local/start.test.ts',
  'security/doubled-bodies.test.ts',
  'security/cooldown-poisoning.test.ts',
];

const TIMEOUT_MS = 120_000;

const wanted = process.argv.slice(2);
const files =
  wanted.length === 0 ? everything() : TEST_FILES.filter((file) => wanted.some((text) => file.includes(text)));

if (wanted.includes('--help')) {
  process.stdout.write(
    'npm test             every file of tests\nnpm test -- TEXT...  those whose path has one of the texts: npm test -- core/race\n',
  );
} else if (files.length === 0) {
  process.stderr.write(`No file of tests has ${wanted.join(' or ')} in its path.\n`);
  process.exitCode = 1;
} else {
  // What is compiled once is compiled for all.
  process.env.NODE_COMPILE_CACHE ??= `${import.meta.dirname}/../node_modules/.cache/node`;
  run({
    files: files.map((file) => `${import.meta.dirname}/${file}`),
    concurrency: Math.max(2, availableParallelism()),
    timeout: TIMEOUT_MS,
  })
    .on('test:fail', () => {
      process.exitCode = 1;
    })
    .compose(spec)
    .pipe(process.stdout);
}

function everything(): readonly string[] {
  const shared = new Set([...CORE_FILES, ...STACK_FILES]);
  const alone = TEST_FILES.filter((file) => !shared.has(file));
  const first = LONGEST.filter((file) => file.endsWith('.all.ts') || alone.includes(file));
  return [...first, ...alone.filter((file) => !first.includes(file))];
}
