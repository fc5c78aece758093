import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Row {
  readonly name: string;
  readonly tests: readonly { readonly file: string; readonly title: string }[];
}

/** The rows of the page's table: class, what we do, tests. */
function rowsOf(page: string): readonly Row[] {
  const lines = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| class'));
  return lines.map((line) => {
    const [, name = '', , tests = ''] = line.split('|').map((cell) => cell.trim());
    const named = [...tests.matchAll(/`([^`]+)`: "([^"]+)"/g)];
    return { name, tests: named.map(([, file = '', title = '']) => ({ file, title })) };
  });
}

describe('the page of what is done for security', () => {
  const rows = rowsOf(readFileSync(`${ROOT}.github/SECURITY.md`, 'utf8'));

  it('names a test for every class', () => {
    assert.ok(rows.length > 20, String(rows.length));
    assert.deepEqual(
      rows.filter(({ tests }) => tests.length === 0).map(({ name }) => name),
      [],
    );
  });

  it('names only tests that there are', () => {
    const missing = rows.flatMap(({ tests }) =>
      tests.filter(({ file, title }) => {
        return !existsSync(ROOT + file) || !readFileSync(ROOT + file, 'utf8').includes(title);
      }),
    );
    assert.deepEqual(missing, []);
  });
});
