import type { AnswerEvent } from '../model/answer-event.ts';
import { type Arrivals, arrivalsOf, takeWhile } from '../model/arrivals.ts';
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
    return JSON_BEGINNINGS.has(first) ? jsonDecoder(decoder) : streamDecoder(PARSERS[framing](), decoder);
  };
  return {
    push: (bytes) => {
      chosen ??= choose(bytes.find((byte) => !INSIGNIFICANT.has(byte)));
      return chosen?.push(bytes) ?? [];
    },
    end: () => chosen?.end() ?? [{ type: 'failed', failure: { kind: 'truncated' } }],
    isComplete: () => chosen?.isComplete() ?? false,
  };
}

function streamDecoder(parser: EventParser, decoder: AnswerDecoder): ResponseDecoder {
  return {
    push: (bytes) => upToFailure(parser.push(bytes), decoder),
    end: () => {
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
    if (addUpToFailure(said, decoder.event(event))) {
      break;
    }
  }
  return said;
}

/** Whether there was a failure. */
function addUpToFailure(said: AnswerEvent[], more: readonly AnswerEvent[]): boolean {
  for (const event of more) {
    said.push(event);
    if (event.type === 'failed') {
      return true;
    }
  }
  return false;
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
      const json = parseJson(new TextDecoder().decode(joinedBytes(parts, size)));
      return json === undefined ? [failed('a body that is not JSON')] : wholeBody(decoder.body(json));
    },
    isComplete: () => false,
  };
}

function wholeBody(events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  const said: AnswerEvent[] = [];
  addUpToFailure(said, events);
  return said;
}

function failed(reason: string): AnswerEvent {
  return { type: 'failed', failure: { kind: 'malformed', reason } };
}

/** White space, which some servers send to keep a connection alive before the answer, and the bytes of a byte-order mark. */
const INSIGNIFICANT: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** How a JSON object or array begins. No stream's framing begins so: a message of Amazon's begins with zeros. */
const JSON_BEGINNINGS: ReadonlySet<number> = new Set([0x7b, 0x5b]);

/** One step of a response's body. A break is a value. */
export type BytesStep =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'ended' }
  | { readonly kind: 'broke'; readonly failure: AttemptFailure };

/** The body of a response, read step by step. Nothing comes after a step that is no bytes. */
export interface ResponseBytes extends Arrivals<BytesStep> {
  readonly take: () => BytesStep;
  /** Reads on as long as `onBytes` wants more. Gives the last step. Never rejects, where `onBytes` does not throw. */
  readonly read: (onBytes: (bytes: Uint8Array) => boolean) => Promise<BytesStep>;
  /** Bytes read so far. */
  readonly size: () => number;
}

/** Reads a response's body step by step. After `maxBytes` it counts as broken: no answer is so long. */
export function responseBytes(
  body: ResponseBody,
  signal: AbortSignal,
  maxBytes = Number.POSITIVE_INFINITY,
): ResponseBytes {
  const arrivals = body.arrivals ?? arrivalsOf(body);
  let size = 0;
  const next = (): BytesStep => {
    if (size > maxBytes) {
      return WITHOUT_END;
    }
    const piece = arrivals.take();
    size += piece?.length ?? 0;
    return piece === undefined ? ENDED : { kind: 'bytes', bytes: piece };
  };
  const bytes: ResponseBytes = {
    isReady: (wake) => size > maxBytes || arrivals.isReady(wake),
    take: () => {
      try {
        return next();
      } catch (error) {
        return { kind: 'broke', failure: connectionFailure(error, signal) };
      }
    },
    read: async (onBytes) => {
      let last: BytesStep = ENDED;
      await takeWhile(bytes, (step) => {
        last = step;
        return step.kind === 'bytes' && onBytes(step.bytes);
      });
      return last;
    },
    size: () => size,
  };
  return bytes;
}

const ENDED: BytesStep = { kind: 'ended' };
const WITHOUT_END: BytesStep = { kind: 'broke', failure: { kind: 'malformed', reason: 'an answer without end' } };

/** Nothing of a stream is kept, and Lambda's responses end here. */
const MAX_BYTES = 200 * 1024 * 1024;
/** Of a plain call all is kept until it is whole: far above any model's longest answer of words. */
const MAX_PLAIN_BYTES = 64 * 1024 * 1024;

/** Bytes that are read of one answer's body at the most. Log probabilities are some two thousand bytes a token, and several answers as many times one. */
export function maxAnswerBytes({ stream, logprobs, limits }: Pick<Prompt, 'stream' | 'logprobs' | 'limits'>): number {
  return stream || logprobs !== undefined || limits.choices > 1 ? MAX_BYTES : MAX_PLAIN_BYTES;
}
