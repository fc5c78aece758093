import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { build } from 'esbuild';
import { laterModules } from '../../../infra/constructs/later-modules.ts';

const SOURCES: Readonly<Record<string, string>> = {
  'index.ts': "import './base.ts'; export const later = () => import('./later.ts');",
  'base.ts': "globalThis.loaded = ['base'];",
  'later.ts': "globalThis.loaded.push('later'); export const isLater = true;",
};

/** The files of a bundle of these sources in a folder of their own, by their names. */
async function bundled(): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'nemo-later-'));
  for (const [name, text] of Object.entries(SOURCES)) {
    await writeFile(join(folder, name), text);
  }
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'index.ts')],
    absWorkingDir: folder,
    bundle: true,
    format: 'esm',
    splitting: true,
    minify: true,
    outdir: 'out',
    chunkNames: '[name]-[hash]',
    plugins: [laterModules(join(folder, 'base.ts'))],
    write: false,
  });
  await rm(folder, { recursive: true });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}

test('a bundle has the same files with the same names wherever its sources stand: no deployment follows from another folder', async () => {
  const [one, other] = [await bundled(), await bundled()];
  assert.ok(
    [...one.keys()].some((name) => /^later-\w{8}\.js$/.test(name)),
    [...one.keys()].join(),
  );
  assert.deepEqual(one, other);
});
