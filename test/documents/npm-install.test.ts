import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';

interface LockedPackage {
  readonly engines?: { readonly node?: string } | readonly string[];
}

/** What npm itself may run on. The commands run on the Node that `npm ci` brings, which satisfies every package. */
const NPMS_OWN = 20;

it('npm ci warns of no Node that is too old: it compares with its own, and not with the one that the commands run on', () => {
  const { packages } = JSON.parse(readFileSync(new URL('../../package-lock.json', import.meta.url), 'utf8')) as {
    readonly packages: Readonly<Record<string, LockedPackage>>;
  };
  const warned = Object.entries(packages).filter(([, { engines }]) => leastNode(engines) > NPMS_OWN);
  assert.deepEqual(
    warned.map(([name, { engines }]) => [name, engines]),
    [],
    'take their "engines" out of package-lock.json',
  );
});

/** The oldest Node that a range lets in. */
function leastNode(engines: LockedPackage['engines']): number {
  const range = engines === undefined || Array.isArray(engines) ? '' : ((engines as { node?: string }).node ?? '');
  const majors = [...range.matchAll(/(?:^|\|\| *)[\^~>=v ]*(\d+)/g)].map(([, major]) => Number(major));
  return majors.length === 0 ? 0 : Math.min(...majors);
}
