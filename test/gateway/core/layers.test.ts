import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, it } from 'node:test';

const CORE = new URL('../../../functions/gateway/core/', import.meta.url);

/** The rooms of `core/`, from the innermost: each may import those before it. */
const ROOMS = [
  'wire',
  'model',
  'trace',
  'statistics',
  'limits',
  'metrics',
  'surfaces',
  'protocols',
  'hosts',
  'routing',
  'status',
  'attempt',
  'probe',
  'race',
  'continuation',
  'serve',
];

/** Pairs that lie in order and still must not meet. */
const APART: readonly (readonly [string, string])[] = [
  ['protocols', 'surfaces'],
  ['hosts', 'surfaces'],
  ['hosts', 'protocols'],
  ['model', 'trace'],
];

function isDenied(from: string, to: string): boolean {
  return ROOMS.indexOf(to) > ROOMS.indexOf(from) || APART.some(([one, other]) => one === from && other === to);
}

interface Import {
  readonly file: string;
  readonly imported: string;
  readonly from: string;
  readonly to: string;
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(new URL(file, CORE), 'utf8');
  return [...text.matchAll(/from '(\.[^']+)'/g)].map(([, specifier = '']) => {
    const target = posix.normalize(posix.join(posix.dirname(file), specifier));
    return { file, imported: target, from: roomOf(file), to: roomOf(target) };
  });
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? '';
}

const ALL = readdirSync(CORE, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap(importsOf);

const IMPORTS = ALL.filter(({ from, to }) => from !== to);

describe('the rooms of the core', () => {
  it('are all in the list of layers', () => {
    const rooms = readdirSync(CORE, { withFileTypes: true }).map(({ name }) => name);
    assert.deepEqual(
      rooms.filter((room) => !ROOMS.includes(room)),
      [],
    );
  });

  it('import only rooms further in, so that there is no circle', () => {
    const upwards = IMPORTS.filter(({ from, to }) => ROOMS.indexOf(to) >= ROOMS.indexOf(from));
    assert.deepEqual(upwards, []);
  });

  it('have no circle of files either, types counted', () => {
    let left = ALL;
    let before: number;
    // Whoever is imported by nobody, or imports nobody, is in no circle.
    do {
      before = left.length;
      const files = new Set(left.map(({ file }) => file));
      const imported = new Set(left.map((one) => one.imported));
      left = left.filter((one) => files.has(one.imported) && imported.has(one.file));
    } while (left.length < before);
    assert.deepEqual(
      left.map((one) => `${one.file} -> ${one.imported}`),
      [],
    );
  });

  it('are held in this order by the linter too', () => {
    const rules = readFileSync(new URL('../../../.biome/core-layers.grit', import.meta.url), 'utf8');
    const denied = [...rules.matchAll(/\(\?:([\w|]+)\)[\s\S]*?functions\/gateway\/core\/(\w+)\//g)];
    assert.deepEqual(
      denied.map(([, rooms, room]) => [room, rooms?.split('|')]),
      ROOMS.slice(0, -1).map((room) => [room, ROOMS.filter((other) => isDenied(room, other))]),
    );
  });

  it('keep the callers’ words, the vendors’ words and the addresses apart', () => {
    const met = IMPORTS.filter(({ from, to }) => APART.some(([one, other]) => from === one && to === other));
    assert.deepEqual(met, []);
  });
});
