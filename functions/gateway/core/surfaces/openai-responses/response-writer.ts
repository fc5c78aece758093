import type { AnswerEvent, ChoiceFinish, PartStart } from '../../model/answer-event.ts';
import { nativeValue } from '../../model/dialect.ts';
import type { Source } from '../../model/part.ts';
import { arrayMember, isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import type { AnswerIdentity } from '../surface.ts';
import { type OutputItem, type OutputItems, outputItems } from './output-items.ts';
import { responseEnvelope } from './response-envelope.ts';
import { type ResponseEvents, responseEvents } from './response-events.ts';
import { responsesUsage } from './responses-usage.ts';
import { type ToolNames, toolNames } from './tool-names.ts';
import { type CallWriter, callWriter } from './write-call.ts';
import { type MessageWriter, messageWriter } from './write-message.ts';
import { type ReasoningWriter, reasoningWriter } from './write-reasoning.ts';

/** Writes one answer as a response: its events, and the response as it stands. */
export interface ResponseWriter {
  readonly write: (event: AnswerEvent) => void;
  /** The answer is whole: its last item ends. Gives the response as it will be. */
  readonly finish: () => JsonObject;
  /** The last event of a whole answer. `isLost`: it was to be kept, and is not. */
  readonly complete: (isLost: boolean) => void;
  /** The answer broke off. */
  readonly fail: (error: { readonly code: string; readonly message: string }) => void;
  /** The events since the last time. */
  readonly take: () => readonly JsonObject[];
  readonly response: () => JsonObject;
}

type WrittenPart =
  | { readonly kind: 'words' }
  | { readonly kind: 'reasoning'; readonly writer: ReasoningWriter }
  | { readonly kind: 'call'; readonly writer: CallWriter }
  | { readonly kind: 'opaque'; readonly item: OutputItem }
  /** What only another dialect knows. */
  | { readonly kind: 'hidden' };

interface Writing {
  readonly events: ResponseEvents;
  readonly items: OutputItems;
  readonly message: MessageWriter;
  readonly names: ToolNames;
  readonly parts: Map<number, WrittenPart>;
  response: JsonObject;
  finish: ChoiceFinish | undefined;
}

/** A writer for the answer to one request. Source: OpenAI API reference, "Streaming events". */
export function responseWriter(about: AnswerIdentity): ResponseWriter {
  const events = responseEvents();
  const items = outputItems(about.requestId, events);
  const writing: Writing = {
    events,
    items,
    message: messageWriter(items, events),
    names: toolNames(about.prompt.original.body),
    parts: new Map(),
    response: responseEnvelope(about),
    finish: undefined,
  };
  events.emit('response.created', { response: writing.response });
  events.emit('response.in_progress', { response: writing.response });
  return {
    write: (event) => write(writing, event),
    finish: () => finish(writing),
    complete: (isLost) => {
      const response = finish(writing);
      end(writing, isLost ? { ...response, store: false } : response);
    },
    fail: (error) => {
      cut(writing);
      end(writing, { ...writing.response, output: items.values(), status: 'failed', store: false, error });
    },
    take: events.take,
    response: () => writing.response,
  };
}

function finish(writing: Writing): JsonObject {
  const status = isCut(writing) ? 'incomplete' : 'completed';
  writing.message.close(status);
  const cut = isCut(writing) ? { incomplete_details: { reason: cutReason(writing) } } : {};
  return { ...writing.response, status, ...cut, output: writing.items.values() };
}

/** What is open stands as far as it was said. */
function cut({ message, parts }: Writing): void {
  message.cut();
  for (const part of parts.values()) {
    if (part.kind === 'reasoning' || part.kind === 'call') {
      part.writer.cut();
    }
  }
}

function end(writing: Writing, response: JsonObject): void {
  writing.response = response;
  writing.events.emit(`response.${String(response.status)}`, { response });
}

function isCut({ finish }: Writing): boolean {
  return finish?.reason === 'length' || finish?.reason === 'filtered';
}

function cutReason({ finish }: Writing): string {
  return finish?.reason === 'filtered' ? 'content_filter' : 'max_output_tokens';
}

function write(writing: Writing, event: AnswerEvent): void {
  switch (event.type) {
    case 'part-start':
      writing.parts.set(event.part, begin(writing, event));
      return;
    case 'part-delta':
      grow(writing, event.part, event.text);
      return;
    case 'part-end':
      endPart(writing, event);
      return;
    case 'citations':
      writing.message.cite(event.citations);
      return;
    case 'native':
      passOn(writing, nativeValue(event.native, 'openai-responses'));
      return;
    case 'finish':
      writing.finish = event;
      return;
    case 'usage':
      writing.response = { ...writing.response, usage: responsesUsage(event.usage) };
      return;
    case 'about':
      learn(writing, event.serviceTier);
      return;
    case 'logprobs':
      writing.message.weigh(arrayMember(event.logprobs, 'content').filter(isJsonObject));
      return;
    case 'keep-alive':
    case 'failed':
      return;
  }
}

function learn(writing: Writing, serviceTier: string | undefined): void {
  if (serviceTier !== undefined) {
    writing.response = { ...writing.response, service_tier: serviceTier };
  }
}

/** Whatever is no words ends the message before it. */
function begin(writing: Writing, { begins }: PartStart): WrittenPart {
  const { items, events, message, names } = writing;
  if (begins.kind === 'text' || begins.kind === 'refusal') {
    message.begin(begins.kind, begins.native);
    return { kind: 'words' };
  }
  message.close('completed');
  switch (begins.kind) {
    case 'reasoning':
      return { kind: 'reasoning', writer: reasoningWriter(items, events, begins.native) };
    case 'tool-call':
      return { kind: 'call', writer: callWriter(items, events, names, begins) };
    case 'media':
      return { kind: 'opaque', item: items.begin('ig', imageItem(begins.source)) };
    case 'opaque': {
      const own = nativeValue(begins.native, 'openai-responses');
      return own === undefined ? { kind: 'hidden' } : { kind: 'opaque', item: items.begin('item', own) };
    }
  }
}

/** A picture that the model made, as OpenAI's own tool for pictures gives it. */
function imageItem(source: Source): JsonObject {
  return { type: 'image_generation_call', status: 'completed', result: source.kind === 'base64' ? source.data : null };
}

function grow({ parts, message }: Writing, number: number, text: string): void {
  const part = parts.get(number);
  if (part?.kind === 'words') {
    message.add(text);
  } else if (part?.kind === 'reasoning' || part?.kind === 'call') {
    part.writer.add(text);
  }
}

function endPart(writing: Writing, event: Extract<AnswerEvent, { type: 'part-end' }>): void {
  const { parts, message, items } = writing;
  const part = parts.get(event.part);
  parts.delete(event.part);
  switch (part?.kind) {
    case 'words':
      message.cite(event.citations ?? []);
      return;
    case 'reasoning':
      part.writer.end(event.proof);
      return;
    case 'call':
      part.writer.end();
      return;
    case 'opaque':
      items.finish(part.item, nativeValue(event.proof, 'openai-responses') ?? part.item.value);
      return;
    case 'hidden':
    case undefined:
      return;
  }
}

/** An event of a server's tool, as its item has it: in our numbers. */
function passOn({ items, events }: Writing, event: JsonObject | undefined): void {
  const item = items.withId(stringMember(event, 'item_id') ?? '');
  const type = stringMember(event, 'type');
  if (event !== undefined && item !== undefined && type !== undefined) {
    const { sequence_number: _, type: __, output_index: ___, ...members } = event;
    events.emit(type, { ...members, output_index: item.index });
  }
}
