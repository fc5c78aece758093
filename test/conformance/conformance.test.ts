import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { type ConformanceBench, startConformanceBench } from './conformance-bench.ts';
import { FIELDS_FILE, fieldRows, fieldsMarkdown } from './fields.ts';
import { FEATURES, matrixMarkdown } from './matrix.ts';
import { VENDOR_NAMES, VENDORS } from './vendors.ts';

describe('the conformance matrix', () => {
  let bench: ConformanceBench;
  before(async () => {
    bench = await startConformanceBench();
  });
  after(() => bench.close());

  for (const { name, cells } of FEATURES) {
    for (const vendor of VENDOR_NAMES) {
      const { verdict, check } = cells[vendor];
      if (check !== undefined) {
        it(`${name} at ${VENDORS[vendor].title}: ${verdict}`, () => check(bench, vendor));
      }
    }
  }

  it('is what matrix.md shows: `npm run conformance` writes it', () => {
    assert.ok(readFileSync(new URL('matrix.md', import.meta.url), 'utf8').startsWith(matrixMarkdown()));
  });
});

/** A model that cannot reason does without as it is. */
const GATEWAY_ONLY = ['reasoning_effort: none', 'service_tier: default', 'metadata', 'store', 'prompt_cache_key'];

describe('the table of fields', () => {
  it('is what FIELDS.md shows: `npm run conformance` writes it', () => {
    assert.equal(readFileSync(FIELDS_FILE, 'utf8'), fieldsMarkdown());
  });

  it('leaves nothing out without a word but what is the gateway’s own business', () => {
    const silent = fieldRows().filter(({ fates }) => fates.includes('gateway'));
    assert.deepEqual(
      silent.map(({ field }) => field),
      GATEWAY_ONLY,
    );
  });
});
