import type { ServerResponse } from 'node:http';

/** Writes a body whose length nobody knows. */
export interface ChunkWriter {
  /** Whether more may be written before the caller has read on. */
  readonly write: (text: string) => boolean;
  /** Writes what is left, and the body's end. */
  readonly end: (text: string) => void;
}

/**
 * The writer of a response's body, once its head is written. Where the body goes in chunks, each is framed here and leaves in one piece:
 * Node hands a frame's four parts to the system one by one, which takes half as long again. Source: RFC 9112, section 7.1.
 */
export function chunkWriter(response: ServerResponse): ChunkWriter {
  if (!response.chunkedEncoding) {
    // Of HTTP/1.0: the connection's end is the body's.
    return { write: (text) => response.write(text), end: (text) => void response.end(text) };
  }
  // It has said so in the head. From here on it writes what it is given.
  response.chunkedEncoding = false;
  return {
    write: (text) => text === '' || response.write(framed(text)),
    end: (text) => void response.end(text === '' ? LAST_CHUNK : framed(text) + LAST_CHUNK),
  };
}

const LAST_CHUNK = '0\r\n\r\n';

/** Of a text that is not empty: an empty chunk is the last. */
function framed(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
