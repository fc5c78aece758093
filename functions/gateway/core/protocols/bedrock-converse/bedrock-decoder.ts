import type { AttemptFailure } from '../../model/attempt-failure.ts';
import type { ChatDelta } from '../../model/chat-delta.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, parseJson, stringMember } from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import type { ChatDecoder } from '../protocol.ts';
import { type AnswerBlocks, answerBlocks, streamedBlock } from './bedrock-blocks.ts';
import { readStreamException } from './bedrock-failure.ts';
import { endingOf } from './bedrock-finish.ts';
import { bedrockUsage } from './bedrock-usage.ts';

/**
 * Reads one Converse or ConverseStream response. The answer's ending is `messageStop`; the usage comes after it, in `metadata`, and
 * an answer without it is complete all the same. Source: Amazon Bedrock API reference, "ConverseStream".
 */
export function bedrockDecoder(): ChatDecoder {
  const answer: Answer = { blocks: answerBlocks(), phase: 'open', hasContent: false, unreadable: 0 };
  return {
    event: (event) => readEvent(answer, event),
    body: (json) => readBody(answer, json),
    end: () => readEnd(answer),
    isComplete: () => answer.phase === 'complete' || answer.phase === 'failed',
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

function readEvent(answer: Answer, event: WireEvent): readonly ChatDelta[] {
  if (answer.phase === 'complete' || answer.phase === 'failed') {
    return [];
  }
  switch (event.kind) {
    case 'event':
      return readPayload(answer, event);
    case 'exception':
    case 'error':
      return readBreak(answer, event);
  }
}

/** An event that cannot be read is skipped, so that the answer goes on; it matters only where nothing else came. */
function readPayload(answer: Answer, event: WireEvent): readonly ChatDelta[] {
  const payload = parseJson(event.data);
  if (!isJsonObject(payload)) {
    answer.unreadable += 1;
    return [];
  }
  return takePayload(answer, event.name, payload);
}

function takePayload(answer: Answer, name: string, payload: JsonObject): readonly ChatDelta[] {
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
      return takeStop(answer, stringMember(payload, 'stopReason') ?? '');
    default:
      return [];
  }
}

function withContent(answer: Answer, deltas: readonly ChatDelta[]): readonly ChatDelta[] {
  answer.hasContent ||= deltas.length > 0;
  return deltas;
}

function takeStop(answer: Answer, stopReason: string): readonly ChatDelta[] {
  const ending = endingOf(stopReason);
  const held = answer.blocks.stopAll();
  if (ending.kind === 'malformed') {
    return [...held, ...fail(answer, malformed(`The model's output was malformed: ${stopReason}.`))];
  }
  answer.phase = 'stopped';
  return [...held, { type: 'choice-finish', choice: 0, reason: reasonFor(answer, ending.reason), native: stopReason }];
}

type Finish = Extract<ChatDelta, { type: 'choice-finish' }>['reason'];

/** `tool_use` may mean the forced tool of a JSON schema, which the caller never sees; and some models end a call with `end_turn`. */
function reasonFor(answer: Answer, reason: Finish): Finish {
  if (reason !== 'stop' && reason !== 'tool_calls') {
    return reason;
  }
  return answer.blocks.calls() > 0 ? 'tool_calls' : 'stop';
}

function takeMetadata(answer: Answer, payload: JsonObject): readonly ChatDelta[] {
  const usage = objectMember(payload, 'usage');
  const tier = stringMember(objectMember(payload, 'serviceTier'), 'type');
  if (answer.phase === 'stopped') {
    answer.phase = 'complete';
  }
  return [
    ...(usage === undefined ? [] : [{ type: 'usage-update', usage: bedrockUsage(usage) } as const]),
    ...(tier === undefined ? [] : [{ type: 'answer-info', fields: { service_tier: tier } } as const]),
  ];
}

/** What breaks after `messageStop` breaks nothing: only the usage is missing. */
function readBreak(answer: Answer, event: WireEvent): readonly ChatDelta[] {
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

function readEnd(answer: Answer): readonly ChatDelta[] {
  if (answer.phase !== 'open') {
    return [];
  }
  const isGarbage = answer.unreadable > 0 && !answer.hasContent;
  return fail(answer, isGarbage ? malformed('No event of the stream could be read.') : { kind: 'truncated' });
}

function readBody(answer: Answer, json: unknown): readonly ChatDelta[] {
  const message = objectMember(objectMember(json, 'output'), 'message');
  if (!isJsonObject(json) || message === undefined) {
    return fail(answer, notConverse(json));
  }
  const deltas = arrayMember(message, 'content').flatMap((block, index) => readBlock(answer.blocks, block, index));
  const ending = takeStop(answer, stringMember(json, 'stopReason') ?? '');
  return answer.phase === 'stopped' ? [...deltas, ...ending, ...takeMetadata(answer, json)] : [...deltas, ...ending];
}

function readBlock(blocks: AnswerBlocks, block: unknown, index: number): readonly ChatDelta[] {
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

function fail(answer: Answer, failure: AttemptFailure): readonly ChatDelta[] {
  answer.phase = 'failed';
  return [{ type: 'answer-failed', failure }];
}
