import type { AttemptFailure } from '../../model/attempt-failure.ts';
import type { ChatDelta } from '../../model/chat-delta.ts';
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
import type { ChatDecoder } from '../protocol.ts';
import { readAnthropicErrorEvent } from './anthropic-failure.ts';
import { finishDeltas, isCutOff } from './anthropic-finish.ts';
import { laterUsage, servedTier, toChatUsage } from './anthropic-usage.ts';
import {
  type ContentBlocks,
  contentBlocks,
  growBlock,
  startBlock,
  stopAllBlocks,
  stopBlock,
} from './content-blocks.ts';

/** Reads one response of the Messages API, streamed or whole. Source: Anthropic API reference, "Streaming Messages". */
export function anthropicDecoder(): ChatDecoder {
  const answer: Answer = { blocks: contentBlocks(), usage: {}, id: '', phase: 'waiting', isFinished: false };
  return {
    event: (event) => readWireEvent(answer, event),
    body: (json) => readBody(answer, json),
    end: () => endOf(answer),
    isComplete: () => answer.phase === 'complete',
  };
}

interface Answer {
  readonly blocks: ContentBlocks;
  usage: JsonObject;
  id: string;
  /** `waiting` for `message_start`; `garbled`: waiting, and something unreadable came; `failed` and `complete`: nothing more is read. */
  phase: 'waiting' | 'garbled' | 'started' | 'failed' | 'complete';
  /** Whether the reason for stopping has been seen. */
  isFinished: boolean;
}

function readWireEvent(answer: Answer, event: WireEvent): readonly ChatDelta[] {
  if (answer.phase === 'failed' || answer.phase === 'complete') {
    return [];
  }
  if (event.kind !== 'event') {
    return fail(answer, { kind: 'malformed', reason: event.name });
  }
  const json = parseJson(event.data);
  if (isJsonObject(json)) {
    return readEvent(answer, typeOf(json, event.name), json);
  }
  answer.phase = answer.phase === 'waiting' ? 'garbled' : answer.phase;
  return [];
}

/** Proxies send errors without a type of their own. */
function typeOf(json: JsonObject, name: string): string {
  const type = stringMember(json, 'type');
  return type ?? (objectMember(json, 'error') === undefined ? name : 'error');
}

/** An event of a type not listed is ignored, as Anthropic's versioning policy asks. */
function readEvent(answer: Answer, type: string, event: JsonObject): readonly ChatDelta[] {
  const index = numberMember(event, 'index') ?? 0;
  switch (type) {
    case 'message_start':
      return startMessage(answer, objectMember(event, 'message') ?? {});
    case 'content_block_start':
      return startBlock(answer.blocks, index, objectMember(event, 'content_block') ?? {}, answer.id);
    case 'content_block_delta':
      return growBlock(answer.blocks, index, objectMember(event, 'delta') ?? {});
    case 'content_block_stop':
      return stopBlock(answer.blocks, index);
    case 'message_delta':
      return [...usageDeltas(answer, event.usage), ...finish(answer, objectMember(event, 'delta') ?? {})];
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
function startMessage(answer: Answer, message: JsonObject): readonly ChatDelta[] {
  if (answer.blocks.hasBegun) {
    return fail(answer, { kind: 'malformed', reason: 'a second message_start after content' });
  }
  answer.phase = 'started';
  answer.id = stringMember(message, 'id') ?? '';
  return usageDeltas(answer, message.usage);
}

function usageDeltas(answer: Answer, usage: unknown): readonly ChatDelta[] {
  if (!isJsonObject(usage)) {
    return [];
  }
  const tier = servedTier(usage);
  answer.usage = laterUsage(answer.usage, usage);
  return [
    { type: 'usage-update', usage: toChatUsage(answer.usage) },
    ...(tier === undefined ? [] : [{ type: 'answer-info', fields: { service_tier: tier } } as const]),
  ];
}

/** A block that was cut off at the token limit stays as it is; one of a finished answer is ended where the vendor forgot to. */
function finish(answer: Answer, delta: JsonObject): readonly ChatDelta[] {
  const reason = stringMember(delta, 'stop_reason');
  if (reason === undefined || answer.isFinished) {
    return [];
  }
  answer.isFinished = true;
  const stopped = isCutOff(reason) ? [] : stopAllBlocks(answer.blocks);
  return [...stopped, ...finishDeltas(reason, objectMember(delta, 'stop_details'), answer.blocks.toolCalls)];
}

function completeMessage(answer: Answer): readonly ChatDelta[] {
  if (answer.phase !== 'started' && !answer.blocks.hasBegun) {
    return fail(answer, { kind: 'malformed', reason: 'message_stop without a message' });
  }
  answer.phase = 'complete';
  return finish(answer, { stop_reason: answer.blocks.toolCalls > 0 ? 'tool_use' : 'end_turn' });
}

function fail(answer: Answer, failure: AttemptFailure): readonly ChatDelta[] {
  answer.phase = 'failed';
  return [{ type: 'answer-failed', failure }];
}

/** A whole message is read as the events that would have told it. */
function readBody(answer: Answer, json: unknown): readonly ChatDelta[] {
  if (!isJsonObject(json)) {
    return fail(answer, { kind: 'malformed', reason: 'not a JSON object' });
  }
  if (typeOf(json, 'message') === 'error') {
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
function endOf(answer: Answer): readonly ChatDelta[] {
  if (answer.phase === 'failed' || answer.phase === 'complete' || answer.isFinished) {
    return [];
  }
  const isGarbage = answer.phase === 'garbled' && !answer.blocks.hasBegun;
  return fail(answer, isGarbage ? { kind: 'malformed', reason: 'no readable event' } : { kind: 'truncated' });
}
