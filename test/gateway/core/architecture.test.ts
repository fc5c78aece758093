import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';

const PAGE = new URL('../../../functions/ARCHITECTURE.md', import.meta.url);
const CORE = new URL('../../../functions/gateway/core/', import.meta.url);
const TEXT = readFileSync(PAGE, 'utf8');

/** The parts of the page by their headings of the second level. */
const SECTIONS = new Map(
  TEXT.split(/^## /m)
    .slice(1)
    .map((section) => [section.split('\n')[0] ?? '', section]),
);

/** The cells of the first column of a section's table. */
function firstColumn(section: string): readonly string[] {
  return [...(SECTIONS.get(section) ?? '').matchAll(/^\| ([^|]+?) \|/gm)].map(([, cell = '']) => cell).slice(1);
}

describe('functions/ARCHITECTURE.md', () => {
  it('the page on the architecture links only to what exists', () => {
    const links = [...TEXT.matchAll(/\]\(([^)]+)\)/g)].map(([, path = '']) => path);
    assert.ok(links.length > 40);
    assert.deepEqual(
      links.filter((path) => !existsSync(new URL(path, PAGE))),
      [],
    );
  });

  it('the page on the architecture draws only rooms and files that exist', () => {
    const diagram = SECTIONS.get('The way of a request') ?? '';
    const drawn = [...diagram.matchAll(/([a-z]+\/(?:[a-z-]+\.ts)?)/g)].map(([, path = '']) => path);
    assert.ok(drawn.length > 10);
    assert.deepEqual(
      drawn.filter((path) => !existsSync(new URL(path, CORE)) && !existsSync(new URL(`../${path}`, CORE))),
      [],
    );
  });

  it('the page on the architecture lists every room of the core', () => {
    const rooms = readdirSync(CORE).map((room) => `${room}/`);
    const listed = firstColumn('The layers').map((cell) => cell.replace(/^\[(.*)\]\(.*\)$/, '$1'));
    assert.deepEqual([...listed].sort(), rooms.sort());
  });

  it('the page on the architecture names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
    const named = [...TEXT.matchAll(/npm run ([a-z:-]+)/g)].map(([, script = '']) => script);
    assert.deepEqual(
      named.filter((script) => !Object.hasOwn(scripts, script)),
      [],
    );
  });
});
