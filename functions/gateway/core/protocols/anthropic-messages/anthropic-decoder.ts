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
import { type ReadChunk, readChunk, repeatedChunks } from '../repeated-chunks.ts';
import { readAnthropicErrorEvent } from './anthropic-failure.ts';
import { blockWords, type ContentBlocks, growBlock, startBlock, stopAllBlocks, stopBlock } from './content-blocks.ts';
import { finishOf, laterUsage, READ_MEMBERS, SERVED_TIERS, usageOf } from './message-members.ts';

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
  const chunks = repeatedChunks(answer, readWireEvent);
  return {
    // After its end nothing more is read.
    event: (event) => (answer.phase === 'failed' || answer.phase === 'complete' ? [] : readChunk(chunks, event)),
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
  if (!isJsonObject(json)) {
    answer.phase = answer.phase === 'waiting' ? 'garbled' : answer.phase;
    return { events: [] };
  }
  // A block's number; of an only one some servers tell none.
  const index = numberMember(json, 'index') ?? 0;
  const events = readEvent(answer, stringMember(json, 'type') ?? untyped(json, event.name), json, index);
  return { events, words: json.delta === undefined ? undefined : blockWords(answer.blocks, index, json.delta) };
}

/** Proxies send errors without a type of their own. */
function untyped(json: JsonObject, name: string): string {
  return objectMember(json, 'error') === undefined ? name : 'error';
}

/** An event of a type not listed is ignored, as Anthropic's versioning policy asks. */
function readEvent(answer: Answer, type: string, event: JsonObject, index: number): readonly AnswerEvent[] {
  switch (type) {
    case 'message_start':
      return startMessage(answer, objectMember(event, 'message') ?? {});
    case 'content_block_start':
      return answer.isFinished
        ? []
        : startBlock(answer.blocks, index, objectMember(event, 'content_block') ?? {}, answer.id);
    case 'content_block_delta':
      return answer.isFinished ? [] : growBlock(answer.blocks, index, objectMember(event, 'delta') ?? {});
    case 'content_block_stop':
      return answer.isFinished ? [] : stopBlock(answer.blocks, index);
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

/**
 * A second `message_start` before any content repeats the first and is harmless. After content it is another answer spliced into this
 * one: its text would be glued to a part of the first, so that the answer fails.
 */
function startMessage(answer: Answer, message: JsonObject): readonly AnswerEvent[] {
  if (answer.blocks.hasBegun) {
    return fail(answer, { kind: 'malformed', reason: 'a second message_start after content' });
  }
  answer.phase = 'started';
  answer.id = stringMember(message, 'id') ?? '';
  const about = aboutMessage(answer, message, message.usage);
  return answer.id === '' ? about : [{ type: 'about', id: answer.id }, ...about];
}

function readMessageDelta(answer: Answer, event: JsonObject): readonly AnswerEvent[] {
  const delta = objectMember(event, 'delta') ?? {};
  return [...aboutMessage(answer, { ...event, ...delta }, event.usage), ...finish(answer, delta)];
}

/**
 * What an event tells of the message as a whole: members that no other dialect has, as `container`, `context_management`, `stop_details`,
 * counts, and the tier that served it. Nulls say nothing.
 */
function aboutMessage(answer: Answer, told: JsonObject, usage: unknown): readonly AnswerEvent[] {
  const events: AnswerEvent[] = [];
  const others = Object.entries(told).filter(([name, value]) => !READ_MEMBERS.has(name) && (value ?? null) !== null);
  if (others.length > 0) {
    answer.members = { ...answer.members, ...Object.fromEntries(others) };
    events.push({
      type: 'about',
      native: { dialect: 'anthropic-messages', value: answer.members, ifForeign: 'ignore' },
    });
  }
  if (isJsonObject(usage)) {
    answer.usage = laterUsage(answer.usage, usage);
    events.push({ type: 'usage', usage: usageOf(answer.usage) });
    const serviceTier = SERVED_TIERS.get(usage.service_tier);
    if (serviceTier !== undefined) {
      events.push({ type: 'about', serviceTier });
    }
  }
  return events;
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
  return answer.isFinished ? [] : finish(answer, { stop_reason: '' });
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
