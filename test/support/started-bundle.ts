import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a bundled function has loaded when it has started. */
export interface StartedBundle {
  /** Its own modules, by the names of their files. */
  readonly modules: readonly string[];
  /** Of Node, as `NativeModule crypto`. */
  readonly ofNode: readonly string[];
  /** Why the start failed, where it did. */
  readonly failure?: string;
}

/** Starts the function in a folder as Lambda's runtime does, in a process with these variables. */
export function startedBundle(folder: string, variables: Readonly<Record<string, string>> = {}): StartedBundle {
  const env = { PATH: process.env.PATH, ...variables };
  const url = pathToFileURL(join(folder, 'index.mjs')).href;
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', START, url], {
    encoding: 'utf8',
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1) ?? '');
}

/** The result is the last line: the function writes its own before. */
const START = `
import { registerHooks } from 'node:module';
const modules = [];
registerHooks({
  load: (url, context, next) => {
    if (url.startsWith('file:')) {
      modules.push(url.split('/').at(-1));
    }
    return next(url, context);
  },
});
globalThis.awslambda = { streamifyResponse: (handler) => handler, HttpResponseStream: {} };
const failure = await import(process.argv[1]).then(() => undefined, (error) => error.message);
process.stdout.write('\\n' + JSON.stringify({ modules, ofNode: process.moduleLoadList, failure }) + '\\n', () => process.exit(0));
`;
