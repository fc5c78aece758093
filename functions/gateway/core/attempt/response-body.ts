import type { AnswerEvent } from '../model/answer-event.ts';
import { arrivalsOf, takeWhile } from '../model/arrivals.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import type { ResponseBody } from '../model/dial.ts';
import type { Prompt } from '../model/prompt.ts';
import type { AnswerDecoder, Protocol } from '../protocols/protocol.ts';
import { amazonEventStreamParser } from '../wire/amazon-event-stream.ts';
import { parseJson } from '../wire/json.ts';
import { joinedBytes, sseParser } from '../wire/sse-parser.ts';
import type { WireEvent } from '../wire/wire-event.ts';
import { connectionFailure } from './connection-failure.ts';

/** Bytes of one response in, the answer's events out. Synchronous, and it never throws. */
export interface ResponseDecoder {
  readonly push: (bytes: Uint8Array) => readonly AnswerEvent[];
  readonly end: () => readonly AnswerEvent[];
  readonly isComplete: () => boolean;
}

interface EventParser {
  readonly push: (bytes: Uint8Array) => readonly WireEvent[];
  readonly end: () => readonly WireEvent[];
}

const PARSERS = {
  'server-sent-events': sseParser,
  'amazon-event-stream': amazonEventStreamParser,
} as const satisfies Record<Protocol['framing'], () => EventParser>;

/** White space, which some servers send to keep a connection alive before the answer, and the bytes of a byte-order mark. */
const INSIGNIFICANT: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** How a JSON object or array begins. No stream's framing begins so: a message of Amazon's begins with zeros. */
const JSON_BEGINNINGS: ReadonlySet<number | undefined> = new Set([0x7b, 0x5b]);

/**
 * Decodes one response in a protocol's framing, or as one JSON body where its first byte says so: some servers answer a call for a
 * stream with JSON, and content types lie. White space before it decides nothing.
 */
export function responseDecoder(framing: Protocol['framing'], decoder: AnswerDecoder): ResponseDecoder {
  let parser: EventParser | undefined;
  let json: Omit<ResponseDecoder, 'isComplete'> | undefined;
  return {
    push: (bytes) => {
      const isBeginning = parser === undefined && json === undefined;
      const first = isBeginning ? bytes.find((byte) => !INSIGNIFICANT.has(byte)) : undefined;
      if (JSON_BEGINNINGS.has(first)) {
        json = jsonDecoder(decoder);
      } else if (first !== undefined) {
        parser = PARSERS[framing]();
      }
      return parser === undefined ? (json?.push(bytes) ?? []) : upToFailure(parser.push(bytes), decoder);
    },
    end: () => {
      if (parser === undefined) {
        return json?.end() ?? [{ type: 'failed', failure: { kind: 'truncated' } }];
      }
      const last = upToFailure(parser.end(), decoder);
      return last.at(-1)?.type === 'failed' ? last : [...last, ...decoder.end()];
    },
    isComplete: decoder.isComplete,
  };
}

/** What the events say. Nothing follows a failure, whatever else came in the same bytes. */
function upToFailure(events: readonly WireEvent[], decoder: AnswerDecoder): readonly AnswerEvent[] {
  const said: AnswerEvent[] = [];
  for (const event of events) {
    for (const one of decoder.event(event)) {
      said.push(one);
      if (one.type === 'failed') {
        return said;
      }
    }
  }
  return said;
}

/** The largest body that is not a stream. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

function jsonDecoder(decoder: AnswerDecoder): Omit<ResponseDecoder, 'isComplete'> {
  const parts: Uint8Array[] = [];
  let size = 0;
  return {
    push: (bytes) => {
      parts.push(bytes);
      size += bytes.length;
      return size <= MAX_JSON_BYTES ? [] : [malformed(`a body over ${MAX_JSON_BYTES} bytes`)];
    },
    end: () => {
      const json = parseJson(new TextDecoder().decode(joinedBytes(parts, size)));
      if (json === undefined) {
        return [malformed('a body that is not JSON')];
      }
      const events = decoder.body(json);
      const failed = events.findIndex(({ type }) => type === 'failed');
      return failed === -1 ? events : events.slice(0, failed + 1);
    },
  };
}

function malformed(reason: string): AnswerEvent {
  return { type: 'failed', failure: { kind: 'malformed', reason } };
}

/** Reads a response's body as long as `onBytes` wants more. Gives why it broke off, where it did. Never rejects, where `onBytes` does not throw. */
export async function readBody(
  body: ResponseBody,
  signal: AbortSignal,
  onBytes: (bytes: Uint8Array) => boolean,
): Promise<AttemptFailure | undefined> {
  try {
    await takeWhile(body.arrivals ?? arrivalsOf(body), onBytes);
    return undefined;
  } catch (error) {
    return connectionFailure(error, signal);
  }
}

/** Nothing of a stream is kept, and Lambda's responses end here. */
const MAX_BYTES = 200 * 1024 * 1024;
/** Of a plain call all is kept until it is whole: far above any model's longest answer of words. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

/** Bytes that are read of one answer's body at the most. Log probabilities are some two thousand bytes a token, and several answers as many times one. */
export function maxAnswerBytes({ stream, logprobs, limits }: Pick<Prompt, 'stream' | 'logprobs' | 'limits'>): number {
  return stream || logprobs !== undefined || limits.choices > 1 ? MAX_BYTES : MAX_PLAIN_BYTES;
}
