import { defined } from '../../model/defined.ts';
import type { MediaPart, Source } from '../../model/part.ts';
import type { Prompt } from '../../model/prompt.ts';
import type { JsonObject } from '../../wire/json.ts';
import { EMPTY_CONTENT } from '../conversation-turns.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { documentText } from '../portable/document-text.ts';
import { type WrittenDocument, withWrittenDocuments } from '../portable/written-documents.ts';
import { cacheControl } from './cache-marks.ts';

/** A picture or a document as a block; what Anthropic cannot take is refused. */
export function mediaBlocks(part: MediaPart, notes: EncodingNotes): readonly JsonObject[] {
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

/** The prompt with its documents as a model takes them that does not take all: as text, where they are one. */
export function withTakenDocuments(prompt: Prompt, documents: 'pdf' | 'none', notes: EncodingNotes): Prompt {
  return withWrittenDocuments(prompt, {
    dialect: 'anthropic-messages',
    notes,
    write: (document) => writtenDocument(document, documents),
  });
}

function writtenDocument({ source, title }: MediaPart, documents: 'pdf' | 'none'): WrittenDocument {
  const text = documentText(source);
  if (text !== undefined) {
    return { kind: 'part', part: { type: 'text', text: title === undefined ? text : `${title}\n\n${text}` } };
  }
  return documents === 'pdf' ? { kind: 'as-sent' } : { kind: 'refused', message: NO_DOCUMENTS };
}

const NO_DOCUMENTS =
  'This server takes no documents but text: send the text of the document, or its pages as pictures.';
