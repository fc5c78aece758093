import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { wellFormedEscapes, wellFormedJson } from '../../../../functions/gateway/core/wire/json.ts';
import fc from '../../../support/property.ts';

const HIGH = '\ud83d';
const LOW = '\ude00';

/** Text of any code units: halves of pairs too. */
const anyText = fc.string({ unit: fc.constantFrom('a', '\\', '"', 'u', 'ud83d', HIGH, LOW, '\n') });

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') {
    return value.toWellFormed();
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]))
    : value;
}

describe('wellFormedJson', () => {
  it('is the JSON of the value with every half of a pair replaced, in texts and names', () => {
    const values = fc.dictionary(anyText, fc.oneof(anyText, fc.dictionary(anyText, anyText)), {
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(values, (value) => {
        // Two names may become one: then the later member stands, as in any JSON.
        assert.deepEqual(JSON.parse(wellFormedJson(value)), wellFormed(value));
      }),
      { seed: 15 },
    );
  });

  it('leaves text that speaks of an escape as it is', () => {
    const text = 'the escape \\ud83d is half of a pair';
    assert.equal(JSON.parse(wellFormedJson({ text })).text, text);
  });
});

describe('wellFormedEscapes', () => {
  for (const [escaped, expected] of [
    [String.raw`{"q":"\ud83d"}`, '{"q":"\ufffd"}'],
    [String.raw`{"q":"\uDE00\uD83D"}`, '{"q":"\ufffd\ufffd"}'],
    [String.raw`{"q":"\ud83d\ude00"}`, '{"q":"😀"}'],
    [String.raw`{"q":"\\ud83d"}`, String.raw`{"q":"\\ud83d"}`],
    ['not JSON \\ud83d', 'not JSON \\ufffd'],
  ] as const) {
    it(`reads ${escaped} as ${expected}`, () => {
      const cleaned = wellFormedEscapes(escaped);
      const plain = (json: string) => {
        try {
          return JSON.parse(json);
        } catch {
          return json;
        }
      };
      assert.deepEqual(plain(cleaned), plain(expected));
    });
  }
});
