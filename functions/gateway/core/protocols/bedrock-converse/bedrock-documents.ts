import type { MediaPart, Source } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import { isTextType } from '../../wire/media-type.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** A file as a document. Converse takes only its content, and no file that was uploaded elsewhere. */
export function documentBlock(part: MediaPart, { documentNames, rules, notes }: BedrockTask): readonly JsonObject[] {
  const content = contentOf(part.source, part.title ?? '');
  if (typeof content === 'string') {
    notes.refuse(part.path, content);
    return [];
  }
  const name = documentNames.name(part.title ?? '');
  if (documentNames.count() > rules.maxDocuments) {
    const most = `Bedrock takes at most ${rules.maxDocuments} documents in one request`;
    notes.refuse(part.path, `${most}: leave out this one and those after it, or send their text.`);
    return [];
  }
  return [{ document: { name, ...content, ...(part.cite === true && { citations: { enabled: true } }) } }];
}

interface DocumentContent {
  readonly format: string;
  readonly source: JsonObject;
}

/** Gives the content, or says what to change. */
function contentOf(source: Source, title: string): DocumentContent | string {
  switch (source.kind) {
    case 'text':
      return { format: 'txt', source: { text: source.text } };
    case 'base64':
      return bytesOf(source.data, formatOf(source.mediaType) ?? formatByName(title));
    case 'url':
    case 'uploaded':
    case 'none':
      return NO_DATA;
  }
}

const NO_DATA = 'Bedrock takes files only as base64 data, neither by the id of an upload nor by address.';

function bytesOf(bytes: string, format: string | undefined): DocumentContent | string {
  return format === undefined
    ? 'Bedrock takes PDF, CSV, Word, Excel, HTML, Markdown and plain text files.'
    : { format, source: { bytes } };
}

/** Text for which Converse has no format of its own is plain text. */
function formatOf(mediaType: string): string | undefined {
  return DOCUMENT_FORMATS.get(mediaType) ?? (isTextType(mediaType) ? 'txt' : undefined);
}

function formatByName(fileName: string): string | undefined {
  return EXTENSION_FORMATS.get(fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase());
}

/** Converse's formats by media type. Source: Amazon Bedrock API reference, "DocumentBlock", 2026-11. */
const DOCUMENT_FORMATS: ReadonlyMap<string, string> = new Map([
  ['application/pdf', 'pdf'],
  ['text/csv', 'csv'],
  ['application/msword', 'doc'],
  ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
  ['application/vnd.ms-excel', 'xls'],
  ['application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'xlsx'],
  ['text/html', 'html'],
  ['text/plain', 'txt'],
  ['text/markdown', 'md'],
]);

const EXTENSION_FORMATS: ReadonlyMap<string, string> = new Map([
  ...[...DOCUMENT_FORMATS.values()].map((format): [string, string] => [format, format]),
  ['htm', 'html'],
  ['markdown', 'md'],
]);
