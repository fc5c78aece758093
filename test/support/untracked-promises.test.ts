import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const PRELOAD = fileURLToPath(new URL('untracked-promises.ts', import.meta.url));

const WAIT = 'await new Promise((resolve) => setTimeout(resolve, 30));';

/** Bodies of a test that ends well by itself. */
const LEFT_BEHIND = {
  'rejection that nobody awaits': "void Promise.reject(new Error('left behind'));",
  'rejection of an awaited promise that comes later': `void (async () => { ${WAIT} throw new Error('left behind'); })();`,
  'timer that throws meanwhile': `setTimeout(() => { throw new Error('left behind'); }, 1); ${WAIT}`,
  'timer that throws afterwards': "setTimeout(() => { throw new Error('left behind'); }, 1);",
};

describe('where promises are not followed', { concurrency: true }, () => {
  for (const [name, body] of Object.entries(LEFT_BEHIND)) {
    it(`a ${name} fails its file`, async () => {
      const { code, said } = await ran(`describe('outer', () => { it('inner', async () => { ${body} }); });`);
      assert.equal(code, 1, said);
      assert.match(said, /left behind/);
    });
  }

  it('a file that leaves nothing behind is good, and its tests are within their suites', async () => {
    const { code, said } = await ran("describe('outer', () => { it('inner', async () => { await 1; }); });");
    assert.equal(code, 0, said);
    assert.match(said, /# Subtest: outer\n {4}# Subtest: inner\n/);
  });
});

interface Ran {
  readonly code: number;
  readonly said: string;
}

/** Runs a file of tests as `npm test` does. */
async function ran(text: string): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), 'nemo-left-behind-'));
  const file = join(folder, 'left-behind.test.mjs');
  writeFileSync(file, `import { describe, it } from 'node:test';\n${text}\n`);
  try {
    return await new Promise((resolve) => {
      const args = ['--import', PRELOAD, '--test', '--test-reporter=tap', file];
      execFile(process.execPath, args, { env: { PATH: process.env.PATH } }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, said: stdout + stderr });
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
