import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { type Arrivals, arrivalsOf, takeWhile } from '../core/model/arrivals.ts';
import type { GatewayResponse } from '../core/serve/ports.ts';
import { RESTARTING, restartEvent } from './interrupted-answer.ts';
import { discardBody } from './request-body.ts';
import { isAlone, sendAtTurnEnd } from './turn-end.ts';

/** Who is sent an answer. */
export interface AnswerReader {
  /** Aborted when the caller is gone, or the process has to go. */
  readonly signal: AbortSignal;
  /** Reading nothing for so long counts as having gone. */
  readonly readStallMs: number;
}

/** Sends a response to its caller as fast as he reads it. */
export async function sendAnswer(
  response: ServerResponse,
  answer: GatewayResponse,
  reader: AnswerReader,
): Promise<void> {
  const { signal } = reader;
  const { status, headers, body } = answer;
  if (typeof body === 'string') {
    await sendWhole(response, answer, body);
    return;
  }
  response.writeHead(status, headers);
  const chunks = response.chunkedEncoding ? chunkWriter(response) : wholeWriter(response);
  const pieces = body.arrivals ?? arrivalsOf(body);
  while (await isFull(pieces, chunks, signal)) {
    await drained(response, chunks, reader);
  }
  pieces.stop();
  await chunks.end(() => (signal.reason === RESTARTING ? restartEvent(response.req.url ?? '/') : ''));
}

/** Passes on what arrives, all that is there at once, until the caller has to read first. `false`: no more comes, or is wanted. */
async function isFull(pieces: Arrivals<string>, chunks: ChunkWriter, signal: AbortSignal): Promise<boolean> {
  let hasRoom = true;
  await takeWhile(pieces, (piece) => {
    hasRoom = signal.aborted || chunks.write(piece);
    return hasRoom && !signal.aborted;
  });
  return !hasRoom;
}

async function sendWhole(response: ServerResponse, { status, headers }: GatewayResponse, body: string): Promise<void> {
  // To a HEAD the body is empty, but its length is not nothing.
  const length = response.req.method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) };
  // Where the body was too large to be read, the connection cannot be used for another request.
  if (status === 413) {
    response.writeHead(status, { ...headers, ...length, connection: 'close' }).write(body);
    await discardBody(response.req);
    response.end();
    return;
  }
  if (response.req.method === 'POST') {
    await new Promise<void>(sendAtTurnEnd);
  }
  response.writeHead(status, { ...headers, ...length }).end(body);
}

/** Waits until the caller has read on, or has gone. Who reads nothing for too long is gone: the call ends, and is recorded. */
async function drained(
  response: ServerResponse,
  { outlet }: ChunkWriter,
  { signal, readStallMs }: AnswerReader,
): Promise<void> {
  // What the system has taken whole may have been told by now.
  if (!outlet().writableNeedDrain && !response.destroyed) {
    return;
  }
  const over = AbortSignal.any([signal, AbortSignal.timeout(readStallMs)]);
  await once(outlet(), 'drain', { signal: over }).catch(() => {
    if (!signal.aborted) {
      response.destroy();
    }
  });
}

/** Writes a body whose length nobody knows. */
interface ChunkWriter {
  /** Whether more may be written before the caller has read on or is known to have left. Much is sent at once, the rest with the turn's end. */
  readonly write: (text: string) => boolean;
  /** Ends the body with the turn, after this text. What is held until then leaves in one piece with the end. */
  readonly end: (text: () => string) => Promise<void>;
  /** What says `drain` when more may be written. */
  readonly outlet: () => Writable;
}

/**
 * The writer of a response's body, once its head is known. Where the body goes in chunks, each is framed here and leaves in one piece, the
 * first with the head: Node hands a frame's four parts to the system one by one. Source: RFC 9112, section 7.1.
 */
function chunkWriter(response: ServerResponse): ChunkWriter {
  // It has said so in the head. From here on it writes what it is given.
  response.chunkedEncoding = false;
  let held = '';
  let isFirst = true;
  let isFlushDue = false;
  let isEnding = false;
  // The response would take each piece through its own buffer and the socket's. Behind another answer of the connection it has no socket.
  const outlet = (): Writable => (isFirst || response.socket === null ? response : response.socket);
  const flush = (): void => {
    isFlushDue = false;
    if (held === '' || isEnding) {
      return;
    }
    if (!response.destroyed) {
      const { socket } = response;
      // Else the response would hold its head and first words back until all that is settled by now has run.
      socket?.cork();
      outlet().write(framed(held));
      socket?.uncork();
      isFirst = false;
    }
    held = '';
  };
  return {
    write: (text) => {
      held += text;
      // A source that never waits never lets the turn end. The first words of a call that is alone leave before the next ones are read.
      if (held.length >= MAX_HELD_CHARS || (isFirst && isAlone())) {
        flush();
      } else if (!isFlushDue) {
        isFlushDue = true;
        sendAtTurnEnd(flush);
      }
      return !response.destroyed && !outlet().writableNeedDrain;
    },
    end: async (text) => {
      isEnding = true;
      await new Promise<void>(sendAtTurnEnd);
      const last = held + text();
      held = '';
      const ending = last === '' ? LAST_CHUNK : framed(last) + LAST_CHUNK;
      if (outlet() === response) {
        response.end(ending);
        return;
      }
      // As text of the response's own it would leave with another write, of nothing, a tick later.
      outlet().write(ending);
      response.end();
    },
    outlet,
  };
}

/** The writer to a caller of HTTP/1.0: the connection's end is the body's. */
function wholeWriter(response: ServerResponse): ChunkWriter {
  return {
    write: (text) => response.write(text),
    end: async (text) => {
      await new Promise<void>(sendAtTurnEnd);
      response.end(text());
    },
    outlet: () => response,
  };
}

const MAX_HELD_CHARS = 16_384;
const LAST_CHUNK = '0\r\n\r\n';

/** Of a text that is not empty: an empty chunk is the last. */
function framed(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}
