import { readFileSync } from 'node:fs';
import { isJsonObject, member, objectMember, parseJson, stringMember } from '../functions/gateway/core/wire/json.ts';

// `npm run check:licences`: what ships to production is under licences that ask for no more than a notice, and comes from the registry
// with a hash in the lockfile.

/** SPDX identifiers. */
const ALLOWED: ReadonlySet<string> = new Set([
  'MIT',
  'MIT-0',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  'BlueOak-1.0.0',
]);

const ROOT = new URL('../', import.meta.url);

interface Package {
  readonly path: string;
  readonly licence: string | undefined;
  readonly hasHash: boolean;
}

const packages = productionPackages();
const complaints = packages.flatMap(({ path, licence, hasHash }) => [
  ...(licence !== undefined && ALLOWED.has(licence)
    ? []
    : [`${path} has the licence ${licence ?? 'that it does not name'}`]),
  ...(hasHash ? [] : [`${path} has no hash in package-lock.json`]),
]);
const count = `${packages.length} packages for production, ${complaints.length} complaints`;
process.stdout.write(`${[count, ...complaints].join('\n')}\n`);
process.exitCode = complaints.length === 0 && packages.length > 0 ? 0 : 1;

function productionPackages(): readonly Package[] {
  const lock = objectMember(jsonOf('package-lock.json'), 'packages') ?? {};
  return Object.entries(lock)
    .filter(([path, entry]) => path !== '' && member(entry, 'dev') !== true && member(entry, 'devOptional') !== true)
    .map(([path, entry]) => ({
      path,
      licence: stringMember(jsonOf(`${path}/package.json`), 'license') ?? stringMember(entry, 'license'),
      hasHash: stringMember(entry, 'integrity')?.startsWith('sha512-') === true,
    }));
}

function jsonOf(file: string): unknown {
  try {
    const json = parseJson(readFileSync(new URL(file, ROOT), 'utf8'));
    return isJsonObject(json) ? json : undefined;
  } catch {
    // A package for another platform, which is not installed here: the lockfile names its licence.
    return undefined;
  }
}
