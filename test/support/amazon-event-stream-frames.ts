import { crc32 } from 'node:zlib';

/**
 * One frame of Amazon's event stream, for fakes and tests. Independent of the gateway's parser: Node's CRC, and Node's buffers.
 * Source: AWS, "Amazon event stream encoding" (Smithy 2.0).
 */
export function amazonFrame(headers: readonly FrameHeader[], payload: Uint8Array | string): Uint8Array {
  const headerBytes = Buffer.concat(headers.map(headerOf));
  const payloadBytes = Buffer.from(payload);
  const total = 12 + headerBytes.length + payloadBytes.length + 4;
  const prelude = Buffer.concat([u32(total), u32(headerBytes.length)]);
  const message = Buffer.concat([prelude, u32(crc32(prelude)), headerBytes, payloadBytes]);
  return new Uint8Array(Buffer.concat([message, u32(crc32(message))]));
}

/** A header: a string value, or the type byte and the raw bytes of any other value. */
export type FrameHeader = readonly [name: string, value: string | RawHeaderValue];

export interface RawHeaderValue {
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** An event of a Converse stream: `eventFrame('messageStop', { stopReason: 'end_turn' })`. */
export function eventFrame(eventType: string, payload: object): Uint8Array {
  return amazonFrame(
    [
      [':event-type', eventType],
      [':content-type', 'application/json'],
      [':message-type', 'event'],
    ],
    JSON.stringify(payload),
  );
}

/** An exception inside a stream: `exceptionFrame('throttlingException', { message: '...' })`. */
export function exceptionFrame(exceptionType: string, payload: object): Uint8Array {
  return amazonFrame(
    [
      [':exception-type', exceptionType],
      [':content-type', 'application/json'],
      [':message-type', 'exception'],
    ],
    JSON.stringify(payload),
  );
}

/** An error that the service did not model: a code and a message in the headers, and no payload. */
export function errorFrame(code: string, message: string): Uint8Array {
  return amazonFrame(
    [
      [':message-type', 'error'],
      [':error-code', code],
      [':error-message', message],
    ],
    '',
  );
}

const STRING_TYPE = 7;

function headerOf([name, value]: FrameHeader): Buffer {
  const nameBytes = Buffer.from(name);
  const named = Buffer.concat([Buffer.from([nameBytes.length]), nameBytes]);
  if (typeof value !== 'string') {
    return Buffer.concat([named, Buffer.from([value.type]), value.bytes]);
  }
  const text = Buffer.from(value);
  return Buffer.concat([named, Buffer.from([STRING_TYPE]), u16(text.length), text]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
