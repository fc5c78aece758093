import { arrayMember, isJsonObject, type JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import { openaiErrorObject, openaiFailure } from './openai-failure.ts';
import { readResponsesRequest } from './openai-responses-request.ts';
import { openaiWire } from './openai-wire.ts';
import { sseFrame } from './sse-frame.ts';
import type { VendorWire, WireAnswer, WirePart, WireStream } from './vendor-wire.ts';

/** OpenAI's Responses API. Source: OpenAI API reference, "Responses" and "Streaming events". */
export const openaiResponsesWire: VendorWire = {
  basePath: '/v1',
  streamContentType: openaiWire.streamContentType,
  credential: openaiWire.credential,
  readRequest: readResponsesRequest,
  answerHeaders: openaiWire.answerHeaders,
  stream,
  body: (answer) => responseOf(answer),
  failure: openaiFailure,
  errorEvent: (meaning, details = {}) => frame({ type: 'error', error: openaiErrorObject(meaning, details) }),
  malformedEvent: sseFrame('{"type":"response.output_text.delta","del'),
};

function stream(answer: WireAnswer): WireStream {
  const begun = { ...responseOf(answer), status: 'in_progress', output: [], usage: null };
  const { status } = responseOf(answer);
  return {
    prelude: [
      frame({ type: 'response.created', response: begun }),
      frame({ type: 'response.in_progress', response: begun }),
    ],
    content: answer.parts.flatMap((part, index) => partFrames(part, index, answer)),
    ending: [frame({ type: `response.${status}`, response: responseOf(answer) })],
  };
}

/** A piece for each fragment. What opens and closes an item comes with its first and last. */
function partFrames(part: WirePart, index: number, answer: WireAnswer): Uint8Array[] {
  const { opening, delta, closing } = FRAMES[part.kind](itemOf(part, index, answer), index);
  const pieces = part.fragments.map((fragment) => [{ ...delta, delta: fragment }]);
  const first = part.kind === 'tool-call' ? [opening, ...pieces] : withFirst(opening, pieces);
  return withLast(first, closing).map((events) => Buffer.concat(events.map(frame)));
}

function withFirst(opening: readonly JsonObject[], pieces: readonly (readonly JsonObject[])[]): JsonObject[][] {
  const [first = [], ...others] = pieces;
  return [[...opening, ...first], ...others.map((piece) => [...piece])];
}

function withLast(pieces: readonly (readonly JsonObject[])[], closing: readonly JsonObject[]): JsonObject[][] {
  return pieces.map((piece, index) => (index === pieces.length - 1 ? [...piece, ...closing] : [...piece]));
}

interface ItemFrames {
  readonly opening: readonly JsonObject[];
  readonly delta: JsonObject;
  readonly closing: readonly JsonObject[];
}

function itemFrames(
  item: JsonObject,
  index: number,
  form: { readonly begun: JsonObject; readonly part?: string; readonly place?: JsonObject; readonly text: string },
): ItemFrames {
  const place = { item_id: item.id, output_index: index, ...form.place };
  const part = form.part;
  const pieceOf = (state: 'added' | 'done'): JsonObject[] =>
    part === undefined ? [] : [{ type: `response.${part}.${state}`, ...place, part: partOf(item, state) }];
  return {
    opening: [
      {
        type: 'response.output_item.added',
        output_index: index,
        item: { ...item, ...form.begun, status: 'in_progress' },
      },
      ...pieceOf('added'),
    ],
    delta: { type: `response.${form.text}.delta`, ...place },
    closing: [
      { type: `response.${form.text}.done`, ...place },
      ...pieceOf('done'),
      { type: 'response.output_item.done', output_index: index, item },
    ],
  };
}

/** The one part that an item of the simulation has, empty at first. */
function partOf(item: JsonObject, state: 'added' | 'done'): JsonObject {
  const [part] = [...arrayMember(item, 'content'), ...arrayMember(item, 'summary')];
  const whole = isJsonObject(part) ? part : {};
  return state === 'done' ? whole : { ...whole, text: '' };
}

const FRAMES: Readonly<Record<WirePart['kind'], (item: JsonObject, index: number) => ItemFrames>> = {
  text: (item, index) =>
    itemFrames(item, index, {
      begun: { content: [] },
      part: 'content_part',
      place: { content_index: 0 },
      text: 'output_text',
    }),
  reasoning: (item, index) =>
    itemFrames(item, index, {
      begun: { summary: [] },
      part: 'reasoning_summary_part',
      place: { summary_index: 0 },
      text: 'reasoning_summary_text',
    }),
  'tool-call': (item, index) => itemFrames(item, index, { begun: { arguments: '' }, text: 'function_call_arguments' }),
};

function itemOf(part: WirePart, index: number, { id: answerId }: WireAnswer): JsonObject {
  const text = part.fragments.join('');
  switch (part.kind) {
    case 'text':
      return {
        id: `msg_${answerId}${index}`,
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [], logprobs: [] }],
      };
    case 'reasoning':
      return {
        id: `rs_${answerId}${index}`,
        type: 'reasoning',
        summary: [{ type: 'summary_text', text }],
        encrypted_content: `gAAAA${answerId}`,
      };
    case 'tool-call':
      return {
        id: `fc_${answerId}${index}`,
        type: 'function_call',
        status: 'completed',
        call_id: part.id ?? `call_${answerId}${index}`,
        name: part.name,
        arguments: text,
      };
  }
}

function responseOf(answer: WireAnswer): JsonObject {
  const { id, createdSeconds, model, usage } = answer;
  const reason = answer.nativeFinish ?? INCOMPLETE[answer.finish];
  return {
    id: `resp_${id}`,
    object: 'response',
    created_at: createdSeconds,
    status: reason === undefined ? 'completed' : 'incomplete',
    error: null,
    incomplete_details: reason === undefined ? null : { reason },
    model,
    output: answer.parts.map((part, index) => itemOf(part, index, answer)),
    service_tier: 'default',
    store: false,
    usage: {
      input_tokens: usage.inputTokens,
      input_tokens_details: { cached_tokens: usage.cachedInputTokens ?? 0 },
      output_tokens: usage.outputTokens,
      output_tokens_details: { reasoning_tokens: usage.reasoningTokens ?? 0 },
      total_tokens: usage.inputTokens + usage.outputTokens,
    },
  };
}

const INCOMPLETE: Readonly<Partial<Record<WireAnswer['finish'], string>>> = {
  length: 'max_output_tokens',
  'content-filter': 'content_filter',
};

function frame(event: JsonObject): Uint8Array {
  return sseFrame(event, { name: String(event.type) });
}
