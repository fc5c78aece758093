import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync } from 'esbuild';
import { assemblePage } from '../../functions/gateway/page/assemble-page.ts';
import type { FunctionEntries, FunctionEntry } from './function-entries.ts';

/** The project's folder, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Packages in the CommonJS form call `require`, which a module does not have. */
const REQUIRE = "import{createRequire as nemoRequire}from'node:module';const require=nemoRequire(import.meta.url);";

/** What a function's code asks for and never uses: only loaded inside of functions, in cases that do not occur. */
const NEVER_LOADED = [
  // undici's parser without SIMD, for riscv64.
  '*/llhttp/llhttp-wasm.js',
  // The SDK's event streams, which DynamoDB does not have.
  '@smithy/core/event-streams',
];

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
    // The SDK is bundled: the runtime's is larger, slower to load and of another version.
    external: NEVER_LOADED,
    // Node's own build of undici sets this too: it leaves out an experimental parser.
    define: { esbuildDetection: 'true' },
    alias: {
      '@aws-sdk/credential-provider-node': `${ROOT}functions/gateway/adapters/environment-credentials.ts`,
    },
    logLevel: 'error',
  };
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
