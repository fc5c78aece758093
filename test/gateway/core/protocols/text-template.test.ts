import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { textTemplate } from '../../../../functions/gateway/core/protocols/text-template.ts';
import fc from '../../../support/property.ts';

/** Texts with all that JSON escapes, and with what looks like members. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('"', '\\', '\n', '\u0001', '\u2028', 'a', '{', '"content":"', '\ud800'),
    maxLength: 6,
  }),
);
const members = fc.record(
  { id: text, obfuscation: text, note: fc.oneof(text, fc.record({ content: text }), fc.integer()) },
  { requiredKeys: [] },
);
const chunk = fc.record({ before: members, content: text, after: members });

function jsonOf(
  { before, content, after }: { before: object; content: string; after: object },
  indent: number,
): string {
  return JSON.stringify({ ...before, choices: [{ delta: { content } }], ...after }, undefined, indent);
}

function withContent(json: string, content: string): unknown {
  const value = JSON.parse(json);
  value.choices[0].delta.content = content;
  return value;
}

describe('a template of a JSON text', () => {
  it('finds any other string in its place', () => {
    const plain = fc.record({ before: fc.record({ id: text }), content: text, after: fc.record({ n: text }) });
    fc.assert(
      fc.property(plain, text, (one, other) => {
        const template = textTemplate(jsonOf(one, 0), 'content', one.content);
        assert.equal(template?.textIn(jsonOf({ ...one, content: other }, 0)), other);
      }),
    );
  });

  it('fits nothing but what has the same value with another string in its place, and other padding', () => {
    fc.assert(
      fc.property(chunk, chunk, fc.boolean(), fc.constantFrom(0, 1), (one, other, isAlike, indent) => {
        const json = jsonOf(isAlike ? { ...one, content: other.content } : other, indent);
        const found = textTemplate(jsonOf(one, indent), 'content', one.content)?.textIn(json);
        if (found !== undefined) {
          const unpadded = (value: unknown): unknown => ({ ...(value as object), obfuscation: '' });
          assert.deepEqual(unpadded(JSON.parse(json)), unpadded(withContent(jsonOf(one, indent), found)));
        }
      }),
      { numRuns: 500 },
    );
  });

  it('looks past the random padding of each chunk', () => {
    const padded = (content: string, obfuscation: string): string =>
      JSON.stringify({ choices: [{ delta: { content }, finish_reason: null }], obfuscation });
    const template = textTemplate(padded('Hel', 'a8Kq'), 'content', 'Hel');
    assert.equal(template?.textIn(padded('lo "you"\n', 'Z')), 'lo "you"\n');
    assert.equal(template?.textIn(padded('', '')), '');
    assert.equal(template?.textIn(padded('x', 'y').replace('null', '"stop"')), undefined);
  });

  it('is none where there are two such members, or the text is another’s', () => {
    const twice = '{"choices":[{"delta":{"content":"a"}},{"delta":{"content":"a"}}]}';
    assert.equal(textTemplate(twice, 'content', 'a'), undefined);
    assert.equal(textTemplate('{"delta":{"content":"a"}}', 'content', 'b'), undefined);
    assert.equal(textTemplate('{"delta":{"content":null,"x":"a"}}', 'content', 'a'), undefined);
  });

  it('does not fit a text that is cut off or goes on', () => {
    const template = textTemplate('{"content":"abc"}', 'content', 'abc');
    for (const json of [
      '{"content":"ab',
      '{"content":"a"',
      '{"content":"a","b":"c"}',
      '{"content":"a\\"}',
      '{"content":"}',
    ]) {
      assert.equal(template?.textIn(json), undefined, json);
    }
  });
});
