import { type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { countTokens } from '../../infra/local/simulated/prompt-text.ts';
import type {
  VendorWire,
  WireAnswer,
  WireEmbeddings,
  WireFinish,
  WirePart,
  WireStream,
  WireUsage,
} from '../../infra/local/simulated/vendor-wire.ts';
import { amazonFrame, eventFrame } from './amazon-event-stream-frames.ts';
import { bedrockExceptionFrame, bedrockFailure } from './bedrock-failure.ts';
import { readBedrockRequest } from './bedrock-request.ts';

/** Bedrock Converse and embeddings by InvokeModel. Source: Amazon Bedrock API reference, "Converse" and "ConverseStream". */
export const bedrockWire: VendorWire = {
  basePath: '',
  streamContentType: 'application/vnd.amazon.eventstream',
  credential: ({ authorization = '' }) =>
    /^Bearer (.+)$/i.exec(authorization)?.[1] ?? /Credential=([^/,]+)/.exec(authorization)?.[1],
  readRequest: readBedrockRequest,
  answerHeaders: (id) => ({ 'x-amzn-requestid': id }),
  stream,
  body,
  embeddings,
  failure: bedrockFailure,
  errorEvent: bedrockExceptionFrame,
  malformedEvent: amazonFrame(
    [
      [':event-type', 'contentBlockDelta'],
      [':content-type', 'application/json'],
      [':message-type', 'event'],
    ],
    '{"contentBlockIndex":0,"delta":{"te',
  ),
};

const STOP_REASONS: Readonly<Record<WireFinish, string>> = {
  stop: 'end_turn',
  length: 'max_tokens',
  'tool-calls': 'tool_use',
  'content-filter': 'content_filtered',
};

/** Real frames are padded so that their length does not give the text away. */
function padded(eventType: string, payload: JsonObject): Uint8Array {
  const length = JSON.stringify(payload).length % ALPHABET.length;
  return eventFrame(eventType, { ...payload, p: ALPHABET.slice(0, length + 1) });
}

const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

function stream(answer: WireAnswer): WireStream {
  return {
    prelude: [padded('messageStart', { role: 'assistant' })],
    content: answer.parts.flatMap((part, index) => piecesOf(part, index, answer)),
    ending: [
      ...(answer.parts.length === 0 ? [] : [blockStop(answer.parts.length - 1)]),
      padded('messageStop', { stopReason: stopReasonOf(answer) }),
      padded('metadata', { metrics: { latencyMs: 1 }, usage: usageOf(answer.usage) }),
    ],
  };
}

/** A part's pieces, the first of them after the end of the part before. Only a tool call is announced. */
function piecesOf(part: WirePart, contentBlockIndex: number, answer: WireAnswer): Uint8Array[] {
  const deltas = part.fragments.map((text, index) => {
    const isLast = index === part.fragments.length - 1;
    const after = part.kind === 'reasoning' && isLast ? [signature(contentBlockIndex)] : [];
    return joined(padded('contentBlockDelta', { contentBlockIndex, delta: deltaOf(part, text) }), ...after);
  });
  const pieces = part.kind === 'tool-call' ? [callStart(part, contentBlockIndex, answer), ...deltas] : deltas;
  const [first, ...others] = pieces;
  const before = contentBlockIndex === 0 ? [] : [blockStop(contentBlockIndex - 1)];
  return [joined(...before, ...(first === undefined ? [] : [first])), ...others];
}

function callStart(part: Extract<WirePart, { kind: 'tool-call' }>, index: number, answer: WireAnswer): Uint8Array {
  const toolUse = { name: part.name, toolUseId: callId(part, index, answer.id) };
  return padded('contentBlockStart', { contentBlockIndex: index, start: { toolUse } });
}

function deltaOf(part: WirePart, text: string): JsonObject {
  switch (part.kind) {
    case 'text':
      return { text };
    case 'reasoning':
      return { reasoningContent: { text } };
    case 'tool-call':
      return { toolUse: { input: text } };
  }
}

const SIGNATURE = 'c2ltdWxhdGVkLXNpZ25hdHVyZQ==';

function signature(contentBlockIndex: number): Uint8Array {
  return padded('contentBlockDelta', { contentBlockIndex, delta: { reasoningContent: { signature: SIGNATURE } } });
}

function blockStop(contentBlockIndex: number): Uint8Array {
  return padded('contentBlockStop', { contentBlockIndex });
}

function joined(...pieces: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(pieces);
}

function callId(part: Extract<WirePart, { kind: 'tool-call' }>, index: number, answerId: string): string {
  return part.id ?? `tooluse_${answerId}${index}`;
}

function stopReasonOf(answer: WireAnswer): string {
  return answer.nativeFinish ?? STOP_REASONS[answer.finish];
}

/** Cached tokens are counted beside `inputTokens`, and in `totalTokens`. */
function usageOf(usage: WireUsage): JsonObject {
  const cached = usage.cachedInputTokens ?? 0;
  return {
    inputTokens: usage.inputTokens - cached,
    outputTokens: usage.outputTokens,
    totalTokens: usage.inputTokens + usage.outputTokens,
    cacheReadInputTokens: cached,
    cacheWriteInputTokens: 0,
  };
}

function body(answer: WireAnswer): JsonObject {
  const content = answer.parts.map((part, index) => wholeBlock(part, index, answer.id));
  return {
    metrics: { latencyMs: 1 },
    output: { message: { role: 'assistant', content } },
    stopReason: stopReasonOf(answer),
    usage: usageOf(answer.usage),
  };
}

function wholeBlock(part: WirePart, index: number, answerId: string): JsonObject {
  const text = part.fragments.join('');
  switch (part.kind) {
    case 'text':
      return { text };
    case 'reasoning':
      return { reasoningContent: { reasoningText: { text, signature: SIGNATURE } } };
    case 'tool-call':
      return { toolUse: { input: parseJson(text) ?? {}, name: part.name, toolUseId: callId(part, index, answerId) } };
  }
}

/** The shape is the model's: Titan's one vector and its count of tokens, Cohere's list. */
function embeddings(vectors: readonly (readonly number[])[], request: WireEmbeddings): JsonObject {
  if (request.model.includes('cohere')) {
    return { id: 'simulated', response_type: 'embeddings_floats', embeddings: vectors, texts: request.inputs };
  }
  const inputTextTokenCount = request.inputs.reduce((sum, input) => sum + countTokens(input), 0);
  return { embedding: vectors[0], inputTextTokenCount };
}
