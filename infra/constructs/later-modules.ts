import { dirname, resolve } from 'node:path';
import type { Plugin } from 'esbuild';

/** What stands for a module that is loaded later. */
const NAMESPACE = 'later';

/**
 * Bundles what the sources `import()` with `base` loaded before it, which every start loads. esbuild puts modules in one file that the same
 * entries reach, of which each `import()` is one. Without this, what a later part shares with the start becomes a file for each set of parts
 * that share it, and a start that opens twenty files takes 5 ms longer than one that opens four.
 */
export function laterModules(base: string): Plugin {
  return {
    name: 'later-modules',
    setup: (build) => {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const file = resolve(resolveDir, path);
        return kind === 'dynamic-import' && file !== base ? { path: file, namespace: NAMESPACE } : undefined;
      });
      build.onLoad({ filter: /./, namespace: NAMESPACE }, ({ path }) => ({
        contents: `import ${JSON.stringify(base)}; export * from ${JSON.stringify(path)};`,
        resolveDir: dirname(path),
      }));
    },
  };
}
