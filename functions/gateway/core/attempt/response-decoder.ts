import type { AnswerEvent } from '../model/answer-event.ts';
import type { AnswerDecoder, Protocol } from '../protocols/protocol.ts';
import { amazonEventStreamParser } from '../wire/amazon-event-stream.ts';
import { parseJson } from '../wire/json.ts';
import { sseParser } from '../wire/sse-parser.ts';
import type { WireEvent } from '../wire/wire-event.ts';

/** Bytes of one response in, the answer's events out. Synchronous, and it never throws. */
export interface ResponseDecoder {
  readonly push: (bytes: Uint8Array) => readonly AnswerEvent[];
  readonly end: () => readonly AnswerEvent[];
  readonly isComplete: () => boolean;
}

/** The largest body that is not a stream. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

interface EventParser {
  readonly push: (bytes: Uint8Array) => readonly WireEvent[];
  readonly end: () => readonly WireEvent[];
}

const PARSERS = {
  'server-sent-events': sseParser,
  'amazon-event-stream': amazonEventStreamParser,
} as const satisfies Record<Protocol['framing'], () => EventParser>;

/**
 * Decodes one response in a protocol's framing, or as one JSON body where its first byte says so: some servers answer a call for a
 * stream with JSON, and content types lie. White space before it decides nothing.
 */
export function responseDecoder(framing: Protocol['framing'], decoder: AnswerDecoder): ResponseDecoder {
  let chosen: ResponseDecoder | undefined;
  const choose = (first: number | undefined): ResponseDecoder | undefined => {
    if (first === undefined) {
      return undefined;
    }
    return opensJson(first) ? jsonDecoder(decoder) : streamDecoder(PARSERS[framing](), decoder);
  };
  return {
    push: (bytes) => {
      chosen ??= choose(firstSignificant(bytes));
      return chosen?.push(bytes) ?? [];
    },
    end: () => chosen?.end() ?? [{ type: 'failed', failure: { kind: 'truncated' } }],
    isComplete: () => chosen?.isComplete() ?? false,
  };
}

function streamDecoder(parser: EventParser, decoder: AnswerDecoder): ResponseDecoder {
  return {
    push: (bytes) => upToFailure(parser.push(bytes).flatMap((event) => decoder.event(event))),
    end: () => {
      const last = upToFailure(parser.end().flatMap((event) => decoder.event(event)));
      return last.at(-1)?.type === 'failed' ? last : [...last, ...decoder.end()];
    },
    isComplete: decoder.isComplete,
  };
}

/** Nothing follows a failure, whatever else came in the same bytes. */
function upToFailure(deltas: readonly AnswerEvent[]): readonly AnswerEvent[] {
  const failed = deltas.findIndex((delta) => delta.type === 'failed');
  return failed === -1 ? deltas : deltas.slice(0, failed + 1);
}

function jsonDecoder(decoder: AnswerDecoder): ResponseDecoder {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    push: (bytes) => {
      parts.push(bytes);
      size += bytes.length;
      return size <= MAX_JSON_BYTES ? [] : [failed(`a body over ${MAX_JSON_BYTES} bytes`)];
    },
    end: () => {
      const json = parseJson(new TextDecoder().decode(joined(parts, size)));
      return json === undefined ? [failed('a body that is not JSON')] : upToFailure(decoder.body(json));
    },
    isComplete: () => false,
  };
}

function failed(reason: string): AnswerEvent {
  return { type: 'failed', failure: { kind: 'malformed', reason } };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** White space, which some servers send to keep a connection alive before the answer, and the bytes of a byte-order mark. */
const INSIGNIFICANT: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** The first byte that tells how the answer is framed. */
function firstSignificant(bytes: Uint8Array): number | undefined {
  return bytes.find((byte) => !INSIGNIFICANT.has(byte));
}

/** Whether a body that begins so is a JSON object or array. No stream's framing does: a message of Amazon's begins with zeros. */
function opensJson(byte: number): boolean {
  return byte === 0x7b || byte === 0x5b;
}
