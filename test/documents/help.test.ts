import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { COMMANDS } from '../../infra/cli/commands.ts';
import { runCommand } from '../../infra/cli/run-command.ts';
import { BENCHMARKS } from '../bench/benchmarks.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { pageText, treePath } from './pages.ts';

const run = promisify(execFile);

/** What takes words behind `--`, and what its help begins with. */
const SCRIPTS: Readonly<Record<string, RegExp>> = {
  start: /^npm start -- \[--config FILE\]/,
  demo: /^npm run demo -- \[--seconds N\]/,
  test: /^npm test +every file/,
  nemo: /^Usage: npm run nemo -- COMMAND/,
  bench: /^npm run bench -- NAME/,
  'bench:overhead': /^npm run bench:overhead: .*\n\nOptions: CALLS=N/,
  'build:package': /^npm run build:package -- \[FOLDER\]/,
};

describe('--help', { concurrency: 2 }, () => {
  const { scripts } = JSON.parse(pageText('package.json')) as { scripts: Readonly<Record<string, string>> };
  for (const [name, begin] of Object.entries(SCRIPTS)) {
    it(`behind ${name} says what there is, and does nothing`, async () => {
      const [program, ...words] = (scripts[name] ?? '').split(' ');
      assert.equal(program, 'node');
      const options = { cwd: treePath('.'), env: { PATH: process.env.PATH, ...COMPILE_CACHE }, timeout: 20_000 };
      const { stdout, stderr } = await run(process.execPath, [...words, '--help'], options);
      assert.match(stdout, begin);
      assert.equal(stderr, '');
    });
  }

  it('behind every command of nemo says how it is called', async () => {
    for (const name of COMMANDS.keys()) {
      const { text, exitCode } = await runCommand([...name.split(' '), '--help'], {});
      assert.match(text, new RegExp(`^Usage: npm run nemo -- ${name}`), name);
      assert.equal(exitCode, 0);
    }
  });

  it('behind every benchmark says what it tells', async () => {
    for (const { what } of BENCHMARKS.values()) {
      assert.match(what, /^\w.+[^.]$/);
    }
  });
});
