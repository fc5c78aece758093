import { defined } from '../../functions/gateway/core/model/defined.ts';
import { arrayMember, member, objectMember, parseJson, stringMember } from '../../functions/gateway/core/wire/json.ts';

/** A streamed chat completion, as a caller saw it come. Times from the request. */
export interface ReadStream {
  readonly chunks: number;
  readonly firstContent?: {
    readonly afterMs: number;
    /** Whether it came in the same piece as the end. */
    readonly isWithLast: boolean;
  };
  /** The JSON of the comment `: nemo {...}`. */
  readonly trail?: string;
  readonly isDone: boolean;
  /** What an error event says. */
  readonly failure?: string;
  readonly endedAfterMs: number;
}

interface Reading {
  readonly sinceMs: number;
  pieces: number;
  chunks: number;
  firstContent?: { readonly afterMs: number; readonly piece: number };
  trail?: string;
  donePiece?: number;
  failure?: string;
}

/** Reads a stream to its end. `sinceMs`: when it was asked for, of `performance.now()`. Rejects where it breaks off. */
export async function readStream(body: ReadableStream<Uint8Array>, sinceMs: number): Promise<ReadStream> {
  const reading: Reading = { sinceMs, pieces: 0, chunks: 0 };
  let pending = '';
  for await (const text of body.pipeThrough(new TextDecoderStream())) {
    reading.pieces += 1;
    const lines = (pending + text).split('\n');
    pending = lines.pop() ?? '';
    for (const line of lines) {
      take(reading, line);
    }
  }
  const { chunks, firstContent, trail, donePiece, failure } = reading;
  return {
    chunks,
    isDone: donePiece !== undefined,
    endedAfterMs: performance.now() - sinceMs,
    ...(firstContent === undefined
      ? {}
      : { firstContent: { afterMs: firstContent.afterMs, isWithLast: firstContent.piece === donePiece } }),
    ...defined({ trail, failure }),
  };
}

const TRAIL = ': nemo ';
const DATA = 'data: ';

function take(reading: Reading, line: string): void {
  if (line.startsWith(TRAIL)) {
    reading.trail = line.slice(TRAIL.length);
  } else if (line === `${DATA}[DONE]`) {
    reading.donePiece = reading.pieces;
  } else if (line.startsWith(DATA)) {
    takeChunk(reading, parseJson(line.slice(DATA.length)));
  }
}

function takeChunk(reading: Reading, chunk: unknown): void {
  const error = objectMember(chunk, 'error');
  if (error !== undefined) {
    reading.failure = stringMember(error, 'message') ?? 'an error event';
    return;
  }
  reading.chunks += 1;
  const content = stringMember(member(arrayMember(chunk, 'choices')[0], 'delta'), 'content') ?? '';
  if (content !== '') {
    reading.firstContent ??= { afterMs: performance.now() - reading.sinceMs, piece: reading.pieces };
  }
}
