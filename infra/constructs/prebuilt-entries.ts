import { cpSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { DeployedVersion } from '../deployed-version.ts';
import type { FunctionEntries } from './function-entries.ts';

/** Beside the package's module. */
const FOLDER = new URL('./prebuilt/', import.meta.url);

/** Functions that were built with the package: `npm run build:package` makes it. */
export const PREBUILT_ENTRIES: FunctionEntries = {
  folder: fileURLToPath(FOLDER),
  writeCode: (entry, folder) => cpSync(new URL(entry, FOLDER), folder, { recursive: true }),
  page: () => readFileSync(new URL('page.html', FOLDER), 'utf8'),
};

/** What the package says of itself. When it was deployed nobody knows. */
export function prebuiltVersion(): DeployedVersion {
  const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
  return { name: version };
}
