import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import type { FunctionEntries, FunctionEntry } from './function-entries.ts';

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Parts of undici that a function's code asks for and never uses, by the ends of their paths. */
const NEVER_USED = [
  // Its parser without SIMD, for riscv64.
  'llhttp/llhttp-wasm.js',
  // Bodies that are no strings, and forms.
  'web/fetch/body.js',
  'web/fetch/formdata',
  'web/webidl',
  // HTTP/2, which the pools do not allow.
  './client-h2.js',
];

/** The parser's constants: 10 KB, of which undici's client for HTTP/1 reads two tables, its only reader here. */
const CONSTANTS = 'llhttp/constants.js';

function readConstants(): string {
  const { TYPE, ERROR } = createRequire(import.meta.url)(`undici/lib/${CONSTANTS}`);
  return JSON.stringify({ TYPE, ERROR });
}

/**
 * Packages in the CommonJS form call `require`, which a module does not have: for Node's own modules, and for what is never used, which is
 * nothing. It is asked for where undici is loaded, and a file that is not there would end the start.
 */
const REQUIRE = [
  `const require=(name)=>name.endsWith('${CONSTANTS}')?${readConstants()}:`,
  `${JSON.stringify(NEVER_USED)}.some((end)=>name.endsWith(end))?void 0:process.getBuiltinModule(name);`,
].join('');

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

/** How a function is bundled: one small ES module. `entry` is a source file relative to the project's folder. */
export function bundleOptions(entry: string): BuildOptions {
  return {
    entryPoints: [`${ROOT}${entry}`],
    absWorkingDir: ROOT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minify: true,
    mainFields: ['module', 'main'],
    banner: { js: REQUIRE },
    alias: lightModules(),
    external: [...NEVER_USED, CONSTANTS].map((end) => (end.startsWith('./') ? end : `*/${end}`)),
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

/** Where each function starts. */
const SOURCES: Readonly<Record<FunctionEntry, string>> = {
  gateway: 'functions/gateway/lambda.ts',
  web: 'functions/gateway/web.ts',
  probe: 'functions/probe/lambda.ts',
};

/** Functions built from this repository's sources, at each synthesis. */
export const SOURCE_ENTRIES: FunctionEntries = {
  folder: `${ROOT}functions`,
  writeModule: (entry, to) => void buildSync({ ...bundleOptions(SOURCES[entry]), outfile: to }),
  page: assemblePage,
};
