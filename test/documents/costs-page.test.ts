import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { pageText, treePath } from './pages.ts';

describe('the page about costs has what bench:bill computes:', () => {
  const page = pageText('infra/COSTS.md');
  const bill = execFileSync(process.execPath, ['test/bench/bill.ts'], {
    cwd: treePath('.'),
    env: { ...process.env, ...COMPILE_CACHE },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });

  for (const label of ['CloudWatch: logs, kept for a month', 'calls a second, day and night']) {
    it(label, () => assert.equal(rowOf(page, label), rowOf(bill, label)));
  }

  it('a million calls, together', () => {
    const label = '**together**';
    assert.equal(rowOf(page, label), rowOf(bill.slice(bill.indexOf('A million calls')), label));
  });

  it('a month without calls, metrics and probes', () => {
    const figures = [
      /^\| \*\*together\*\* \| ([\d.]+) \|$/m,
      /^\| \d+ metrics .*\| ([\d.]+) \|$/m,
      /probes .*\| ([\d.]+) \|$/m,
    ];
    const missing = figures.map((figure) => figure.exec(bill)?.[1] ?? 'none').filter((text) => !page.includes(text));
    assert.deepEqual(missing, []);
  });
});

function rowOf(text: string, label: string): string | undefined {
  return text.split('\n').find((line) => line.startsWith(`| ${label} |`));
}
