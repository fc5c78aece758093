import { type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { PlacedPart } from '../conversation-turns.ts';
import { type DataUrl, parseDataUrl } from '../data-url.ts';
import type { BedrockTask } from './bedrock-task.ts';

/** A `file` part as a document. Converse takes only bytes, and no file that was uploaded elsewhere. */
export function documentBlock({ part, path }: PlacedPart, task: BedrockTask): readonly JsonObject[] {
  const file = objectMember(part, 'file');
  const fileName = stringMember(file, 'filename') ?? '';
  const data = stringMember(file, 'file_data');
  if (data === undefined) {
    task.notes.refuse(path, 'Bedrock takes files only as base64 data in "file_data", not by "file_id".');
    return [];
  }
  const parsed = parseDataUrl(data) ?? bareBase64(data);
  const format = DOCUMENT_FORMATS.get(parsed.mediaType) ?? EXTENSION_FORMATS.get(extensionOf(fileName));
  if (format === undefined) {
    task.notes.refuse(path, 'Bedrock takes PDF, CSV, Word, Excel, HTML, Markdown and plain text files.');
    return [];
  }
  return [{ document: { name: documentName(fileName), format, source: { bytes: parsed.data } } }];
}

/** The documents' names made distinct, since Converse refuses two of the same name in one request. */
export function withDistinctNames(blocks: readonly JsonObject[], taken: Set<string>): readonly JsonObject[] {
  return blocks.map((block) => {
    const document = objectMember(block, 'document');
    return document === undefined ? block : { document: { ...document, name: distinctName(document, taken) } };
  });
}

function distinctName(document: JsonObject, taken: Set<string>): string {
  const wanted = stringMember(document, 'name') ?? DEFAULT_NAME;
  let name = wanted;
  for (let ordinal = 2; taken.has(name); ordinal += 1) {
    name = `${wanted} (${ordinal})`;
  }
  taken.add(name);
  return name;
}

const DEFAULT_NAME = 'document';
const MAX_NAME_CHARS = 180;

/** Letters, digits, single spaces, hyphens, parentheses and square brackets. Source: Converse, `DocumentBlock.name`. */
function documentName(fileName: string): string {
  const withoutExtension = fileName.replace(/\.[A-Za-z0-9]{1,5}$/, '');
  const name = withoutExtension
    .replace(/[^A-Za-z0-9()[\]-]+/g, ' ')
    .slice(0, MAX_NAME_CHARS)
    .trim();
  return name === '' ? DEFAULT_NAME : name;
}

/** Some clients send the base64 without `data:`; the file's name then says what it is. */
function bareBase64(data: string): DataUrl {
  return { mediaType: '', data };
}

function extensionOf(fileName: string): string {
  return fileName.slice(fileName.lastIndexOf('.') + 1).toLowerCase();
}

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
