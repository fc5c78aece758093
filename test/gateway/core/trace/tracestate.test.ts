import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { passedTraceState } from '../../../../functions/gateway/core/trace/tracestate.ts';
import fc from '../../../support/property.ts';

/** An entry of `chars` characters in all. */
function entry(key: string, chars: number): string {
  return `${key}=`.padEnd(chars, 'v');
}

describe('passedTraceState', () => {
  const unchanged: Readonly<Record<string, string>> = {
    'one entry': 'rojo=00f067aa0ba902b7',
    'entries of several systems, in their order': 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE',
    'white space around entries': 'a=1 ,\tb=2',
    'empty entries': 'a=1,,b=2,',
    'a tenant in a key': 'tenant/1-x*_@vendor=x',
    'spaces and signs in a value': 'a=!x "y" (z)~',
    'the longest key and value': `${'k'.repeat(100)}=${'v'.repeat(256)}`,
    '32 entries': Array.from({ length: 32 }, (_, index) => `k${index}=v`).join(','),
    'exactly 512 characters': [entry('a', 255), entry('b', 256)].join(','),
  };
  for (const [what, header] of Object.entries(unchanged)) {
    it(`passes on ${what} unchanged`, () => assert.equal(passedTraceState(header), header));
  }

  const dropped: Readonly<Record<string, string>> = {
    nothing: '',
    'commas alone': ' , ,',
    'a key alone': 'a',
    'a value alone': '=1',
    'an empty value': 'a=',
    'a key that begins with a dash': '-a=1',
    'capital letters in a key': 'A=1',
    'two equals signs': 'a=1=2',
    'a line end in a value': 'a=1\r\nx-injected: 1',
    'a zero byte': 'a=1\u0000',
    'what is not ASCII': 'a=é',
    'a key of 257 characters': `${'k'.repeat(257)}=v`,
    'a value of 257 characters': `k=${'v'.repeat(257)}`,
    '33 entries': Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(','),
    'one bad entry among good ones': 'a=1,B=2,c=3',
  };
  for (const [what, header] of Object.entries(dropped)) {
    it(`passes on none of a header with ${what}`, () => assert.equal(passedTraceState(header), undefined));
  }

  it('leaves out entries above 128 characters first, the last of them first', () => {
    const [small, large, other] = [entry('a', 100), entry('b', 250), entry('c', 250)];
    assert.equal(passedTraceState([large, small, other].join(',')), `${large},${small}`);
    assert.equal(
      passedTraceState([entry('d', 250), small, entry('e', 250), entry('f', 120)].join(',')),
      [entry('d', 250), small, entry('f', 120)].join(','),
    );
  });

  it('leaves out whole entries from the end where all are small', () => {
    const entries = ['a', 'b', 'c', 'd', 'e'].map((key) => entry(key, 120));
    assert.equal(passedTraceState(entries.join(',')), entries.slice(0, 4).join(','));
  });
});

it('whatever is passed on is short, of printable ASCII, and made of whole entries in their order', () => {
  const piece = fc.constantFrom(
    'a=1',
    'b',
    'c=',
    ' d=4 ',
    'E=5',
    'f=\u0007',
    entry('g', 200),
    entry('h', 90),
    '',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(fc.oneof(piece, fc.string()), { maxLength: 40 }), (pieces) => {
      const header = pieces.join(',');
      const passed = passedTraceState(header);
      if (passed !== undefined) {
        assert.ok(passed.length <= 512 && /^[\t\x20-\x7e]*$/.test(passed));
        const given = header.split(',').map((text) => text.trim());
        let at = 0;
        for (const kept of passed.split(',').map((text) => text.trim())) {
          at = given.indexOf(kept, at) + 1;
          assert.ok(at > 0, kept);
        }
      }
    }),
  );
});
