import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { knownWords } from '../../../../functions/gateway/core/metrics/known-words.ts';
import fc from '../../../support/property.ts';

describe("a vendor's sentence in the log", () => {
  it('has words of errors, and of the others nothing', () => {
    assert.equal(
      knownWords("messages.3: `tool_use` blocks must follow 'my secret plan' (id call_9f3)"),
      'messages … tool … use … must … id call …',
    );
  });

  it('is none where no word is known', () => {
    assert.equal(knownWords('Zqx 12 §§'), undefined);
    assert.equal(knownWords(''), undefined);
  });

  it('is short, and never has what was not in it', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        const words = knownWords(text) ?? '';
        assert.ok(words.length <= 200);
        const said = new Set(text.toLowerCase().match(/[a-z]+/g));
        assert.ok(
          words
            .slice(0, -12)
            .split(' ')
            .slice(0, -1)
            .every((word) => word === '…' || said.has(word)),
        );
      }),
    );
  });
});
