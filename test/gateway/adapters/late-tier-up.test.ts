import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

test('V8 knows the flag that has it optimise late: it would say so on standard error, and go on', () => {
  const url = new URL('../../../functions/gateway/adapters/late-tier-up.ts', import.meta.url);
  const script = `const { tierUpLate } = await import('${url}'); tierUpLate(); process.stdout.write('set');`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  assert.deepEqual({ stdout, stderr }, { stdout: 'set', stderr: '' });
});
