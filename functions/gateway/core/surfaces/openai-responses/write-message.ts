import { type Native, nativeValue } from '../../model/dialect.ts';
import type { Citation } from '../../model/part.ts';
import { type JsonObject, stringMember } from '../../wire/json.ts';
import { annotationsOf } from './annotations.ts';
import type { OutputItem, OutputItems } from './output-items.ts';
import type { ResponseEvents } from './response-events.ts';

/** Writes the messages of an answer: words that follow each other are parts of one message. */
export interface MessageWriter {
  /** Words begin. `native`: the message in OpenAI's own words, where OpenAI has begun one. */
  readonly begin: (kind: 'text' | 'refusal', native: Native | undefined) => void;
  readonly add: (text: string) => void;
  /** Sources of the words that are or were open last. */
  readonly cite: (citations: readonly Citation[]) => void;
  /** Log probabilities of the words that are open, in the shape that OpenAI's APIs share. */
  readonly weigh: (logprobs: readonly JsonObject[]) => void;
  /** The message ends, where one is open. */
  readonly close: (status: 'completed' | 'incomplete') => void;
  /** The answer broke off: a message that is open stands as far as it was said. */
  readonly cut: () => void;
}

interface OpenContent {
  readonly kind: 'text' | 'refusal';
  readonly pieces: string[];
  readonly annotations: JsonObject[];
  readonly logprobs: JsonObject[];
}

interface OpenMessage {
  readonly item: OutputItem;
  readonly done: JsonObject[];
  content: OpenContent | undefined;
}

interface Messages {
  readonly items: OutputItems;
  readonly emit: ResponseEvents['emit'];
  readonly amend: ResponseEvents['amend'];
  open: OpenMessage | undefined;
}

/** A writer without a message so far. */
export function messageWriter(items: OutputItems, { emit, amend }: ResponseEvents): MessageWriter {
  const messages: Messages = { items, emit, amend, open: undefined };
  return {
    begin: (kind, native) => begin(messages, kind, nativeValue(native, 'openai-responses')),
    add: (text) => add(messages, text),
    cite: (citations) => {
      for (const annotation of annotationsOf(citations)) {
        annotate(messages, annotation);
      }
    },
    weigh: (logprobs) => weigh(messages, logprobs),
    close: (status) => close(messages, status),
    cut: () => cut(messages),
  };
}

function begin(messages: Messages, kind: OpenContent['kind'], own: JsonObject | undefined): void {
  const id = stringMember(own, 'id');
  closeContent(messages);
  if (messages.open !== undefined && id !== undefined && id !== messages.open.item.id) {
    close(messages, 'completed');
  }
  const message = messages.open ?? { item: messages.items.begin('msg', newMessage(own)), done: [], content: undefined };
  const content = { kind, pieces: [], annotations: [], logprobs: [] };
  message.content = content;
  messages.open = message;
  messages.emit('response.content_part.added', { ...placeOf(message), part: partOf(content) });
}

function placeOf({ item, done }: OpenMessage): JsonObject {
  return { item_id: item.id, output_index: item.index, content_index: done.length };
}

function add({ open, emit }: Messages, text: string): void {
  if (open?.content !== undefined) {
    const { kind, pieces } = open.content;
    const { item, done } = open;
    pieces.push(text);
    const delta = { item_id: item.id, output_index: item.index, content_index: done.length, delta: text };
    emit(`response.${EVENT_NAMES[kind]}.delta`, kind === 'text' ? { ...delta, logprobs: [] } : delta);
  }
}

function annotate({ open, emit }: Messages, annotation: JsonObject): void {
  if (open?.content?.kind === 'text') {
    const { annotations } = open.content;
    const place = { ...placeOf(open), annotation_index: annotations.length };
    emit('response.output_text.annotation.added', { ...place, annotation });
    annotations.push(annotation);
  }
}

/** With the piece that they are of, or after it, as a piece of no words. */
function weigh(messages: Messages, logprobs: readonly JsonObject[]): void {
  const { open, emit, amend } = messages;
  if (open?.content?.kind === 'text' && logprobs.length > 0) {
    for (const logprob of logprobs) {
      open.content.logprobs.push(logprob);
    }
    const type = `response.${EVENT_NAMES.text}.delta`;
    if (!amend(type, { logprobs })) {
      emit(type, { ...placeOf(open), delta: '', logprobs });
    }
  }
}

function closeContent({ open, emit }: Messages): void {
  if (open?.content !== undefined) {
    const { content } = open;
    const place = placeOf(open);
    const part = partOf(content);
    emit(`response.${EVENT_NAMES[content.kind]}.done`, { ...place, ...doneMembers(content) });
    emit('response.content_part.done', { ...place, part });
    open.done.push(part);
    open.content = undefined;
  }
}

function close(messages: Messages, status: 'completed' | 'incomplete'): void {
  closeContent(messages);
  const { open, items } = messages;
  if (open !== undefined) {
    items.finish(open.item, { ...open.item.value, status, content: open.done });
    messages.open = undefined;
  }
}

function cut({ open, items }: Messages): void {
  if (open !== undefined) {
    const content = open.content === undefined ? open.done : [...open.done, partOf(open.content)];
    items.cut(open.item, { content });
  }
}

const EVENT_NAMES = { text: 'output_text', refusal: 'refusal' } as const;

/** `own` may say more of it, as its `phase`. */
function newMessage(own: JsonObject | undefined): JsonObject {
  return { ...own, type: 'message', status: 'in_progress', role: 'assistant', content: [] };
}

function partOf({ kind, pieces, annotations, logprobs }: OpenContent): JsonObject {
  const text = pieces.join('');
  return kind === 'text'
    ? { type: 'output_text', text, annotations: [...annotations], logprobs: [...logprobs] }
    : { type: 'refusal', refusal: text };
}

function doneMembers({ kind, pieces, logprobs }: OpenContent): JsonObject {
  const text = pieces.join('');
  return kind === 'text' ? { text, logprobs: [...logprobs] } : { refusal: text };
}
