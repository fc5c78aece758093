import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { BENCHMARKS } from '../bench/benchmarks.ts';
import { pageText, treePath } from './pages.ts';

describe('the index of benchmarks', () => {
  const { scripts } = JSON.parse(pageText('package.json')) as { scripts: Readonly<Record<string, string>> };

  it('is behind every script that begins with bench:, and has no other', () => {
    const named = Object.keys(scripts).filter((name) => name.startsWith('bench:'));
    assert.deepEqual([...BENCHMARKS.keys()].map((name) => `bench:${name}`).sort(), named.sort());
    for (const name of named) {
      assert.equal(scripts[name], `node test/bench/bench.ts ${name.slice('bench:'.length)}`);
    }
  });

  it('names files that there are', () => {
    for (const [name, { run }] of BENCHMARKS) {
      assert.ok(existsSync(treePath(run.at(-1) ?? '')), name);
    }
  });
});
