import type { AnswerEvent } from '../../model/answer-event.ts';
import type { AttemptFailure } from '../../model/attempt-failure.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, parseJson, stringMember } from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import type { AnswerDecoder } from '../protocol.ts';
import { type ReadChunk, readChunk, repeatedChunks } from '../repeated-chunks.ts';
import { type AnswerBlocks, answerBlocks } from './bedrock-blocks.ts';
import { readStreamException } from './bedrock-failure.ts';
import { endingOf, finishOf } from './bedrock-finish.ts';
import { bedrockUsage } from './bedrock-usage.ts';
import { streamedBlock } from './bedrock-whole-block.ts';

/**
 * Reads one Converse or ConverseStream response. The answer's ending is `messageStop`; the usage comes after it, in `metadata`, and
 * an answer without it is complete all the same. Source: Amazon Bedrock API reference, "ConverseStream", 2026-11.
 */
export function bedrockDecoder(): AnswerDecoder {
  const answer: Answer = { blocks: answerBlocks(), phase: 'open', hasContent: false, unreadable: 0 };
  const chunks = repeatedChunks(answer, readEvent);
  return {
    event: (event) => (isOver(answer) ? [] : readChunk(chunks, event)),
    body: (json) => readBody(answer, json),
    end: () => readEnd(answer),
    isComplete: () => isOver(answer),
  };
}

interface Answer {
  readonly blocks: AnswerBlocks;
  /** `stopped`: `messageStop` was seen, and the usage not yet. After `complete` and `failed` nothing more is said. */
  phase: 'open' | 'stopped' | 'complete' | 'failed';
  hasContent: boolean;
  /** Events whose payload was no JSON object. */
  unreadable: number;
}

function isOver({ phase }: Answer): boolean {
  return phase === 'complete' || phase === 'failed';
}

function readEvent(answer: Answer, event: WireEvent): ReadChunk {
  switch (event.kind) {
    case 'event':
      return readPayload(answer, event);
    case 'exception':
    case 'error':
      return { events: readBreak(answer, event) };
  }
}

/** An event that cannot be read is skipped, so that the answer goes on; it matters only where nothing else came. */
function readPayload(answer: Answer, event: WireEvent): ReadChunk {
  const payload = parseJson(event.data);
  if (!isJsonObject(payload)) {
    answer.unreadable += 1;
    return { events: [] };
  }
  const events = takePayload(answer, event.name, payload);
  return { events, words: answer.blocks.words(payload) };
}

function takePayload(answer: Answer, name: string, payload: JsonObject): readonly AnswerEvent[] {
  if (name === 'metadata') {
    return takeMetadata(answer, payload);
  }
  if (answer.phase !== 'open') {
    return [];
  }
  switch (name) {
    case 'contentBlockStart':
      return withContent(answer, answer.blocks.start(payload));
    case 'contentBlockDelta':
      return withContent(answer, answer.blocks.delta(payload));
    case 'contentBlockStop':
      return withContent(answer, answer.blocks.stop(payload));
    case 'messageStop':
      return takeStop(answer, payload);
    default:
      return [];
  }
}

function withContent(answer: Answer, events: readonly AnswerEvent[]): readonly AnswerEvent[] {
  answer.hasContent ||= events.length > 0;
  return events;
}

/** What the token limit cut off stays as it is. `stop`: `messageStop` or the whole body. */
function takeStop(answer: Answer, stop: JsonObject): readonly AnswerEvent[] {
  const ending = endingOf(stringMember(stop, 'stopReason') ?? '', answer.blocks.calls());
  if (ending.kind === 'failed') {
    const { failure } = ending;
    const said = `The model's output was malformed: ${stop.stopReason}.`;
    return fail(answer, failure.kind === 'malformed' ? malformed(said) : failure);
  }
  answer.phase = 'stopped';
  const ended = answer.blocks.stopAll(ending.reason === 'length');
  return [...ended, finishOf(ending.reason, stop, answer.blocks.calls())];
}

function takeMetadata(answer: Answer, payload: JsonObject): readonly AnswerEvent[] {
  const usage = objectMember(payload, 'usage');
  const tier = stringMember(objectMember(payload, 'serviceTier'), 'type');
  if (answer.phase === 'stopped') {
    answer.phase = 'complete';
  }
  return [
    ...(usage === undefined ? [] : [{ type: 'usage', usage: bedrockUsage(usage) } as const]),
    ...(tier === undefined ? [] : [{ type: 'about', serviceTier: tier } as const]),
  ];
}

/** What breaks after `messageStop` breaks nothing: only the usage is missing. */
function readBreak(answer: Answer, event: WireEvent): readonly AnswerEvent[] {
  if (answer.phase === 'stopped') {
    answer.phase = 'complete';
    return [];
  }
  if (event.kind === 'error' && event.name === 'truncated-frame') {
    return readEnd(answer);
  }
  const isMalformed = event.kind === 'error' && event.name === 'malformed-frame';
  return fail(answer, isMalformed ? malformed(event.data) : readStreamException(event));
}

function readEnd(answer: Answer): readonly AnswerEvent[] {
  if (answer.phase !== 'open') {
    return [];
  }
  const isGarbage = answer.unreadable > 0 && !answer.hasContent;
  return fail(answer, isGarbage ? malformed('No event of the stream could be read.') : { kind: 'truncated' });
}

function readBody(answer: Answer, json: unknown): readonly AnswerEvent[] {
  const message = objectMember(objectMember(json, 'output'), 'message');
  if (!isJsonObject(json) || message === undefined) {
    return fail(answer, notConverse(json));
  }
  const parts = arrayMember(message, 'content').flatMap((block, index) => readBlock(answer.blocks, block, index));
  const ending = takeStop(answer, json);
  return answer.phase === 'stopped' ? [...parts, ...ending, ...takeMetadata(answer, json)] : [...parts, ...ending];
}

function readBlock(blocks: AnswerBlocks, block: unknown, index: number): readonly AnswerEvent[] {
  const { start, deltas } = streamedBlock(block, index);
  return [
    ...(start === undefined ? [] : blocks.start(start)),
    ...deltas.flatMap(blocks.delta),
    ...blocks.stop({ contentBlockIndex: index }),
  ];
}

/** With a wrong path Bedrock answers 2xx and names the exception in the body (vercel/ai#17523). */
function notConverse(json: unknown): AttemptFailure {
  const name = stringMember(objectMember(json, 'Output'), '__type')?.split('#').at(-1);
  if (name === undefined) {
    return malformed('The body is no Converse answer.');
  }
  const message = 'Bedrock knows no such operation: check the base URL and the model id.';
  return { kind: 'malformed', reason: name, vendor: { status: 502, message, code: name } };
}

function malformed(reason: string): AttemptFailure {
  return { kind: 'malformed', reason };
}

function fail(answer: Answer, failure: AttemptFailure): readonly AnswerEvent[] {
  answer.phase = 'failed';
  return [{ type: 'failed', failure }];
}
