/** undici's parser for HTTP/1, which stands in a file beside the code. */
export const parser = process.getBuiltinModule('node:fs').readFileSync(new URL('llhttp.wasm', import.meta.url));
