import type { ModelDirectory } from './model-directory.ts';

/** What a key may ask for, out of all that there is. A name that it may not give is to it as one that does not exist. */
export function allowedModels(directory: ModelDirectory, models: readonly string[] | undefined): ModelDirectory {
  if (models === undefined) {
    return directory;
  }
  const allowed = new Set(models);
  return { ...directory, routes: new Map([...directory.routes].filter(([name]) => allowed.has(name))) };
}
