import { type AnswerEvent, isContent } from '../model/answer-event.ts';
import { type Arrivals, arrivalsOf } from '../model/arrivals.ts';
import type { AttemptFailure } from '../model/attempt-failure.ts';
import { toolFeeUsd } from '../model/cost.ts';
import type { UpstreamRequest, UpstreamResponse } from '../model/dial.ts';
import type { Dialect } from '../model/dialect.ts';
import type { Usage } from '../model/usage.ts';
import type { Protocol, Target } from '../protocols/protocol.ts';
import { textWeight } from '../wire/text-weight.ts';
import { connectionFailure } from './connection-failure.ts';
import { cleanFailure, secretsOf } from './failed-response.ts';
import { type ResponseDecoder, responseDecoder } from './response-body.ts';
import { isCredible, isReading } from './spent-usage.ts';

/** The body of a response that may be an answer, and what is known of the answer as far as it has been read. */
export interface AnswerReading extends ReadingSetting {
  readonly arrivals: Arrivals<Uint8Array>;
  readonly decoder: ResponseDecoder;
  /** Of the body, at the most. */
  readonly maxBytes: number;
  /** What was sent, for sentences that quote it. */
  readonly request: object;
  /** The headers that it was sent with. */
  readonly shown: UpstreamResponse['shown'];
  bodyBytes: number;
  /** Whether no more bytes come. */
  hasEnded: boolean;
  /** Choices without their finish reason. */
  choicesLeft: number;
  /** Whether any event has been content, and whether one of those that came last. */
  hasContent: boolean;
  hasMoved: boolean;
  /** Of its text, in UTF-8. */
  answerBytes: number;
  usage: Usage | undefined;
}

/** What a reading begins with. */
interface ReadingSetting {
  /** Aborted when nothing more is wanted. */
  readonly signal: AbortSignal;
  /** Whose words the answer is in. */
  readonly dialect: Dialect;
  /** What the vendor asks for beside tokens, US dollars. */
  feesUsd: number;
  /** Whether the vendor's own tools have read what it has not told the tokens of. */
  readsUntold: boolean;
}

/** What is asked for, by which its answer is read. */
export interface AskedForAnswer {
  readonly protocol: Protocol;
  readonly target: Target;
  readonly request: UpstreamRequest;
  /** How many choices the answer will have. */
  readonly choices: number;
  /** Of the answer's body, at the most. @default without a bound */
  readonly maxBytes?: number;
}

/** The reading of a response of which no byte has been read. */
export function answerReading(
  { body, shown }: UpstreamResponse,
  { protocol, target, choices, request, maxBytes = Number.POSITIVE_INFINITY }: AskedForAnswer,
  setting: ReadingSetting,
): AnswerReading {
  return {
    ...setting,
    arrivals: body.arrivals ?? arrivalsOf(body),
    decoder: responseDecoder(protocol.framing, protocol.decoder(target, choices)),
    maxBytes,
    request: request.body,
    shown,
    bodyBytes: 0,
    hasEnded: false,
    choicesLeft: choices,
    hasContent: false,
    hasMoved: false,
    answerBytes: 0,
    usage: undefined,
  };
}

/** Reads the next bytes, or the body's end: their events, without counts that cannot be true and with failures that may be shown. */
export function nextEvents(reading: AnswerReading): readonly AnswerEvent[] {
  const believed: AnswerEvent[] = [];
  reading.hasMoved = false;
  for (const event of decodedNext(reading)) {
    if (event.type === 'failed') {
      believed.push({ ...event, failure: cleanFailure(event.failure, secretsOf(reading.shown), reading.request) });
    } else if (event.type !== 'usage' || isCredible(event.usage)) {
      note(reading, event);
      believed.push(event);
    }
  }
  reading.hasContent ||= reading.hasMoved;
  return believed;
}

function decodedNext(reading: AnswerReading): readonly AnswerEvent[] {
  const { arrivals, decoder, signal } = reading;
  if (reading.bodyBytes > reading.maxBytes) {
    return ending(reading, { kind: 'malformed', reason: 'an answer without end' });
  }
  let bytes: Uint8Array | undefined;
  try {
    bytes = arrivals.take();
  } catch (error) {
    return ending(reading, connectionFailure(error, signal));
  }
  if (bytes === undefined) {
    reading.hasEnded = true;
    return decoder.end();
  }
  reading.bodyBytes += bytes.length;
  return decoder.push(bytes);
}

/** A connection that breaks after the last finish reason has cut nothing off. Any other break is its own failure, not `truncated`. */
function ending(reading: AnswerReading, failure: AttemptFailure): readonly AnswerEvent[] {
  reading.hasEnded = true;
  const last = failure.kind === 'aborted' ? [] : reading.decoder.end();
  const finished = last.filter(({ type }) => type === 'finish').length;
  const isWhole = failure.kind !== 'aborted' && last.at(-1)?.type !== 'failed' && finished >= reading.choicesLeft;
  return isWhole ? last : [{ type: 'failed', failure }];
}

/** Notes what an event says of the answer. */
function note(reading: AnswerReading, event: AnswerEvent): void {
  switch (event.type) {
    case 'part-delta':
      reading.hasMoved = true;
      reading.answerBytes += textWeight(event.text);
      break;
    case 'part-start':
      reading.hasMoved ||= isContent(event);
      if (event.begins.kind === 'opaque' || event.begins.kind === 'media') {
        reading.feesUsd += toolFeeUsd(event.begins, reading.dialect);
        reading.readsUntold ||= isReading(event.begins);
      }
      break;
    case 'usage':
      reading.usage = event.usage;
      reading.readsUntold = false;
      break;
    case 'finish':
      reading.choicesLeft -= 1;
      break;
  }
}

/** What a vendor says before its first content at the most. */
const MAX_EVENTS = 100_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** The same where none of it is an event yet: a whole answer in one body may hold pictures. */
const MAX_SILENT_BYTES = 64 * 1024 * 1024;

/** Whether a beginning without content is longer than any answer's: so many events, from so many bytes of the body. */
export function isEndless(events: number, bodyBytes: number): boolean {
  return events > MAX_EVENTS || bodyBytes > (events > 0 ? MAX_BYTES : MAX_SILENT_BYTES);
}
