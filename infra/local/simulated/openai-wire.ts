import { defined } from '../../../functions/gateway/core/model/defined.ts';
import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import { openaiErrorObject, openaiFailure } from './openai-failure.ts';
import { readOpenaiRequest } from './openai-request.ts';
import { countTokens } from './prompt-text.ts';
import { sseFrame } from './sse-frame.ts';
import type {
  VendorWire,
  WireAnswer,
  WireChat,
  WireEmbeddings,
  WireFinish,
  WirePart,
  WireStream,
  WireToolCall,
  WireUsage,
} from './vendor-wire.ts';

/** OpenAI chat completions and embeddings. Source: OpenAI API reference, "Chat" and "Chat streaming". */
export const openaiWire: VendorWire = {
  basePath: '/v1',
  streamContentType: 'text/event-stream; charset=utf-8',
  credential: (headers) => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1],
  readRequest: readOpenaiRequest,
  answerHeaders: (id) => ({ 'x-request-id': `req_${id}`, 'openai-version': '2020-10-01' }),
  stream,
  body,
  embeddings,
  failure: openaiFailure,
  errorEvent: (meaning, details = {}) => sseFrame({ error: openaiErrorObject(meaning, details) }),
  malformedEvent: sseFrame('{"id":"chatcmpl-broken","object":"chat.completion.chunk","choices":[{"index":0,"del'),
};

const FINISH_REASONS: Readonly<Record<WireFinish, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool_calls',
  'content-filter': 'content_filter',
};

function stream(answer: WireAnswer, request: WireChat): WireStream {
  const usageMember = request.includeUsage ? { usage: null } : {};
  const about = { ...aboutOf(answer), object: 'chat.completion.chunk' };
  const chunk = (delta: JsonObject, finishReason: string | null = null): Uint8Array =>
    sseFrame({
      ...about,
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finishReason }],
      ...usageMember,
    });
  const hasText = answer.parts.some((part) => part.kind === 'text');
  const usageChunk = sseFrame({ ...about, choices: [], usage: usageOf(answer.usage) });
  return {
    prelude: [chunk({ role: 'assistant', content: hasText ? '' : null, refusal: null })],
    content: deltasOf(answer).map((delta) => chunk(delta)),
    ending: [chunk({}, finishReasonOf(answer)), ...(request.includeUsage ? [usageChunk] : []), sseFrame('[DONE]')],
  };
}

function aboutOf(answer: WireAnswer): JsonObject {
  return {
    id: `chatcmpl-${answer.id}`,
    created: answer.createdSeconds,
    model: answer.model,
    service_tier: 'default',
    system_fingerprint: 'fp_simulated',
  };
}

function deltasOf(answer: WireAnswer): JsonObject[] {
  const calls = toolCallsOf(answer);
  return answer.parts.flatMap((part) =>
    part.kind === 'tool-call' ? callDeltas(part, calls.indexOf(part), answer.id) : textDeltas(part),
  );
}

function toolCallsOf(answer: WireAnswer): WireToolCall[] {
  return answer.parts.filter((part) => part.kind === 'tool-call');
}

/** Reasoning is not in OpenAI's own chat API: `reasoning_content` is the convention of compatible servers. */
function textDeltas(part: Exclude<WirePart, WireToolCall>): JsonObject[] {
  const key = part.kind === 'text' ? 'content' : 'reasoning_content';
  return part.fragments.map((fragment) => ({ [key]: fragment }));
}

function callDeltas(call: WireToolCall, index: number, answerId: string): JsonObject[] {
  const start = { index, id: callId(call, index, answerId), type: 'function' };
  return [
    { tool_calls: [{ ...start, function: { name: call.name, arguments: '' } }] },
    ...call.fragments.map((fragment) => ({ tool_calls: [{ index, function: { arguments: fragment } }] })),
  ];
}

function callId(call: WireToolCall, index: number, answerId: string): string {
  return call.id ?? `call_${answerId}${index}`;
}

function finishReasonOf(answer: WireAnswer): string {
  return answer.nativeFinish ?? FINISH_REASONS[answer.finish];
}

function usageOf(usage: WireUsage): JsonObject {
  return {
    prompt_tokens: usage.inputTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: usage.inputTokens + usage.outputTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.reasoningTokens ?? 0,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

function body(answer: WireAnswer): JsonObject {
  const message = { role: 'assistant', content: joined(answer, 'text') ?? null, refusal: null, annotations: [] };
  const reasoning = joined(answer, 'reasoning');
  const calls = toolCallsOf(answer).map((call, index) => ({
    id: callId(call, index, answer.id),
    type: 'function',
    function: { name: call.name, arguments: call.fragments.join('') },
  }));
  return {
    ...aboutOf(answer),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: {
          ...message,
          ...defined({ reasoning_content: reasoning }),
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finishReasonOf(answer),
      },
    ],
    usage: usageOf(answer.usage),
  };
}

function joined(answer: WireAnswer, kind: 'text' | 'reasoning'): string | undefined {
  const parts = answer.parts.filter((part) => part.kind === kind);
  return parts.length === 0 ? undefined : parts.flatMap((part) => part.fragments).join('');
}

function embeddings(vectors: readonly (readonly number[])[], request: WireEmbeddings): JsonObject {
  const tokens = request.inputs.reduce((sum, input) => sum + countTokens(input), 0);
  const encode = request.encoding === 'base64' ? base64OfFloats : (vector: readonly number[]) => vector;
  return {
    object: 'list',
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    model: request.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function base64OfFloats(vector: readonly number[]): string {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [index, value] of vector.entries()) {
    bytes.writeFloatLE(value, index * 4);
  }
  return bytes.toString('base64');
}
