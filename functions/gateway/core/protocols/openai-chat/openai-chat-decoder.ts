import type { AnswerEvent } from '../../model/answer-event.ts';
import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { codeWord } from '../../model/vendor-text.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, parseJson } from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import type { AnswerDecoder, Target } from '../protocol.ts';
import { type ChunkWords, type ReadChunk, readChunk, repeatedChunks } from '../repeated-chunks.ts';
import { answerInfoReader, usageOf } from './answer-info.ts';
import { wordsMember } from './choice-content.ts';
import { type ChoiceSet, choiceSet } from './choice-set.ts';
import { impliedError, statedError, streamedFailure } from './openai-failure.ts';

/**
 * Reads one answer of an OpenAI-shaped server. A finish reason ends a choice, and `[DONE]` ends the answer also where a server leaves the
 * reason out; a stream with neither, or without one of the `asked` choices, is truncated. An event that is not JSON is skipped while others
 * can be read. What goes wrong after the last ending has cut nothing off.
 */
export function openAiChatDecoder({ vendor }: Pick<Target, 'vendor'> = {}, asked = 1): AnswerDecoder {
  const answer: Answer = {
    choices: choiceSet(vendor !== 'openai' && vendor !== 'azure'),
    readInfo: answerInfoReader(),
    progress: 'reading',
    skipsEvents: false,
  };
  const chunks = repeatedChunks(answer, readEvent);
  return {
    event: (event) => (answer.progress === 'reading' ? readChunk(chunks, event) : []),
    body: (json) => {
      const deltas = read(answer, jsonEvent(json));
      return answer.progress === 'failed' ? deltas : [...deltas, ...finishBody(answer)];
    },
    end: () => (answer.progress === 'reading' ? end(answer, asked) : []),
    isComplete: () => answer.progress !== 'reading',
  };
}

interface Answer {
  readonly choices: ChoiceSet;
  readonly readInfo: (chunk: JsonObject) => readonly AnswerEvent[];
  progress: 'reading' | 'complete' | 'failed';
  /** Whether an event could not be read. */
  skipsEvents: boolean;
}

function readEvent(answer: Answer, event: WireEvent): ReadChunk {
  const chunk = chunkIn(event);
  return chunk === undefined
    ? { events: read(answer, streamEvent(event)) }
    : { events: readDeltas(answer, chunk), words: wordsIn(answer, chunk) };
}

/** The chunk that an event is, as nearly every one; `undefined` where it is or may be something else. */
function chunkIn({ kind, name, data }: WireEvent): JsonObject | undefined {
  const isOther = kind !== 'event' || name === 'error' || name === 'ping' || !data.startsWith('{');
  const json = isOther ? undefined : parseJson(data);
  return isJsonObject(json) && statedError(json) === undefined ? json : undefined;
}

/** The words of a chunk's only choice. */
function wordsIn({ choices }: Answer, chunk: JsonObject): ChunkWords | undefined {
  const [choice, ...others] = arrayMember(chunk, 'choices');
  const name = others.length === 0 ? wordsMember(objectMember(choice, 'delta') ?? {}) : undefined;
  return name === undefined ? undefined : { member: name, again: (text) => choices.again(name, text) };
}

function end(answer: Answer, asked: number): readonly AnswerEvent[] {
  return isWhole(answer, asked) ? answer.choices.settle() : failUnfinished(answer);
}

/** Whether a stream that ends here without `[DONE]` has left nothing out. A choice that never began may have been cut off too. */
function isWhole({ choices }: Answer, asked: number): boolean {
  return choices.areFinished() && choices.count() >= asked;
}

function read(answer: Answer, event: StreamEvent): readonly AnswerEvent[] {
  switch (event.kind) {
    case 'chunk':
      return readDeltas(answer, event.chunk);
    case 'done':
      return finish(answer);
    case 'keep-alive':
      return [{ type: 'keep-alive' }];
    case 'failed':
      return readFailure(answer, event);
    case 'unreadable':
      answer.skipsEvents = true;
      return [];
  }
}

/** An error may tell the usage, and cuts nothing off where every choice has ended: OpenRouter says so at a limit. */
function readFailure(
  answer: Answer,
  { failure, chunk }: Extract<StreamEvent, { kind: 'failed' }>,
): readonly AnswerEvent[] {
  const counted = usageOf(chunk);
  const usage: readonly AnswerEvent[] = counted === undefined ? [] : [{ type: 'usage', usage: counted }];
  if (!answer.choices.areFinished()) {
    return [...usage, ...fail(answer, failure)];
  }
  answer.progress = 'complete';
  return [...answer.choices.settle(), ...usage];
}

function readDeltas(answer: Answer, chunk: JsonObject): readonly AnswerEvent[] {
  const isWordless = arrayMember(chunk, 'choices').length === 0;
  const choices = isWordless ? answer.choices.settle() : answer.choices.read(chunk);
  const usage = usageOf(chunk);
  if (choices.some(({ type }) => type === 'failed')) {
    answer.progress = 'failed';
  } else if (isWordless && usage !== undefined && answer.choices.areFinished()) {
    // The usage has a chunk of its own, the last: some servers then neither say [DONE] nor close.
    answer.progress = 'complete';
  }
  const said = [...answer.readInfo(chunk), ...choices];
  return usage === undefined ? said : [...said, { type: 'usage', usage }];
}

/** `[DONE]`: every choice has ended, also one whose finish reason was left out. */
function finish(answer: Answer): readonly AnswerEvent[] {
  if (!answer.choices.haveAnswer()) {
    return failUnfinished(answer);
  }
  answer.progress = 'complete';
  return answer.choices.close();
}

function finishBody(answer: Answer): readonly AnswerEvent[] {
  return answer.choices.count() === 0
    ? fail(answer, { kind: 'malformed', reason: 'a body without choices' })
    : finish(answer);
}

/** A stream that ended without an answer's ending. */
function failUnfinished(answer: Answer): readonly AnswerEvent[] {
  const isGarbage = answer.skipsEvents && !answer.choices.haveAnswer();
  return fail(answer, isGarbage ? { kind: 'malformed', reason: 'events that are not JSON' } : { kind: 'truncated' });
}

function fail(answer: Answer, failure: AttemptFailure): readonly AnswerEvent[] {
  answer.progress = 'failed';
  return [{ type: 'failed', failure }];
}

/** What one event of a stream, or one body, is. */
type StreamEvent =
  | { readonly kind: 'chunk'; readonly chunk: JsonObject }
  | { readonly kind: 'done' }
  | { readonly kind: 'keep-alive' }
  /** `chunk`: what the error came in. */
  | { readonly kind: 'failed'; readonly failure: AttemptFailure; readonly chunk: JsonObject }
  /** Not JSON, or not an object. */
  | { readonly kind: 'unreadable' };

/** Tells what an event is. An error counts wherever a server puts it: `event: error`, or an `error` member of any chunk. */
function streamEvent({ kind, name, data }: WireEvent): StreamEvent {
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
function jsonEvent(json: unknown): StreamEvent {
  const error = statedError(json);
  if (error !== undefined) {
    return { kind: 'failed', failure: streamedFailure(error), chunk: chunkOf(json) };
  }
  return isJsonObject(json) ? { kind: 'chunk', chunk: json } : { kind: 'unreadable' };
}

function chunkOf(json: unknown): JsonObject {
  return isJsonObject(json) ? json : {};
}
