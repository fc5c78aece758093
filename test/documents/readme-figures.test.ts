import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pageText } from './pages.ts';
import { readmeFigures } from './readme-figures.ts';

describe('the README tells the figures of the pages that it names:', () => {
  const readme = pageText('README.md');
  for (const { name, text } of readmeFigures()) {
    it(name, () => assert.ok(readme.includes(text), `"${text}" is not in it: npm run readme`));
  }

  it('a figure is a line of its table, and there are six', () => {
    const [, table = ''] = /\| figure \| value \|\n\|---\|---\|\n((?:\|.*\n)+)/.exec(readme) ?? [];
    const rows = readmeFigures().filter(({ text }) => text.startsWith('|'));
    assert.deepEqual(
      table.trim().split('\n'),
      rows.map(({ text }) => text),
    );
    assert.equal(rows.length, 6);
  });

  it('the demo’s table has what the plot says', () => {
    const results = pageText('test/bench/RESULTS.md');
    const p99s = [...pageText('infra/local/demo/demo.svg').matchAll(/p99 of the time to first token ([\d.]+) s/g)];
    assert.ok(p99s.length >= 2);
    for (const [, p99] of p99s) {
      assert.match(results, new RegExp(`^\\| (?:pinned|routed|continued).* ${p99} s \\|`, 'm'));
    }
  });
});
