import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../infra/check-advisories.ts', import.meta.url));
const FOUND = (high: number): string =>
  JSON.stringify({ auditReportVersion: 2, metadata: { vulnerabilities: { low: 3, high, critical: 0 } } });

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'nemo-npm-'));
});
after(() => rmSync(folder, { recursive: true }));

/** Runs the check with an npm that says `report`. */
function check(
  report: string,
  variables: Readonly<Record<string, string>>,
): { readonly status: number | null; readonly said: string } {
  writeFileSync(join(folder, 'report'), report);
  const npm = join(folder, 'npm');
  writeFileSync(npm, `#!/bin/sh\ncat "${join(folder, 'report')}"\n`);
  chmodSync(npm, 0o755);
  const env = { PATH: `${folder}${delimiter}${process.env.PATH}`, ...variables };
  const { status, stdout } = spawnSync(process.execPath, [SCRIPT], { env, encoding: 'utf8' });
  return { status, said: stdout };
}

describe('check:advisories', () => {
  it('is run by the workflow that every change passes', () => {
    const workflow = readFileSync(new URL('../../.github/workflows/check.yml', import.meta.url), 'utf8');
    assert.match(workflow, /^ +- run: npm run check:advisories$/m);
  });

  const unreadable = ['', '{}', '{"error":{"code":"E405"}}', '<html>', '{"auditReportVersion":2}'];
  for (const report of unreadable) {
    it(`fails in CI where it could not look, and says so: ${JSON.stringify(report)}`, () => {
      const { status, said } = check(report, { CI: 'true' });
      assert.equal(status, 1);
      assert.match(said, /ADVISORIES WERE NOT CHECKED/);
    });

    it(`passes where a variable allows that, and still says so: ${JSON.stringify(report)}`, () => {
      const { status, said } = check(report, { CI: 'true', NEMO_UNCHECKED_ADVISORIES: 'allow' });
      assert.equal(status, 0);
      assert.match(said, /ADVISORIES WERE NOT CHECKED.*NEMO_UNCHECKED_ADVISORIES=allow lets that pass/);
    });
  }

  it('passes on a laptop where it could not look, and says so', () => {
    const { status, said } = check('', {});
    assert.deepEqual([status, /ADVISORIES WERE NOT CHECKED/.test(said)], [0, true]);
  });

  for (const variables of [{}, { CI: 'true' }, { CI: 'true', NEMO_UNCHECKED_ADVISORIES: 'allow' }]) {
    it(`goes by what was found: ${JSON.stringify(variables)}`, () => {
      assert.equal(check(FOUND(0), variables).status, 0);
      assert.equal(check(FOUND(1), variables).status, 1);
    });
  }
});
