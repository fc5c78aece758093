import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseTraceParent, traceHeaders } from '../../../../functions/gateway/core/trace/trace-context.ts';
import fc from '../../../support/property.ts';

const TRACE = '0123456789abcdef0123456789abcdef';
const SPAN = 'fedcba9876543210';

describe('parseTraceParent', () => {
  const read: readonly (readonly [what: string, header: string, flags: number])[] = [
    ['a caller who records', `00-${TRACE}-${SPAN}-01`, 1],
    ['a caller who does not', `00-${TRACE}-${SPAN}-00`, 0],
    ['a random trace id', `00-${TRACE}-${SPAN}-03`, 3],
    ['flags without a meaning, which count as zero', `00-${TRACE}-${SPAN}-ff`, 3],
    ['a later version', `01-${TRACE}-${SPAN}-01`, 1],
    ['a later version that says more', `cc-${TRACE}-${SPAN}-01-what-the-future-will-be-like`, 1],
    ['a later version with an empty addition', `01-${TRACE}-${SPAN}-01-`, 1],
  ];
  for (const [what, header, flags] of read) {
    it(`reads ${what}`, () => {
      assert.deepEqual(parseTraceParent(header), { traceId: TRACE, spanId: SPAN, flags });
    });
  }

  const ignored: Readonly<Record<string, string>> = {
    'an empty header': '',
    'the forbidden version': `ff-${TRACE}-${SPAN}-01`,
    'a trace id of zeros': `00-${'0'.repeat(32)}-${SPAN}-01`,
    'a span id of zeros': `00-${TRACE}-${'0'.repeat(16)}-01`,
    'capital letters': `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    'letters that are no hex digits': `00-${TRACE.replace('a', 'g')}-${SPAN}-01`,
    'a trace id that is too short': `00-${TRACE.slice(1)}-${SPAN}-01`,
    'a trace id that is too long': `00-${TRACE}0-${SPAN}-01`,
    'a span id that is too short': `00-${TRACE}-${SPAN.slice(1)}-01`,
    'no flags': `00-${TRACE}-${SPAN}`,
    'flags of one digit': `00-${TRACE}-${SPAN}-1`,
    'flags of three digits': `00-${TRACE}-${SPAN}-001`,
    'version 00 that says more': `00-${TRACE}-${SPAN}-01-more`,
    'version 00 with a dash at its end': `00-${TRACE}-${SPAN}-01-`,
    'a later version that says more without a dash': `01-${TRACE}-${SPAN}-01.more`,
    'a later version that is too short': `01-${TRACE}-${SPAN}`,
    'a version of one digit': `0-${TRACE}-${SPAN}-01`,
    'a version that is no number': `xy-${TRACE}-${SPAN}-01`,
    'dots for dashes': `00.${TRACE}.${SPAN}.01`,
    'white space': ` 00-${TRACE}-${SPAN}-01`,
    'a line end': `00-${TRACE}-${SPAN}-01\n`,
    'the header sent twice': `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`,
    'a later version sent twice': `01-${TRACE}-${SPAN}-01, 01-${TRACE}-${SPAN}-01`,
    'a header of a megabyte': `00-${'a'.repeat(1 << 20)}`,
  };
  for (const [what, header] of Object.entries(ignored)) {
    it(`ignores ${what}`, () => assert.equal(parseTraceParent(header), undefined));
  }
});

it('a header that is written is read as what it was written from, and nothing else of any text is', () => {
  const hex = (digits: number) =>
    fc
      .array(fc.constantFrom(...'0123456789abcdef'), { minLength: digits, maxLength: digits })
      .map((all) => all.join(''))
      .filter((text) => !/^0+$/.test(text));
  const parents = fc.record({ traceId: hex(32), spanId: hex(16), flags: fc.integer({ min: 0, max: 3 }) });
  fc.assert(
    fc.property(parents, (parent) =>
      assert.deepEqual(parseTraceParent(traceHeaders(parent, parent.spanId).traceparent ?? ''), { ...parent }),
    ),
  );
  fc.assert(fc.property(fc.string({ maxLength: 80 }), (text) => assert.equal(parseTraceParent(text), undefined)));
});
