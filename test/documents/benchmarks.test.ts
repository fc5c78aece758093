import assert from 'node:assert/strict';
import { it } from 'node:test';
import { BENCHMARKS } from '../bench/benchmarks.ts';
import { pageText } from './pages.ts';

it('npm run bench knows every script that begins with bench:, and no other', () => {
  const { scripts } = JSON.parse(pageText('package.json')) as { scripts: Readonly<Record<string, string>> };
  const named = Object.keys(scripts).flatMap((name) =>
    name.startsWith('bench:') ? [name.slice('bench:'.length)] : [],
  );
  assert.deepEqual([...BENCHMARKS.keys()].sort(), named.sort());
});
