import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectEnd } from '../../../../functions/gateway/core/wire/object-end.ts';
import fc from '../../../support/property.ts';

function isEnded(pieces: readonly string[]): boolean {
  const end = objectEnd();
  for (const piece of pieces) {
    end.read(piece);
  }
  return end.isEnded();
}

describe('objectEnd', () => {
  it('tells the end of any object at its last brace and no earlier, wherever its text is cut', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.nat(200), (object, cut) => {
        const text = JSON.stringify(object);
        assert.equal(isEnded([text.slice(0, cut), text.slice(cut)]), true);
        assert.equal(isEnded([text.slice(0, -1)]), false);
        assert.equal(isEnded([text, '{']), true);
      }),
    );
  });

  for (const text of ['', '  ', '"{}"', '[{}]', '7', 'free {text}']) {
    it(`sees no object in ${JSON.stringify(text)}`, () => assert.equal(isEnded([text]), false));
  }
});
