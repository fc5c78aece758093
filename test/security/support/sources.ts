import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file of TypeScript. */
export interface Source {
  readonly path: string;
  readonly text: string;
}

/** All of a folder, however deep. */
export function sourcesUnder(folder: string): readonly Source[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .map((name) => join(folder, name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }));
}
