import { build, type Metafile } from 'esbuild';
import { bundleOptions, ROOT } from '../../infra/constructs/function-bundle.ts';

/** A function's code, bundled with the stack's settings. */
export interface Bundle {
  readonly code: string;
  /** JSON. */
  readonly sourceMap: string;
  /** Minified bytes by package (`undici`), and by folder for the project's own files (`functions/gateway/core`). */
  readonly bytes: ReadonlyMap<string, number>;
}

/** Bundles `entry`, as `functions/gateway/lambda.ts`. */
export async function bundleOf(entry: string): Promise<Bundle> {
  const { metafile, outputFiles } = await build({
    ...bundleOptions(entry),
    outfile: `${ROOT}index.mjs`,
    write: false,
    sourcemap: 'external',
    metafile: true,
  });
  const ending = (end: string): string => outputFiles?.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { code: ending('.mjs'), sourceMap: ending('.map'), bytes: bytesByOwner(metafile) };
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
