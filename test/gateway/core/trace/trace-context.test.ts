import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { newTraceId, traceContext, traceHeaders } from '../../../../functions/gateway/core/trace/trace-context.ts';

const TRACE = '0123456789abcdef0123456789abcdef';
const SPAN = 'fedcba9876543210';

/** Digits that tell how many were asked for: `17` of them are `1717...`. */
function digits(count: number): string {
  return String(count).repeat(count).slice(0, count);
}

describe('traceContext', () => {
  it("goes on with the caller's trace, with a span of its own", () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}-00`, tracestate: 'a=1' };
    assert.deepEqual(traceContext(headers, digits), {
      traceId: TRACE,
      spanId: digits(16),
      parentSpanId: SPAN,
      flags: 0,
      traceState: 'a=1',
    });
  });

  it('begins a trace that is recorded where the caller sent none', () => {
    assert.deepEqual(traceContext({}, digits), { traceId: digits(32), spanId: digits(16), flags: 1 });
  });

  it('begins a trace, without the tracestate, where the traceparent is malformed', () => {
    const headers = { traceparent: `00-${TRACE}-${SPAN}`, tracestate: 'a=1' };
    assert.deepEqual(traceContext(headers, digits), { traceId: digits(32), spanId: digits(16), flags: 1 });
  });

  it('goes on with the trace where only the tracestate is malformed', () => {
    const { traceId, traceState } = traceContext({ traceparent: `00-${TRACE}-${SPAN}-01`, tracestate: 'A' }, digits);
    assert.deepEqual([traceId, traceState], [TRACE, undefined]);
  });

  const root = '1-5759e988-bd862e3fe1be46a994272793';
  const xray: readonly (readonly [header: string, id: string | undefined])[] = [
    [`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`, root],
    [`Self=1-67891234-12456789abcdef012345678;Root=${root}`, root],
    [`Root=${root}`, root],
    [`Root=${root}0`, undefined],
    ['Root=1-1-1', undefined],
    [`NotRoot=${root}`, undefined],
    ['', undefined],
  ];
  for (const [header, id] of xray) {
    it(`finds ${id === undefined ? 'no id' : 'the id'} of X-Ray in "${header}"`, () => {
      assert.equal(traceContext({ 'x-amzn-trace-id': header }, digits).xrayTraceId, id);
    });
  }
});

it('an id is never all zeros', () => {
  const zeros = (count: number): string => '0'.repeat(count);
  assert.equal(newTraceId(zeros, 16), '0000000000000001');
  assert.equal(traceContext({}, zeros).traceId, `${'0'.repeat(31)}1`);
});

it("a provider is told the trace, the attempt's span, the flags and the tracestate, where there is one", () => {
  assert.deepEqual(traceHeaders({ traceId: TRACE, flags: 1 }, SPAN), { traceparent: `00-${TRACE}-${SPAN}-01` });
  assert.deepEqual(traceHeaders({ traceId: TRACE, flags: 0, traceState: 'a=1' }, SPAN), {
    traceparent: `00-${TRACE}-${SPAN}-00`,
    tracestate: 'a=1',
  });
});
