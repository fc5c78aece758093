import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../../infra/constructs/function-bundle.ts';

/** As of a shell outside of npm: without the folders that npm puts before it. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

const hasNpx = PATH.split(delimiter).some((folder) => existsSync(join(folder, 'npx')));

test('a global cdk runs the app with the Node that npm ci brings, whichever one the shell has', {
  skip: hasNpx ? false : 'npx is nowhere but in node_modules here.',
}, () => {
  const { app }: { readonly app: string } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8'));
  assert.ok(app.endsWith(' infra/app.ts'));
  const folder = mkdtempSync(join(tmpdir(), 'nemo-plain-'));
  const script = join(folder, 'version.ts');
  writeFileSync(script, 'const version: string = process.version;\nconsole.log(version);\n');
  const command = app.replace('infra/app.ts', script);
  const version = execFileSync('bash', ['-c', command], { cwd: ROOT, encoding: 'utf8', env: { ...process.env, PATH } });
  rmSync(folder, { recursive: true });
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  assert.equal(version.trim(), `v${devDependencies.node}`);
});
