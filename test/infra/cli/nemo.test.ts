import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { COMPILE_CACHE } from '../../support/compile-cache.ts';

const NEMO = new URL('../../../infra/cli/nemo.ts', import.meta.url).pathname;

describe('npm run nemo', () => {
  let home: string;
  before(() => {
    home = mkdtempSync(join(tmpdir(), 'nemo-home-'));
  });
  after(() => rmSync(home, { recursive: true }));

  /** In a shell without credentials, on a machine that is none of AWS's. */
  function nemo(...words: readonly string[]): {
    readonly code: number | null;
    readonly said: string;
    readonly errors: string;
  } {
    const env = { ...COMPILE_CACHE, HOME: home, AWS_EC2_METADATA_DISABLED: 'true' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [NEMO, ...words], { env, encoding: 'utf8' });
    return { code: status, said: stdout, errors: stderr };
  }

  it('ends with 0 where it has done what was asked', () => {
    const { code, said, errors } = nemo('--help');
    assert.deepEqual([code, errors], [0, '']);
    assert.match(
      said,
      /secrets check .*\n.*secrets set NAME .*\n.*models \[DEPLOYMENT\] .*\n.*preflight .*\n.*logs REQUEST_ID .*\n.*costs .*\n.*health .*\n.*latency .*\n.*smoke \[URL\]/,
    );
  });

  it('ends with 2 where it was asked wrongly', () => {
    const { code, said, errors } = nemo('health', '--env', 'pord');
    assert.deepEqual([code, said], [2, '']);
    assert.match(errors, /Did you mean prod\?/);
  });

  for (const words of [
    ['health'],
    ['latency'],
    ['secrets', 'check'],
    ['logs', 'any'],
    ['costs'],
    ['keys', 'list'],
    ['smoke', '--key', 'any'],
  ]) {
    it(`${words.join(' ')} ends with 1 and says how to log in where there are no credentials`, () => {
      const { code, said, errors } = nemo(...words, '--env', 'dev');
      assert.deepEqual([code, said], [1, '']);
      assert.match(errors, /There are no AWS credentials here\. Log in/);
      assert.ok(!/\n\s+at /.test(errors), errors);
    });
  }
});
