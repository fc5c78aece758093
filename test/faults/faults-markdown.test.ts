import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { OTHER_ROWS } from './faults-markdown.ts';
import { faultsPage } from './faults-page.ts';

function textOf(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
}

describe('the table of faults', () => {
  it('is what faults.md says: write it with npm run faults', () => {
    assert.equal(textOf('faults.md'), faultsPage());
  });

  for (const {
    fault,
    test: [file, name],
  } of OTHER_ROWS) {
    it(`names a test that exists for a provider that ${fault}`, () => {
      assert.ok(textOf(file).includes(name), `${file} has no test "${name}"`);
    });
  }
});
