import type { AnswerEvent } from '../../model/answer-event.ts';
import type { AttemptFailure } from '../../model/attempt-failure.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  numberMember,
  objectMember,
  parseJson,
  stringMember,
} from '../../wire/json.ts';
import type { WireEvent } from '../../wire/wire-event.ts';
import type { AnswerDecoder } from '../protocol.ts';
import { type ReadChunk, repeatedChunks } from '../repeated-chunks.ts';
import { readAnthropicErrorEvent } from './anthropic-failure.ts';
import { blockWords, type ContentBlocks, growBlock, startBlock, stopAllBlocks, stopBlock } from './content-blocks.ts';
import { aboutMembers, finishOf, laterMembers, laterUsage, SERVED_TIERS, usageOf } from './message-members.ts';

/** Reads one response of the Messages API, streamed or whole. Source: Anthropic API reference, "Streaming Messages", 2026-11. */
export function anthropicDecoder(): AnswerDecoder {
  const answer: Answer = {
    blocks: { open: new Map(), hasBegun: false, parts: 0, toolCalls: 0, textLength: 0 },
    usage: {},
    members: {},
    id: '',
    phase: 'waiting',
    isFinished: false,
  };
  const repeated = repeatedChunks();
  const readWhole = (event: WireEvent): ReadChunk => readWireEvent(answer, event);
  return {
    // After its end nothing more is read.
    event: (event) => (answer.phase === 'failed' || answer.phase === 'complete' ? [] : repeated.read(event, readWhole)),
    body: (json) => readBody(answer, json),
    end: () => endOf(answer),
    isComplete: () => answer.phase === 'complete',
  };
}

interface Answer {
  readonly blocks: ContentBlocks;
  usage: JsonObject;
  /** Members that no other dialect has. */
  members: JsonObject;
  id: string;
  /** `waiting` for `message_start`; `garbled`: waiting, and something unreadable came; `failed` and `complete`: nothing more is read. */
  phase: 'waiting' | 'garbled' | 'started' | 'failed' | 'complete';
  /** Whether the reason for stopping has been seen. */
  isFinished: boolean;
}

function readWireEvent(answer: Answer, event: WireEvent): ReadChunk {
  if (event.kind !== 'event') {
    return { events: fail(answer, { kind: 'malformed', reason: event.name }) };
  }
  const json = parseJson(event.data);
  if (isJsonObject(json)) {
    const events = readEvent(answer, stringMember(json, 'type') ?? untyped(json, event.name), json);
    return { events, words: blockWords(answer.blocks, indexOf(json), json.delta) };
  }
  answer.phase = answer.phase === 'waiting' ? 'garbled' : answer.phase;
  return { events: [] };
}

/** Proxies send errors without a type of their own. */
function untyped(json: JsonObject, name: string): string {
  return objectMember(json, 'error') === undefined ? name : 'error';
}

/** An event of a type not listed is ignored, as Anthropic's versioning policy asks. */
function readEvent(answer: Answer, type: string, event: JsonObject): readonly AnswerEvent[] {
  switch (type) {
    case 'message_start':
      return startMessage(answer, objectMember(event, 'message') ?? {});
    case 'content_block_start':
      return answer.isFinished
        ? []
        : startBlock(answer.blocks, indexOf(event), objectMember(event, 'content_block') ?? {}, answer.id);
    case 'content_block_delta':
      return answer.isFinished ? [] : growBlock(answer.blocks, indexOf(event), objectMember(event, 'delta') ?? {});
    case 'content_block_stop':
      return answer.isFinished ? [] : stopBlock(answer.blocks, indexOf(event));
    case 'message_delta':
      return readMessageDelta(answer, event);
    case 'message_stop':
      return completeMessage(answer);
    case 'ping':
      return [{ type: 'keep-alive' }];
    case 'error':
      return fail(answer, readAnthropicErrorEvent(event));
    default:
      return [];
  }
}

/** A block's number; of an only one some servers tell none. */
function indexOf(event: JsonObject): number {
  return numberMember(event, 'index') ?? 0;
}

/**
 * A second `message_start` before any content repeats the first and is harmless. After content it is another answer spliced into this
 * one: its text would be glued to a part of the first, so that the answer fails.
 */
function startMessage(answer: Answer, message: JsonObject): readonly AnswerEvent[] {
  if (answer.blocks.hasBegun) {
    return fail(answer, { kind: 'malformed', reason: 'a second message_start after content' });
  }
  answer.phase = 'started';
  const id = stringMember(message, 'id') ?? '';
  answer.id = id;
  return [
    ...(id === '' ? [] : [{ type: 'about', id } as const]),
    ...membersEvents(answer, message),
    ...usageEvents(answer, message.usage),
  ];
}

function readMessageDelta(answer: Answer, event: JsonObject): readonly AnswerEvent[] {
  const delta = objectMember(event, 'delta') ?? {};
  return [
    ...membersEvents(answer, { ...event, ...delta }),
    ...usageEvents(answer, event.usage),
    ...finish(answer, delta),
  ];
}

function membersEvents(answer: Answer, told: JsonObject): readonly AnswerEvent[] {
  const later = laterMembers(answer.members, told);
  if (later === answer.members) {
    return [];
  }
  answer.members = later;
  return [aboutMembers(later)];
}

function usageEvents(answer: Answer, usage: unknown): readonly AnswerEvent[] {
  if (!isJsonObject(usage)) {
    return [];
  }
  const serviceTier = SERVED_TIERS.get(usage.service_tier);
  answer.usage = laterUsage(answer.usage, usage);
  return [
    { type: 'usage', usage: usageOf(answer.usage) },
    ...(serviceTier === undefined ? [] : [{ type: 'about', serviceTier } as const]),
  ];
}

/** Parts of a finished answer are ended where the vendor forgot to, and those that the token limit cut off as they are. */
function finish(answer: Answer, ending: JsonObject): readonly AnswerEvent[] {
  const reason = stringMember(ending, 'stop_reason');
  if (reason === undefined || answer.isFinished) {
    return [];
  }
  const finish = finishOf(reason, ending, answer.blocks.toolCalls);
  if (finish.type === 'failed') {
    return fail(answer, finish.failure);
  }
  answer.isFinished = true;
  const refusal = reason === 'refusal' ? (stringMember(objectMember(ending, 'stop_details'), 'explanation') ?? '') : '';
  return [
    // Nothing is added to what is open in an answer that was cut off.
    ...(answer.blocks.open.size === 0 ? [] : stopAllBlocks(answer.blocks, finish.reason === 'length')),
    ...(refusal === '' ? [] : refusalEvents(answer.blocks, refusal)),
    finish,
  ];
}

/** The vendor's words for a refusal, which come with the end of the answer and in no block. */
function refusalEvents(blocks: ContentBlocks, text: string): readonly AnswerEvent[] {
  const part = blocks.parts;
  blocks.parts += 1;
  return [
    { type: 'part-start', choice: 0, part, begins: { kind: 'refusal' } },
    { type: 'part-delta', choice: 0, part, text },
    { type: 'part-end', choice: 0, part },
  ];
}

function completeMessage(answer: Answer): readonly AnswerEvent[] {
  if (answer.phase !== 'started' && !answer.blocks.hasBegun) {
    return fail(answer, { kind: 'malformed', reason: 'message_stop without a message' });
  }
  answer.phase = 'complete';
  return finish(answer, { stop_reason: '' });
}

function fail(answer: Answer, failure: AttemptFailure): readonly AnswerEvent[] {
  answer.phase = 'failed';
  return [{ type: 'failed', failure }];
}

/** A whole message is read as the events that would have told it. */
function readBody(answer: Answer, json: unknown): readonly AnswerEvent[] {
  if (!isJsonObject(json)) {
    return fail(answer, { kind: 'malformed', reason: 'not a JSON object' });
  }
  if ((stringMember(json, 'type') ?? untyped(json, 'message')) === 'error') {
    return fail(answer, readAnthropicErrorEvent(json));
  }
  if (!Array.isArray(json.content)) {
    return fail(answer, { kind: 'malformed', reason: 'no content' });
  }
  return [
    ...startMessage(answer, json),
    ...arrayMember(json, 'content').flatMap((block, index) => [
      ...startBlock(answer.blocks, index, isJsonObject(block) ? block : {}, answer.id),
      ...stopBlock(answer.blocks, index),
    ]),
    ...finish(answer, json),
    ...completeMessage(answer),
  ];
}

/** A stream that said why it stopped is complete without `message_stop`. */
function endOf(answer: Answer): readonly AnswerEvent[] {
  if (answer.phase === 'failed' || answer.phase === 'complete' || answer.isFinished) {
    return [];
  }
  const isGarbage = answer.phase === 'garbled' && !answer.blocks.hasBegun;
  return fail(answer, isGarbage ? { kind: 'malformed', reason: 'no readable event' } : { kind: 'truncated' });
}
