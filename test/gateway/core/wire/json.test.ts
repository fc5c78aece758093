import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseJson } from '../../../../functions/gateway/core/wire/json.ts';

describe('parseJson', () => {
  it('gives what the text says, and undefined for what is not JSON', () => {
    assert.deepEqual(parseJson('{"a":[1,null,"x"]}'), { a: [1, null, 'x'] });
    assert.equal(parseJson('{"a":'), undefined);
    assert.equal(parseJson(''), undefined);
  });

  for (const [open, close] of [
    ['[', ']'],
    ['{"a":', '}'],
  ] as const) {
    const nested = (levels: number): string => `${open.repeat(levels)}1${close.repeat(levels)}`;

    it(`takes 500 levels of ${open}${close} and no more, so that nothing which walks the value runs out of stack`, () => {
      assert.equal(JSON.stringify(parseJson(nested(500))), nested(500));
      assert.equal(parseJson(nested(501)), undefined);
      assert.equal(parseJson(nested(200_000)), undefined);
    });
  }

  it('counts levels, not members: a long flat text is fine', () => {
    const flat = JSON.stringify(Array.from({ length: 5000 }, () => [{ a: [] }]));
    assert.equal(JSON.stringify(parseJson(flat)), flat);
  });
});
