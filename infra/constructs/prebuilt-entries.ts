import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DeployedVersion } from '../deployed-version.ts';
import type { FunctionEntries } from './function-entries.ts';

/** Beside the package's module. */
const FOLDER = new URL('./prebuilt/', import.meta.url);

/** Functions that were built with the package: `npm run build:package` makes it. */
export const PREBUILT_ENTRIES: FunctionEntries = {
  folder: fileURLToPath(FOLDER),
  writeCode: (entry, folder) => {
    const built = new URL(`${entry}/`, FOLDER);
    // One by one: of a package that is kept in an archive, as by Yarn's Plug'n'Play, a whole folder cannot be copied.
    for (const file of readdirSync(built)) {
      copyFileSync(new URL(file, built), join(folder, file));
    }
  },
  page: () => readFileSync(new URL('page.html', FOLDER), 'utf8'),
};

/** What the package says of itself. When it was deployed nobody knows. */
export function prebuiltVersion(): DeployedVersion {
  const { version } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'));
  return { name: version };
}
