import type { TraceContext } from '../model/trace-context.ts';
import { parseTraceParent, type TraceParent, traceParentHeader } from './traceparent.ts';
import { passedTraceState } from './tracestate.ts';

/** So many random hex digits. */
export type RandomHex = (digits: number) => string;

/** Every request is in the log, so a trace that begins here counts as recorded. */
const SAMPLED = 1;

/**
 * The trace of a request with these headers (names in lower case). A `traceparent` that is malformed, or sent twice, is ignored together
 * with its `tracestate`: a new trace begins. Source: W3C Trace Context, https://www.w3.org/TR/trace-context/
 */
export function traceContext(headers: Readonly<Record<string, string>>, randomHex: RandomHex): TraceContext {
  const spanId = newSpanId(randomHex);
  const xrayTraceId = xrayRoot(headers['x-amzn-trace-id'] ?? '');
  const xray = xrayTraceId === undefined ? {} : { xrayTraceId };
  const parent = parseTraceParent(headers.traceparent ?? '');
  if (parent === undefined) {
    return { traceId: notZero(randomHex(32)), spanId, flags: SAMPLED, ...xray };
  }
  const traceState = passedTraceState(headers.tracestate ?? '');
  const { traceId, flags } = parent;
  const state = traceState === undefined ? {} : { traceState };
  return { traceId, spanId, parentSpanId: parent.spanId, flags, ...state, ...xray };
}

/** An id for one attempt. */
export function newSpanId(randomHex: RandomHex): string {
  return notZero(randomHex(16));
}

/** The headers that tell a provider that it is called by the span `spanId` of the trace. */
export function traceHeaders(
  { traceId, flags, traceState }: Pick<TraceContext, 'traceId' | 'flags' | 'traceState'>,
  spanId: string,
): Readonly<Record<string, string>> {
  const parent: TraceParent = { traceId, spanId, flags };
  return {
    traceparent: traceParentHeader(parent),
    ...(traceState === undefined ? {} : { tracestate: traceState }),
  };
}

/** All zeros is no id. Once in 2^64 draws, but then the provider would ignore the header. */
function notZero(digits: string): string {
  return /^0+$/.test(digits) ? `${digits.slice(1)}1` : digits;
}

/** Source: AWS X-Ray developer guide, "Tracing header". */
function xrayRoot(header: string): string | undefined {
  return /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/.exec(header)?.[1];
}
