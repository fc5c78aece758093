import { defined } from '../../../functions/gateway/core/model/defined.ts';
import { type JsonObject, parseJson } from '../../../functions/gateway/core/wire/json.ts';
import { geminiErrorBody, geminiFailure } from './gemini-failure.ts';
import { readGeminiRequest } from './gemini-request.ts';
import { sseFrame } from './sse-frame.ts';
import type { VendorWire, WireAnswer, WireFinish, WirePart, WireStream, WireUsage } from './vendor-wire.ts';

/** Gemini generateContent and embeddings. Source: Gemini API reference, "Generating content". */
export const geminiWire: VendorWire = {
  basePath: '/v1beta',
  streamContentType: 'text/event-stream',
  credential: (headers) => headers['x-goog-api-key'],
  readRequest: readGeminiRequest,
  answerHeaders: () => ({ 'server-timing': 'gfet4t7; dur=1' }),
  stream,
  body,
  embeddings: (vectors) => ({ embeddings: vectors.map((values) => ({ values })) }),
  failure: geminiFailure,
  errorEvent: (meaning, details = {}) => frame(geminiErrorBody(meaning, details)),
  malformedEvent: sseFrame('{"candidates": [{"content": {"parts": [{"te', { newline: '\r\n' }),
};

/** There is no finish reason for tool calls. */
const FINISH_REASONS: Readonly<Record<WireFinish, string>> = {
  stop: 'STOP',
  length: 'MAX_TOKENS',
  'tool-calls': 'STOP',
  'content-filter': 'SAFETY',
};

function frame(json: JsonObject): Uint8Array {
  return sseFrame(json, { newline: '\r\n' });
}

/** Gemini has nothing before the first token, and a tool call comes whole. */
function stream(answer: WireAnswer): WireStream {
  const parts = answer.parts.flatMap(piecesOf);
  return {
    prelude: [],
    content: parts.map((part, index) =>
      frame({
        candidates: [{ content: { parts: [part], role: 'model' }, index: 0 }],
        usageMetadata: usageOf({ ...answer.usage, outputTokens: Math.min(index + 1, answer.usage.outputTokens) }),
        ...aboutOf(answer),
      }),
    ),
    ending: [frame({ candidates: [candidateOf(answer, [{ text: '' }])], ...summaryOf(answer) })],
  };
}

function piecesOf(part: WirePart): JsonObject[] {
  switch (part.kind) {
    case 'text':
      return part.fragments.map((text) => ({ text }));
    case 'reasoning':
      return part.fragments.map((text) => ({ text, thought: true }));
    case 'tool-call': {
      const id = part.id === undefined ? {} : { id: part.id };
      return [{ functionCall: { name: part.name, args: parseJson(part.fragments.join('')) ?? {}, ...id } }];
    }
  }
}

function candidateOf(answer: WireAnswer, parts: readonly JsonObject[]): JsonObject {
  return {
    content: { parts, role: 'model' },
    finishReason: answer.nativeFinish ?? FINISH_REASONS[answer.finish],
    index: 0,
  };
}

function summaryOf(answer: WireAnswer): JsonObject {
  return { usageMetadata: usageOf(answer.usage), ...aboutOf(answer) };
}

function aboutOf(answer: WireAnswer): JsonObject {
  return { modelVersion: answer.model, responseId: answer.id };
}

/** Thoughts are counted beside `candidatesTokenCount`, cached tokens inside `promptTokenCount`. */
function usageOf(usage: WireUsage): JsonObject {
  const thoughts = Math.min(usage.reasoningTokens ?? 0, usage.outputTokens);
  return {
    promptTokenCount: usage.inputTokens,
    candidatesTokenCount: usage.outputTokens - thoughts,
    totalTokenCount: usage.inputTokens + usage.outputTokens,
    promptTokensDetails: [{ modality: 'TEXT', tokenCount: usage.inputTokens }],
    ...(thoughts === 0 ? {} : { thoughtsTokenCount: thoughts }),
    ...defined({ cachedContentTokenCount: usage.cachedInputTokens }),
  };
}

function body(answer: WireAnswer): JsonObject {
  const whole = answer.parts.flatMap((part) =>
    piecesOf(part.kind === 'tool-call' ? part : { ...part, fragments: [part.fragments.join('')] }),
  );
  return { candidates: [candidateOf(answer, whole)], ...summaryOf(answer) };
}
