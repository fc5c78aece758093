import type { TraceContext } from '../model/trace-context.ts';
import { passedTraceState } from './tracestate.ts';

/** So many random hex digits. */
export type RandomHex = (digits: number) => string;

/** The trace in X-Ray's header. Source: AWS X-Ray developer guide, "Tracing header". */
const XRAY_ROOT = /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/;

/** Every request is in the log, so a trace that begins here counts as recorded. */
const SAMPLED = 1;

/**
 * The trace of a request with these headers (names in lower case). A `traceparent` that is malformed, or sent twice, is ignored together
 * with its `tracestate`: a new trace begins. Source: W3C Trace Context, https://www.w3.org/TR/trace-context/
 */
export function traceContext(headers: Readonly<Record<string, string>>, randomHex: RandomHex): TraceContext {
  const spanId = newTraceId(randomHex, SPAN_DIGITS);
  const [, xrayTraceId] = XRAY_ROOT.exec(headers['x-amzn-trace-id'] ?? '') ?? [];
  const xray = xrayTraceId === undefined ? {} : { xrayTraceId };
  const parent = headers.traceparent === undefined ? undefined : parseTraceParent(headers.traceparent);
  if (parent === undefined) {
    return { traceId: newTraceId(randomHex, TRACE_DIGITS), spanId, flags: SAMPLED, ...xray };
  }
  const traceState = passedTraceState(headers.tracestate ?? '');
  const { traceId, flags } = parent;
  const state = traceState === undefined ? {} : { traceState };
  return { traceId, spanId, parentSpanId: parent.spanId, flags, ...state, ...xray };
}

const TRACE_DIGITS = 32;
/** Of the id of a span: a request, or one attempt. */
export const SPAN_DIGITS = 16;

/** A new id of a trace or a span. All zeros is none: once in 2^64 draws, but then the provider would ignore the header. */
export function newTraceId(randomHex: RandomHex, digits: number): string {
  const drawn = randomHex(digits);
  return /^0+$/.test(drawn) ? `${drawn.slice(1)}1` : drawn;
}

/** The headers that tell a provider that it is called by the span `spanId` of the trace. The first is of version 00. */
export function traceHeaders(
  { traceId, flags, traceState }: Pick<TraceContext, 'traceId' | 'flags' | 'traceState'>,
  spanId: string,
): Readonly<Record<string, string>> {
  const traceparent = `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
  return traceState === undefined ? { traceparent } : { traceparent, tracestate: traceState };
}

/** Where a request stands in a distributed trace. */
export interface TraceParent {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** Of the span that made the request: 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  /** Bit 0: whoever made the request may have recorded it. Bit 1: the trace id is random. */
  readonly flags: number;
}

/** Length of a header of version 00, the one that is known. */
const KNOWN_LENGTH = 55;
/** The flags that have a meaning. The others are sent as zero, as the specification asks. */
const KNOWN_FLAGS = 0b11;

const HEADER = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-|$)/;

/**
 * Reads a `traceparent` header; `undefined` where it is none. Later versions may have more to say after what is known; version 00 may
 * not. Source: W3C Trace Context, "Versioning of traceparent".
 */
export function parseTraceParent(header: string): TraceParent | undefined {
  const [, version = 'ff', traceId = '', spanId = '', flags = ''] = HEADER.exec(header) ?? [];
  if (version === 'ff' || (version === '00' && header.length !== KNOWN_LENGTH)) {
    return undefined;
  }
  if (isZero(traceId) || isZero(spanId)) {
    return undefined;
  }
  return { traceId, spanId, flags: Number.parseInt(flags, 16) & KNOWN_FLAGS };
}

function isZero(digits: string): boolean {
  return /^0*$/.test(digits);
}
