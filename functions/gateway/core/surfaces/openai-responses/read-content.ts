import { defined } from '../../model/defined.ts';
import type { MediaPart, Part, Source } from '../../model/part.ts';
import { parseDataUrl } from '../../wire/data-url.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';

/** The content of a message or of a tool's output: a string, or parts. One of an unknown type stays opaque. */
export function contentOf(holder: JsonObject, key: 'content' | 'output', path: string): readonly Part[] {
  const content = holder[key];
  if (typeof content === 'string') {
    return [{ kind: 'text', text: content, path: `${path}.${key}` }];
  }
  const parts = arrayMember(holder, key).filter(isJsonObject);
  return parts.map((part, index) => partOf(part, `${path}.${key}[${index}]`));
}

function partOf(part: JsonObject, path: string): Part {
  switch (part.type) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { path, kind: 'text', text: stringMember(part, 'text') ?? '' };
    case 'refusal':
      return { path, kind: 'refusal', text: stringMember(part, 'refusal') ?? '' };
    case 'input_image':
      return { path, kind: 'media', media: 'image', source: imageSource(part) };
    case 'input_file':
      return { path, ...fileOf(part) };
    case 'input_audio':
      return { path, kind: 'media', media: 'audio', source: audioSource(part) };
    default:
      return {
        path,
        kind: 'opaque',
        what: stringMember(part, 'type') ?? '',
        native: { dialect: 'openai-responses', value: part, ifForeign: 'refuse' },
      };
  }
}

function imageSource(part: JsonObject): Source {
  const id = stringMember(part, 'file_id');
  return id === undefined ? urlSource(stringMember(part, 'image_url')) : uploaded(id);
}

function uploaded(id: string): Source {
  return { kind: 'uploaded', dialect: 'openai-responses', id };
}

function urlSource(url = ''): Source {
  if (url === '') {
    return { kind: 'none' };
  }
  const data = parseDataUrl(url);
  return data === undefined ? { kind: 'url', url } : { kind: 'base64', mediaType: data.mediaType, data: data.data };
}

/** A file is of the medium that its type says. Data without a type is taken for a PDF, as OpenAI does. */
function fileOf(part: JsonObject): Pick<MediaPart, 'kind' | 'media' | 'source' | 'title'> {
  const title = stringMember(part, 'filename');
  const source = fileSource(part);
  const type = source.kind === 'base64' ? source.mediaType : '';
  const media = MEDIA.find((medium) => type.startsWith(`${medium}/`)) ?? 'document';
  return { kind: 'media', media, source, ...defined({ title }) };
}

const MEDIA: readonly MediaPart['media'][] = ['image', 'audio', 'video'];

function fileSource(part: JsonObject): Source {
  const id = stringMember(part, 'file_id');
  const data = stringMember(part, 'file_data') ?? '';
  if (id !== undefined) {
    return uploaded(id);
  }
  if (data === '' || data.startsWith('data:')) {
    return urlSource(data === '' ? stringMember(part, 'file_url') : data);
  }
  return { kind: 'base64', mediaType: 'application/pdf', data };
}

function audioSource(part: JsonObject): Source {
  const audio = objectMember(part, 'input_audio');
  const data = stringMember(audio, 'data');
  const format = stringMember(audio, 'format') ?? '';
  return data === undefined || !/^[a-z0-9.+-]{1,32}$/i.test(format)
    ? { kind: 'none' }
    : { kind: 'base64', mediaType: `audio/${format.toLowerCase()}`, data };
}
