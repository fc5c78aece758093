import { type JsonObject, parseJson } from '../../../functions/gateway/core/wire/json.ts';
import { anthropicErrorBody, anthropicFailure } from './anthropic-failure.ts';
import { readAnthropicRequest } from './anthropic-request.ts';
import { sseFrame } from './sse-frame.ts';
import type { VendorWire, WireAnswer, WireFinish, WirePart, WireStream, WireUsage } from './vendor-wire.ts';

/** Anthropic Messages. Source: Anthropic API reference, "Messages" and "Streaming messages". */
export const anthropicWire: VendorWire = {
  basePath: '/v1',
  streamContentType: 'text/event-stream; charset=utf-8',
  credential: (headers) => headers['x-api-key'] ?? /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1],
  readRequest: readAnthropicRequest,
  answerHeaders: (id) => ({ 'request-id': `req_${id}` }),
  stream,
  body,
  failure: anthropicFailure,
  errorEvent: (meaning, details = {}) => sseFrame(anthropicErrorBody(meaning, details), { name: 'error' }),
  malformedEvent: sseFrame('{"type":"content_block_delta","index":0,"delta":{"type":"text_de', {
    name: 'content_block_delta',
  }),
};

const STOP_REASONS: Readonly<Record<WireFinish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'refusal',
};

function event(type: string, members: JsonObject = {}): Uint8Array {
  return sseFrame({ type, ...members }, { name: type });
}

function stream(answer: WireAnswer): WireStream {
  const blocks = answer.parts.map((part, index) => blockOf(part, index, answer.id));
  const [first] = blocks;
  // A tool call's opening is content; that of a text or of a thought only announces it.
  const opensInPrelude = first !== undefined && answer.parts[0]?.kind !== 'tool-call';
  const message = { ...aboutOf(answer), content: [], stop_reason: null, stop_sequence: null };
  const start = event('message_start', { message: { ...message, usage: usageAtStart(answer.usage) } });
  const ping = event('ping');
  return {
    prelude: opensInPrelude ? [start, first.open, ping] : [start, ping],
    content: blocks.flatMap((block, index) => contentOf(block, blocks[index - 1], index === 0 && opensInPrelude)),
    ending: [
      ...blocks.slice(-1).map((block) => block.close),
      event('message_delta', { delta: stopOf(answer), usage: usageAtEnd(answer.usage) }),
      event('message_stop'),
    ],
  };
}

interface Block {
  readonly isToolCall: boolean;
  readonly open: Uint8Array;
  readonly deltas: readonly Uint8Array[];
  readonly close: Uint8Array;
}

function blockOf(part: WirePart, index: number, answerId: string): Block {
  const delta = (one: JsonObject): Uint8Array => event('content_block_delta', { index, delta: one });
  const open = (block: JsonObject): Uint8Array => event('content_block_start', { index, content_block: block });
  const stop = event('content_block_stop', { index });
  switch (part.kind) {
    case 'text':
      return {
        isToolCall: false,
        open: open({ type: 'text', text: '' }),
        deltas: part.fragments.map((text) => delta({ type: 'text_delta', text })),
        close: stop,
      };
    case 'reasoning':
      return {
        isToolCall: false,
        open: open({ type: 'thinking', thinking: '', signature: '' }),
        deltas: part.fragments.map((thinking) => delta({ type: 'thinking_delta', thinking })),
        close: joined(delta({ type: 'signature_delta', signature: SIGNATURE }), stop),
      };
    case 'tool-call':
      return {
        isToolCall: true,
        // The real API begins every tool call with an empty fragment.
        open: joined(
          open({ type: 'tool_use', id: callId(part, index, answerId), name: part.name, input: {} }),
          delta({ type: 'input_json_delta', partial_json: '' }),
        ),
        deltas: part.fragments.map((text) => delta({ type: 'input_json_delta', partial_json: text })),
        close: stop,
      };
  }
}

const SIGNATURE = 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==';

/** A block's pieces. The end of the block before, and its own opening unless that was sent, go with the first. */
function contentOf(block: Block, before: Block | undefined, isOpened: boolean): Uint8Array[] {
  const lead = [...(before === undefined ? [] : [before.close]), ...(isOpened ? [] : [block.open])];
  if (block.isToolCall) {
    return [joined(...lead), ...block.deltas];
  }
  const [first, ...others] = block.deltas;
  return [joined(...lead, ...(first === undefined ? [] : [first])), ...others];
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

function aboutOf(answer: WireAnswer): JsonObject {
  return { model: answer.model, id: `msg_${answer.id}`, type: 'message', role: 'assistant' };
}

function callId(part: Extract<WirePart, { kind: 'tool-call' }>, index: number, answerId: string): string {
  return part.id ?? `toolu_${answerId}${index}`;
}

function stopOf(answer: WireAnswer): JsonObject {
  return { stop_reason: answer.nativeFinish ?? STOP_REASONS[answer.finish], stop_sequence: null };
}

/** The first count of output tokens is a small number that the last one replaces. */
function usageAtStart(usage: WireUsage): JsonObject {
  return { ...inputUsage(usage), output_tokens: 1, service_tier: 'standard' };
}

function usageAtEnd(usage: WireUsage): JsonObject {
  const thinking = usage.reasoningTokens;
  const details = thinking === undefined ? {} : { output_tokens_details: { thinking_tokens: thinking } };
  return { ...inputUsage(usage), output_tokens: usage.outputTokens, ...details };
}

/** Anthropic counts cached tokens beside `input_tokens`, not in it. */
function inputUsage(usage: WireUsage): JsonObject {
  const cached = usage.cachedInputTokens ?? 0;
  return {
    input_tokens: usage.inputTokens - cached,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: cached,
  };
}

function body(answer: WireAnswer): JsonObject {
  return {
    ...aboutOf(answer),
    content: answer.parts.map((part, index) => wholeBlock(part, index, answer.id)),
    ...stopOf(answer),
    usage: { ...usageAtEnd(answer.usage), service_tier: 'standard' },
  };
}

function wholeBlock(part: WirePart, index: number, answerId: string): JsonObject {
  const text = part.fragments.join('');
  switch (part.kind) {
    case 'text':
      return { type: 'text', text };
    case 'reasoning':
      return { type: 'thinking', thinking: text, signature: SIGNATURE };
    case 'tool-call':
      return {
        type: 'tool_use',
        id: callId(part, index, answerId),
        name: part.name,
        input: parseJson(text) ?? {},
      };
  }
}
