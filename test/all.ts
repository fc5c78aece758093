import { availableParallelism } from 'node:os';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { GROUPS, LONGEST, TEST_FILES } from './in-one-process.ts';

// `npm test`: every file of tests, in one process more at once than there are processors, since some wait. `npm test -- core/race` runs those
// whose path has the text.

const TIMEOUT_MS = 300_000;

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
    concurrency: availableParallelism() + 1,
    execArgv: ['--import', `${import.meta.dirname}/support/untracked-promises.ts`],
    timeout: TIMEOUT_MS,
  })
    .on('test:fail', () => {
      process.exitCode = 1;
    })
    .compose(spec)
    .pipe(process.stdout);
}

/** What takes longest begins first, so that none of it is waited for alone at the end: the groups, then what takes seconds by itself. */
function everything(): readonly string[] {
  const shared = new Set([...GROUPS.values()].flat());
  const alone = TEST_FILES.filter((file) => !shared.has(file) && !LONGEST.includes(file));
  return [...[...GROUPS.keys()].map((name) => `${name}.all.ts`), ...LONGEST, ...alone];
}
