/**
 * Reads the headers of the frames of one stream. The headers that hold strings, by name; the rest are stepped over. `undefined` where the
 * bytes are not headers: an unknown value type, or a header that runs over the end.
 */
export type HeadersReader = (bytes: Uint8Array) => ReadonlyMap<string, string> | undefined;

/**
 * Most frames have the headers of the one before, which are not read again.
 *
 * A header is: u8 length of the name, name, u8 type, value. Source: AWS, "Amazon event stream encoding" (Smithy 2.0).
 */
export function headersReader(): HeadersReader {
  let lastBytes = new Uint8Array(0);
  let last: ReadonlyMap<string, string> | undefined = new Map();
  return (bytes) => {
    if (!areSame(bytes, lastBytes)) {
      // The bytes of a frame are a view of what goes on changing.
      lastBytes = bytes.slice();
      last = readMessageHeaders(bytes);
    }
    return last;
  };
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  let at = one.length === other.length ? one.length : -1;
  while (at > 0 && one[at - 1] === other[at - 1]) {
    at -= 1;
  }
  return at === 0;
}

function readMessageHeaders(bytes: Uint8Array): ReadonlyMap<string, string> | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headers = new Map<string, string>();
  let at = 0;
  while (at < bytes.length) {
    const header = readHeader(bytes, view, at);
    if (header === undefined) {
      return undefined;
    }
    if (header.value !== undefined) {
      headers.set(header.name, header.value);
    }
    at = header.end;
  }
  return headers;
}

/** What the type byte says: the value's length in bytes, or that a u16 before the value says it. */
const VALUE_LENGTHS: ReadonlyMap<number, number | 'prefixed'> = new Map<number, number | 'prefixed'>([
  [0, 0], // true
  [1, 0], // false
  [2, 1], // byte
  [3, 2], // short
  [4, 4], // integer
  [5, 8], // long
  [6, 'prefixed'], // bytes
  [7, 'prefixed'], // string
  [8, 8], // timestamp
  [9, 16], // UUID
]);

const STRING_TYPE = 7;

interface Header {
  readonly name: string;
  /** Absent where it is no string. */
  readonly value: string | undefined;
  readonly end: number;
}

function readHeader(bytes: Uint8Array, view: DataView, at: number): Header | undefined {
  const nameEnd = at + 1 + view.getUint8(at);
  if (nameEnd >= bytes.length) {
    return undefined;
  }
  const type = view.getUint8(nameEnd);
  const span = valueSpan(view, nameEnd + 1, type);
  if (span === undefined || span.end > bytes.length) {
    return undefined;
  }
  const value = type === STRING_TYPE ? text(bytes.subarray(span.start, span.end)) : undefined;
  return { name: text(bytes.subarray(at + 1, nameEnd)), value, end: span.end };
}

function valueSpan(view: DataView, at: number, type: number): { start: number; end: number } | undefined {
  const length = VALUE_LENGTHS.get(type);
  if (length !== 'prefixed') {
    return length === undefined ? undefined : { start: at, end: at + length };
  }
  return at + 2 > view.byteLength ? undefined : { start: at + 2, end: at + 2 + view.getUint16(at) };
}

const decoder = new TextDecoder();

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
