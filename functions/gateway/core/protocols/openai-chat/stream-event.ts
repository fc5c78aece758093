import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { codeWord } from '../../model/vendor-text.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import { impliedError, statedError } from './openai-error.ts';
import { streamedFailure } from './openai-failure.ts';

/** What one event of a stream, or one body, is. */
export type StreamEvent =
  | { readonly kind: 'chunk'; readonly chunk: JsonObject }
  | { readonly kind: 'done' }
  | { readonly kind: 'keep-alive' }
  /** `chunk`: what the error came in. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure; readonly chunk: JsonObject }
  /** Not JSON, or not an object. */
  | { readonly kind: 'unreadable' };

/** Tells what an event is. An error counts wherever a server puts it: `event: error`, or an `error` member of any chunk. */
export function streamEvent({ kind, name, data }: WireEvent): StreamEvent {
  if (kind !== 'event') {
    const reason = codeWord(name) ?? 'a message of an unknown kind';
    return { kind: 'failed', failure: { kind: 'malformed', reason }, chunk: {} };
  }
  const text = data.trim();
  if (text === '[DONE]') {
    return { kind: 'done' };
  }
  if (name === 'ping' || text === '') {
    return { kind: 'keep-alive' };
  }
  return name === 'error' ? errorEvent(text) : jsonEvent(parseJson(text));
}

function errorEvent(text: string): StreamEvent {
  const json = parseJson(text);
  return { kind: 'failed', failure: streamedFailure(impliedError(json) ?? { message: text }), chunk: chunkOf(json) };
}

/** Tells what a chunk's or a body's JSON is. */
export function jsonEvent(json: unknown): StreamEvent {
  const error = statedError(json);
  if (error !== undefined) {
    return { kind: 'failed', failure: streamedFailure(error), chunk: chunkOf(json) };
  }
  return isJsonObject(json) ? { kind: 'chunk', chunk: json } : { kind: 'unreadable' };
}

function chunkOf(json: unknown): JsonObject {
  return isJsonObject(json) ? json : {};
}
