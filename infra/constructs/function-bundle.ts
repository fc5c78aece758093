import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import { lightUndici, PARSER_FILE, parserBytes } from './bundled-undici.ts';
import type { FunctionEntries, FunctionEntry } from './function-entries.ts';
import { laterModules } from './later-modules.ts';

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Packages in the CommonJS form call `require` for Node's own modules, and a module has none. */
const REQUIRE = 'const require=(name)=>process.getBuiltinModule(name);';

/**
 * Node's own modules of which a start needs a small part, by what stands for them. An `import` reads every member of such a module, and
 * with them what Node would load with the first use: together 14 ms of a start.
 */
const LIGHT_MODULES: Readonly<Record<string, string>> = {
  'node:assert': 'assert.cjs',
  'node:crypto': 'crypto.ts',
  'node:fs': 'fs.ts',
  'node:stream/web': 'stream-web.ts',
  'node:timers/promises': 'timers-promises.ts',
};

/** How code is bundled: as one small ES module, which wants `PARSER_FILE` beside it. `entry` is a source file relative to the project's folder. */
export function bundleOptions(entry: string): BuildOptions {
  return {
    entryPoints: { index: `${ROOT}${entry}` },
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    alias: lightModules(),
    plugins: [lightUndici],
    // Node's own build of undici sets this too: it leaves out an experimental parser.
    define: { esbuildDetection: 'true' },
    logLevel: 'error',
  };
}

function lightModules(): Record<string, string> {
  const folder = `${ROOT}infra/constructs/light-modules/`;
  const light = Object.entries(LIGHT_MODULES).map(([name, file]) => [name, folder + file]);
  // esbuild takes the longest name that begins an import: what is below `node:fs` stays what it is.
  return { ...Object.fromEntries(light), 'node:fs/promises': 'node:fs/promises' };
}

/** Where each function starts, and the module that every start of it loads. */
const SOURCES: Readonly<Record<FunctionEntry, { readonly entry: string; readonly base: string }>> = {
  gateway: { entry: 'functions/gateway/lambda.ts', base: 'functions/gateway/prepared-gateway.ts' },
  web: { entry: 'functions/gateway/web.ts', base: 'functions/gateway/prepared-gateway.ts' },
  probe: { entry: 'functions/probe/lambda.ts', base: 'functions/probe/compose-prober.ts' },
};

/** How a function is bundled: `index.mjs`, and beside it a module for each part that the sources `import()`. They want `PARSER_FILE` too. */
export function functionOptions(name: FunctionEntry): BuildOptions {
  const { entry, base } = SOURCES[name];
  return {
    ...bundleOptions(entry),
    splitting: true,
    outExtension: { '.js': '.mjs' },
    chunkNames: '[name]-[hash]',
    plugins: [lightUndici, laterModules(`${ROOT}${base}`)],
  };
}

/** Writes a function's code into a folder. */
export async function writeFunction(name: FunctionEntry, folder: string): Promise<void> {
  await build({ ...functionOptions(name), outdir: folder });
  writeFileSync(join(folder, PARSER_FILE), parserBytes());
}

const WRITER = fileURLToPath(new URL('write-function.ts', import.meta.url));

/** Functions built from this repository's sources, at each synthesis: by another process, since the CDK does not wait for promises. */
export const SOURCE_ENTRIES: FunctionEntries = {
  folder: `${ROOT}functions`,
  writeCode: (entry, folder) =>
    void execFileSync(process.execPath, [WRITER, entry, folder], { stdio: ['ignore', 'inherit', 'inherit'] }),
  page: assemblePage,
};
