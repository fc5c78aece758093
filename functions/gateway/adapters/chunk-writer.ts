import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';

/** Writes a body whose length nobody knows. */
export interface ChunkWriter {
  /** Whether more may be written before the caller has read on or is known to have left. What comes in one turn goes out together. */
  readonly write: (text: string) => boolean;
  /** Writes what is left, and the body's end. */
  readonly end: (text: string) => void;
  /** What says `drain` when more may be written. */
  readonly outlet: () => Writable;
}

/**
 * The writer of a response's body, once its head is known. Where the body goes in chunks, each is framed here and leaves in one piece, the
 * first with the head: Node hands a frame's four parts to the system one by one. Source: RFC 9112, section 7.1.
 */
export function chunkWriter(response: ServerResponse): ChunkWriter {
  if (!response.chunkedEncoding) {
    // Of HTTP/1.0: the connection's end is the body's.
    return {
      write: (text) => response.write(text),
      end: (text) => void response.end(text),
      outlet: () => response,
    };
  }
  // It has said so in the head. From here on it writes what it is given.
  response.chunkedEncoding = false;
  let held = '';
  let isFirst = true;
  // The response would take each piece through its own buffer and the socket's. Behind another answer of the connection it has no socket.
  const outlet = (): Writable => (isFirst || response.socket === null ? response : response.socket);
  const send = (): void => {
    if (held !== '' && !response.destroyed) {
      outlet().write(framed(held));
      isFirst = false;
    }
    held = '';
  };
  return {
    write: (text) => {
      if (held === '' && text !== '') {
        process.nextTick(send);
      }
      held += text;
      // A source that never waits would never let the turn end.
      if (held.length >= MAX_HELD_CHARS) {
        send();
      }
      return !response.destroyed && !outlet().writableNeedDrain;
    },
    end: (text) => {
      const last = held + text;
      held = '';
      response.end(last === '' ? LAST_CHUNK : framed(last) + LAST_CHUNK);
    },
    outlet,
  };
}

const MAX_HELD_CHARS = 16_384;
const LAST_CHUNK = '0\r\n\r\n';

/** Of a text that is not empty: an empty chunk is the last. */
function framed(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
