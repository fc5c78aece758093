import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { build, type Metafile } from 'esbuild';
import { PARSER_FILE, parserBytes } from '../../infra/constructs/bundled-undici.ts';
import { functionOptions } from '../../infra/constructs/function-bundle.ts';
import type { FunctionEntry } from '../../infra/constructs/function-entries.ts';

/** A function's code, bundled with the stack's settings. */
export interface Bundle {
  /** Its files by their names, of which it starts with `index.mjs`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** JSON, by the names of the modules. */
  readonly sourceMaps: ReadonlyMap<string, string>;
  /** Minified bytes by package (`undici`), and by folder for the project's own files (`functions/gateway/core`). */
  readonly bytes: ReadonlyMap<string, number>;
}

/** Bundles a function. */
export async function bundleOf(name: FunctionEntry): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...functionOptions(name),
    outdir: 'bundle',
    write: false,
    sourcemap: 'external',
    metafile: true,
  });
  const written = (outputFiles ?? []).map(({ path, contents }) => [basename(path), contents] as const);
  const modules = written.filter(([file]) => file.endsWith('.mjs'));
  const maps = written.filter(([file]) => file.endsWith('.map'));
  return {
    files: new Map([...modules, [PARSER_FILE, parserBytes()]]),
    sourceMaps: new Map(maps.map(([file, map]) => [file.slice(0, -'.map'.length), Buffer.from(map).toString()])),
    bytes: bytesByOwner(metafile),
  };
}

/** Writes a function's code into a folder. */
export async function writeBundle({ files }: Pick<Bundle, 'files'>, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([...files].map(([name, contents]) => writeFile(join(folder, name), contents)));
}

function bytesByOwner({ outputs }: Metafile): Map<string, number> {
  const bytes = new Map<string, number>();
  for (const [source, { bytesInOutput }] of Object.values(outputs).flatMap(({ inputs }) => Object.entries(inputs))) {
    const owner = ownerOf(source);
    bytes.set(owner, (bytes.get(owner) ?? 0) + bytesInOutput);
  }
  return bytes;
}

/** Whose a source file is: `undici` for `node_modules/undici/lib/core/util.js`. */
export function ownerOf(source: string): string {
  const [, name] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source) ?? [];
  const [, part, folder = ''] = /(functions|infra)\/(.+?)\/[^/]*$/.exec(source) ?? [];
  return name ?? `${part}/${folder.split('/').slice(0, 2).join('/')}`;
}
