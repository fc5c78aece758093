import { defined } from '../../model/defined.ts';
import type { Source } from '../../model/part.ts';
import { parseDataUrl } from '../../wire/data-url.ts';
import { isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { mediaSource } from '../media-source.ts';

/** A content part in OpenAI's form for chat. The very same part where it is in that form, or in none that is known. */
export function usualPart(part: unknown): unknown {
  if (typeof part === 'string') {
    return { type: 'text', text: part };
  }
  if (!isJsonObject(part)) {
    return part;
  }
  const type = part.type ?? UNTYPED.find((name) => name in part);
  const form = FORMS.get(type);
  const typed = part.type === undefined && type !== undefined ? { type, ...part } : part;
  return form === undefined ? typed : form(typed);
}

/** Types that a part without one is of by its member of that name. */
const UNTYPED: readonly string[] = ['text', 'image_url', 'input_audio', 'video_url', 'file'];

const FORMS: ReadonlyMap<unknown, (part: JsonObject) => JsonObject> = new Map([
  ['image_url', (part) => addressed(part, 'image_url')],
  ['video_url', (part) => addressed(part, 'video_url')],
  ['input_audio', audio],
  ['file', file],
  // Those of the Responses API.
  ['input_text', (part) => ({ ...part, type: 'text' })],
  ['output_text', outputText],
  ['input_image', inputImage],
  ['input_file', inputFile],
  // Those of the Messages API.
  ['image', (part) => bySource(part, (url) => ({ type: 'image_url', image_url: { url } }))],
  ['document', (part) => bySource(part, (url, title) => fileOf(url, title))],
]);

/** The address itself in the place of `{url}`, and data without its head, or without a type that says what it is. */
function addressed(part: JsonObject, key: 'image_url' | 'video_url'): JsonObject {
  const bare = stringMember(part, key);
  const given = bare ?? stringMember(objectMember(part, key), 'url') ?? '';
  const source = isOpenForm(given) ? mediaSource(given) : undefined;
  const url = source?.kind === 'base64' ? `data:${source.mediaType};base64,${source.data}` : given;
  return bare === undefined && url === given ? part : { ...part, [key]: { ...objectMember(part, key), url } };
}

function isOpenForm(url: string): boolean {
  return url !== '' && !/^(?:https?:|gs:|data:(?!application\/octet-stream))/i.test(url.slice(0, 40));
}

/** A data URL in the place of the data and its format. */
function audio(part: JsonObject): JsonObject {
  const url = parseDataUrl(stringMember(part, 'input_audio') ?? '');
  const format = url?.mediaType.replace(/^audio\/(?:x-)?/, '');
  return url === undefined ? part : { ...part, input_audio: { data: url.data, format } };
}

/** A file's content or its id in the place of the file. A picture or a recording is one also where it was sent as a file. */
function file(part: JsonObject): JsonObject {
  const given = stringMember(part, 'file');
  if (given !== undefined) {
    return { ...part, file: parseDataUrl(given) === undefined ? { file_id: given } : { file_data: given } };
  }
  const sent = objectMember(part, 'file');
  const data = stringMember(sent, 'file_data');
  const source = data === undefined ? undefined : mediaSource(data, stringMember(sent, 'filename'));
  return source?.kind === 'base64' ? (shown(source) ?? part) : part;
}

function shown({ mediaType, data }: Extract<Source, { kind: 'base64' }>): JsonObject | undefined {
  const [medium, format = ''] = mediaType.split('/');
  switch (medium) {
    case 'image':
      return { type: 'image_url', image_url: { url: `data:${mediaType};base64,${data}` } };
    case 'audio':
      return { type: 'input_audio', input_audio: { data, format: format.replace(/^x-/, '') } };
    default:
      return undefined;
  }
}

function outputText({ annotations: _, logprobs: __, ...part }: JsonObject): JsonObject {
  return { ...part, type: 'text' };
}

/** A picture by the id of an upload has no place in chat. */
function inputImage(part: JsonObject): JsonObject {
  const { detail, image_url: given, file_id: _, ...others } = part;
  const url = typeof given === 'string' ? given : stringMember(given, 'url');
  return url === undefined ? part : { ...others, type: 'image_url', image_url: { url, ...defined({ detail }) } };
}

/** A file by its address has no place in chat. */
function inputFile(part: JsonObject): JsonObject {
  const { type: _, file_data: data, file_id: id, filename, file_url: url, detail: __, ...others } = part;
  return typeof url === 'string'
    ? part
    : { ...others, type: 'file', file: defined({ file_data: data, file_id: id, filename }) };
}

/** What has a `source` as in the Messages API: data or an address. */
function bySource(part: JsonObject, toUsual: (url: string, title: string | undefined) => JsonObject): JsonObject {
  const source = objectMember(part, 'source');
  const { cache_control: cache } = part;
  const url = addressOf(source);
  return url === undefined
    ? part
    : { ...toUsual(url, stringMember(part, 'title')), ...defined({ cache_control: cache }) };
}

function addressOf(source: JsonObject | undefined): string | undefined {
  const data = stringMember(source, 'data');
  const mediaType = stringMember(source, 'media_type');
  switch (source?.type) {
    case 'base64':
      return data === undefined || mediaType === undefined ? undefined : `data:${mediaType};base64,${data}`;
    case 'text':
      return data === undefined ? undefined : `data:text/plain,${encodeURIComponent(data)}`;
    case 'url':
      return stringMember(source, 'url');
    default:
      return undefined;
  }
}

function fileOf(url: string, filename: string | undefined): JsonObject {
  return { type: 'file', file: { file_data: url, ...defined({ filename }) } };
}
