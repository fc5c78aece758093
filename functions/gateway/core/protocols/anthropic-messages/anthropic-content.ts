import { defined } from '../../model/defined.ts';
import type { CacheMark, MediaPart, Part, Source } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import { EMPTY_CONTENT } from '../conversation-turns.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { documentText } from '../portable/document-text.ts';

/** Parts of the user's or of a tool's words as content blocks; what Anthropic cannot take is refused. */
export function partBlocks(parts: readonly Part[], notes: EncodingNotes): readonly JsonObject[] {
  return parts.flatMap((part) => partBlock(part, notes));
}

function partBlock(part: Part, notes: EncodingNotes): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [textBlock(part)];
    case 'media':
      return mediaBlocks(part, notes);
    case 'opaque':
      return opaqueBlocks(part, notes);
    case 'tool-call':
    case 'tool-result':
    case 'reasoning':
      notes.refuse(part.path, `Anthropic takes no part of type "${part.kind}" here.`);
      return [];
  }
}

/** Parts of a system prompt, which are text alone. */
export function systemBlocks(parts: readonly Part[], notes: EncodingNotes): readonly JsonObject[] {
  return parts.flatMap((part) => {
    switch (part.kind) {
      case 'text':
      case 'refusal':
        return [textBlock(part)];
      case 'opaque':
        return opaqueBlocks(part, notes);
      default:
        return refused(part, notes);
    }
  });
}

/** Refuses a part that may not stand where it stands. */
export function refused(part: Part, notes: EncodingNotes): readonly JsonObject[] {
  const what = part.kind === 'media' ? part.media : part.kind;
  notes.refuse(part.path, `Anthropic takes parts of type "${what}" from the user and from tools only.`);
  return [];
}

/** A text as a block. */
export function textBlock({ text, cache }: Extract<Part, { kind: 'text' | 'refusal' }>): JsonObject {
  return { type: 'text', text, ...cacheControl(cache) };
}

/** A block of Anthropic's own, word for word. */
export function opaqueBlocks(
  { what, path, native }: Extract<Part, { kind: 'opaque' }>,
  notes: EncodingNotes,
): readonly JsonObject[] {
  if (native.dialect === 'anthropic-messages') {
    return [native.value];
  }
  if (native.ifForeign === 'refuse') {
    notes.refuse(path, `Anthropic takes no part of type "${what}".`);
  } else if (native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return [];
}

function mediaBlocks(part: MediaPart, notes: EncodingNotes): readonly JsonObject[] {
  const block = MEDIA[part.media](part);
  if (typeof block === 'string') {
    notes.refuse(part.path, block);
    return [];
  }
  return [{ ...block, ...cacheControl(part.cache) }];
}

/** Gives a block, or says what to change. */
type MediaReader = (part: MediaPart) => JsonObject | string;

const MEDIA: Readonly<Record<MediaPart['media'], MediaReader>> = {
  image: imageBlock,
  document: documentBlock,
  audio: () => 'Anthropic models take no audio.',
  video: () => 'Anthropic models take no video.',
};

const UNKNOWN_FILE =
  'A file for Anthropic must be sent as base64 data: the id of an upload is known only to the vendor that has it.';

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

function imageBlock({ source }: MediaPart): JsonObject | string {
  if (source.kind === 'uploaded') {
    return uploaded('image', source);
  }
  if (source.kind === 'url' && isHttps(source.url)) {
    return { type: 'image', source: { type: 'url', url: source.url } };
  }
  if (source.kind !== 'base64') {
    return 'An image for Anthropic must be an https URL or base64 data.';
  }
  const mediaType = source.mediaType === 'image/jpg' ? 'image/jpeg' : source.mediaType;
  return IMAGE_TYPES.has(mediaType)
    ? { type: 'image', source: { type: 'base64', media_type: mediaType, data: source.data } }
    : `An image for Anthropic must be a JPEG, PNG, GIF or WebP; got ${mediaType}.`;
}

function documentBlock({ source, title, cite }: MediaPart): JsonObject | string {
  const block = documentSource(source);
  return typeof block === 'string'
    ? block
    : { ...block, ...defined({ title }), ...(cite === true && { citations: { enabled: true } }) };
}

function documentSource(source: Source): JsonObject | string {
  const text = documentText(source);
  if (text !== undefined) {
    return textDocument(text);
  }
  switch (source.kind) {
    case 'uploaded':
      return uploaded('document', source);
    case 'url':
      return isHttps(source.url) ? { type: 'document', source: { type: 'url', url: source.url } } : NO_PDF;
    case 'base64':
      return source.mediaType === PDF
        ? { type: 'document', source: { type: 'base64', media_type: PDF, data: source.data } }
        : NO_PDF;
    case 'text':
    case 'none':
      return NO_PDF;
  }
}

/** The API refuses a document without any text. */
function textDocument(text: string): JsonObject {
  const data = text.trim() === '' ? EMPTY_CONTENT : text;
  return { type: 'document', source: { type: 'text', media_type: 'text/plain', data } };
}

const PDF = 'application/pdf';

const NO_PDF = 'A file for Anthropic must be a PDF or a text as base64 data.';

function uploaded(type: 'image' | 'document', source: Extract<Source, { kind: 'uploaded' }>): JsonObject | string {
  return source.dialect === 'anthropic-messages'
    ? { type, source: { type: 'file', file_id: source.id } }
    : UNKNOWN_FILE;
}

function isHttps(url: string): boolean {
  return /^https:\/\//i.test(url);
}

/** The most cache breakpoints that one request may have. */
const MAX_MARKS = 4;

/** The member `cache_control` of a block; no member where the caller set no mark. */
export function cacheControl(mark: CacheMark | undefined): JsonObject {
  return mark === undefined ? {} : { cache_control: { type: 'ephemeral', ...(mark.ttl && { ttl: mark.ttl }) } };
}

/** Blocks in the order in which the prompt is cached: tools, system, messages. */
export interface MarkedLists {
  readonly tools: readonly JsonObject[];
  readonly system: readonly JsonObject[];
  readonly messages: readonly AnthropicMessage[];
}

/** One entry of `messages`. */
export interface AnthropicMessage {
  readonly role: 'user' | 'assistant' | 'system';
  readonly content: readonly JsonObject[];
}

/** The lists with at most four marks: of more, the last ones stay, since each covers everything before it. */
export function limitMarks(lists: MarkedLists, notes: EncodingNotes): MarkedLists {
  const blocks = [lists.tools, lists.system, ...lists.messages.map((message) => message.content)].flat();
  let excess = blocks.filter((block) => Object.hasOwn(block, 'cache_control')).length - MAX_MARKS;
  if (excess <= 0) {
    return lists;
  }
  notes.drop('cacheMark');
  const limited = (block: JsonObject): JsonObject => {
    if (excess <= 0 || !Object.hasOwn(block, 'cache_control')) {
      return block;
    }
    excess -= 1;
    const { cache_control: _, ...rest } = block;
    return rest;
  };
  return {
    tools: lists.tools.map(limited),
    system: lists.system.map(limited),
    messages: lists.messages.map((message) => ({ ...message, content: message.content.map(limited) })),
  };
}
