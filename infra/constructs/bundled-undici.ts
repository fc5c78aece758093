import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'esbuild';

const undici = createRequire(import.meta.url);

const LIGHT_MODULES = fileURLToPath(new URL('light-modules', import.meta.url));

/** The file with undici's parser for HTTP/1, in WebAssembly, that stands beside a bundled module. */
export const PARSER_FILE = 'llhttp.wasm';

const PARSER = 'llhttp/llhttp_simd-wasm.js';

const READ_PARSER = "require('./llhttp.ts')";

/** The parser's constants: 10 KB, of which undici's client for HTTP/1 reads two tables, its only reader here. */
const CONSTANTS = 'llhttp/constants.js';

/** Channels that tell of each request, to which nothing in a function listens. */
const CHANNELS = 'core/diagnostics.js';

/** Parts of undici that a function's code asks for and never uses. */
const NEVER_USED: readonly string[] = [
  // Its parser without SIMD, for riscv64.
  'llhttp/llhttp-wasm.js',
  // Bodies that are no strings, and forms.
  'web/fetch/body.js',
  'web/fetch/formdata.js',
  'web/webidl/index.js',
  // HTTP/2, which the pools do not allow.
  'dispatcher/client-h2.js',
];

/** undici without what a function never uses, and with its parser in a file of its own: as base64 in the code it takes a third more. */
export const lightUndici: Plugin = {
  name: 'light-undici',
  setup: (build) => {
    build.onLoad({ filter: /[\\/]undici[\\/]lib[\\/]/ }, ({ path }) => {
      const contents = contentsOf(path.replaceAll('\\', '/').split('/undici/lib/').at(-1) ?? '');
      return contents === undefined ? undefined : { contents, resolveDir: LIGHT_MODULES };
    });
  },
};

/** What stands for a module of undici's; `undefined`: it is taken as it is. */
function contentsOf(part: string): string | undefined {
  if (NEVER_USED.includes(part)) {
    return 'module.exports = undefined;';
  }
  switch (part) {
    case PARSER:
      return `module.exports = ${READ_PARSER}.parser;`;
    case CONSTANTS: {
      const { TYPE, ERROR } = undici(`undici/lib/${CONSTANTS}`);
      // They are asked for where undici is loaded, the parser with the first connection: without its file the start fails, and no call.
      return `${READ_PARSER}; module.exports = ${JSON.stringify({ TYPE, ERROR })};`;
    }
    case CHANNELS: {
      const names = Object.keys(undici(`undici/lib/${CHANNELS}`).channels);
      const silent = names.map((name) => [name, { hasSubscribers: false }]);
      return `module.exports = ${JSON.stringify({ channels: Object.fromEntries(silent) })};`;
    }
    default:
      return undefined;
  }
}

/** The parser's code. */
export function parserBytes(): Uint8Array {
  return undici(`undici/lib/${PARSER}`);
}
