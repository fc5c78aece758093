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

/** The header for what is called next, in version 00. */
export function traceParentHeader({ traceId, spanId, flags }: TraceParent): string {
  return `00-${traceId}-${spanId}-${flags.toString(16).padStart(2, '0')}`;
}

function isZero(digits: string): boolean {
  return /^0*$/.test(digits);
}
