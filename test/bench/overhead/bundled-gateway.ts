import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { PARSER_FILE, parserBytes } from '../../../infra/constructs/bundled-undici.ts';
import { bundleOptions, ROOT } from '../../../infra/constructs/function-bundle.ts';

/** A gateway of the bench's as one module. */
export interface BundledGateway {
  readonly url: string;
  readonly remove: () => Promise<void>;
}

/**
 * Bundles the bench's gateway as the stack bundles its functions: what is deployed takes less of the processor than the sources, whose
 * modules V8 cannot see through. What only a laptop has beside it stays outside. `checkout`: whose sources, by default these.
 */
export async function bundledGateway(checkout = ROOT): Promise<BundledGateway> {
  const root = resolve(checkout);
  const folder = await mkdtemp(join(tmpdir(), 'nemo-bench-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  const { alias = {}, external = [], ...options } = bundleOptions('test/bench/overhead/gateway.ts');
  // The laptop's parts use more of these than the functions do. Neither changes what a call takes.
  const { 'node:crypto': _crypto, 'node:fs': _files, ...light } = alias;
  await build({
    ...options,
    entryPoints: [join(root, 'test/bench/overhead/gateway.ts')],
    absWorkingDir: root,
    alias: light,
    external: [...external, 'dynalite', '@aws-sdk/*'],
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
  });
  await writeFile(join(folder, PARSER_FILE), parserBytes());
  return { url: pathToFileURL(join(folder, 'gateway.mjs')).href, remove: () => rm(folder, { recursive: true }) };
}
