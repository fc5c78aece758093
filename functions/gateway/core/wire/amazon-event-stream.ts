import { type HeadersReader, headersReader } from './amazon-event-stream-headers.ts';
import { crc32 } from './crc32.ts';
import type { WireEvent } from './wire-event.ts';

/** The largest frame that is read, unless told otherwise. Bedrock's are some hundred bytes; the format allows 24 MiB. */
const MAX_FRAME_BYTES = 16 * 1024 * 1024;

/** Total length, headers' length, and the CRC of these two. */
const PRELUDE_BYTES = 12;
const CRC_BYTES = 4;

/** Reads one `application/vnd.amazon.eventstream` response from bytes cut anywhere. */
export interface AmazonEventStreamParser {
  readonly push: (bytes: Uint8Array) => readonly WireEvent[];
  /** The bytes ended. A frame that has begun and not ended gives an `error` event named `truncated-frame`. */
  readonly end: () => readonly WireEvent[];
}

/**
 * A parser for one response. A frame with a wrong checksum, an impossible length or unreadable headers gives one `error` event
 * named `malformed-frame`, and the parser reads nothing after it: where the next frame begins is no longer known.
 * Frames of an unknown `:message-type` are left out.
 *
 * A frame is, big-endian: u32 total length, u32 length of the headers, u32 CRC-32 of these eight bytes, headers, payload, u32
 * CRC-32 of all before. Source: AWS, "Amazon event stream encoding" (Smithy 2.0, `amazon-event-stream`).
 */
export function amazonEventStreamParser(options: { readonly maxFrameBytes?: number } = {}): AmazonEventStreamParser {
  const maxFrameBytes = options.maxFrameBytes ?? MAX_FRAME_BYTES;
  const queue = byteQueue();
  const readHeaders = headersReader();
  let stopped = false;

  function push(bytes: Uint8Array): readonly WireEvent[] {
    const events: WireEvent[] = [];
    if (stopped) {
      return events;
    }
    queue.append(bytes);
    let frame = readFrame(queue.held(), maxFrameBytes, readHeaders);
    while (frame.kind === 'complete') {
      for (const event of frame.events) {
        events.push(event);
      }
      queue.drop(frame.length);
      frame = readFrame(queue.held(), maxFrameBytes, readHeaders);
    }
    if (frame.kind === 'malformed') {
      stopped = true;
      events.push({ kind: 'error', name: 'malformed-frame', data: frame.reason });
    }
    return events;
  }

  function end(): readonly WireEvent[] {
    const isCut = !stopped && queue.held().length > 0;
    stopped = true;
    return isCut ? [{ kind: 'error', name: 'truncated-frame', data: 'The stream ended inside a frame.' }] : [];
  }

  return { push, end };
}

type Frame =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'malformed'; readonly reason: string }
  | { readonly kind: 'complete'; readonly length: number; readonly events: readonly WireEvent[] };

const INCOMPLETE: Frame = { kind: 'incomplete' };

/** Reads the frame that `bytes` begins with. */
function readFrame(bytes: Uint8Array, maxFrameBytes: number, readHeaders: HeadersReader): Frame {
  if (bytes.length < PRELUDE_BYTES) {
    return INCOMPLETE;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const total = view.getUint32(0);
  const headersEnd = PRELUDE_BYTES + view.getUint32(4);
  if (view.getUint32(8) !== crc32(bytes.subarray(0, 8))) {
    return { kind: 'malformed', reason: 'The checksum of a frame’s prelude is wrong.' };
  }
  if (headersEnd + CRC_BYTES > total) {
    return { kind: 'malformed', reason: 'A frame’s headers are longer than the frame.' };
  }
  if (total > maxFrameBytes) {
    return { kind: 'malformed', reason: `A frame is larger than ${maxFrameBytes} bytes.` };
  }
  if (bytes.length < total) {
    return INCOMPLETE;
  }
  const payloadEnd = total - CRC_BYTES;
  if (view.getUint32(payloadEnd) !== crc32(bytes.subarray(0, payloadEnd))) {
    return { kind: 'malformed', reason: 'The checksum of a frame is wrong.' };
  }
  const headers = readHeaders(bytes.subarray(PRELUDE_BYTES, headersEnd));
  return readMessage(headers, bytes.subarray(headersEnd, payloadEnd), total);
}

function readMessage(headers: ReadonlyMap<string, string> | undefined, payload: Uint8Array, length: number): Frame {
  const messageType = headers?.get(':message-type');
  if (headers === undefined || messageType === undefined) {
    return { kind: 'malformed', reason: 'A frame’s headers cannot be read.' };
  }
  const header = (name: string): string => headers.get(name) ?? '';
  switch (messageType) {
    case 'event':
      return complete(length, [{ kind: 'event', name: header(':event-type'), data: text(payload) }]);
    case 'exception':
      return complete(length, [{ kind: 'exception', name: header(':exception-type'), data: text(payload) }]);
    case 'error':
      return complete(length, [{ kind: 'error', name: header(':error-code'), data: header(':error-message') }]);
    default:
      return complete(length, []);
  }
}

function complete(length: number, events: readonly WireEvent[]): Frame {
  return { kind: 'complete', length, events };
}

const decoder = new TextDecoder();

function text(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** Bytes that arrived and are not read yet, in one contiguous piece. Its cost is linear in what passes through, however it is cut. */
interface ByteQueue {
  readonly append: (bytes: Uint8Array) => void;
  /** What is held. A view: valid until the next `append` or `drop`. */
  readonly held: () => Uint8Array;
  /** Forgets the first `count` bytes. */
  readonly drop: (count: number) => void;
}

const INITIAL_CAPACITY = 4096;

/** A queue without bytes. Its store grows to twice what it has to hold. */
function byteQueue(): ByteQueue {
  let store = new Uint8Array(INITIAL_CAPACITY);
  let start = 0;
  let end = 0;

  function append(bytes: Uint8Array): void {
    if (end + bytes.length > store.length) {
      const grown = (end - start + bytes.length) * 2;
      const next = grown > store.length ? new Uint8Array(grown) : store;
      next.set(store.subarray(start, end));
      store = next;
      end -= start;
      start = 0;
    }
    store.set(bytes, end);
    end += bytes.length;
  }

  return {
    append,
    held: () => store.subarray(start, end),
    drop: (count) => {
      start += count;
      if (start === end) {
        start = 0;
        end = 0;
      }
    },
  };
}
