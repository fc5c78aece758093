import { defined } from '../../model/defined.ts';
import type { MediaPart, Part, Source } from '../../model/part.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { mediaSource, mediumOf } from '../media-source.ts';

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
      return { path, ...imageOf(part) };
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

function imageOf(part: JsonObject): Pick<MediaPart, 'kind' | 'media' | 'source'> {
  const id = stringMember(part, 'file_id');
  const source = id === undefined ? mediaSource(stringMember(part, 'image_url')) : uploaded(id);
  return { kind: 'media', media: mediumOf(source, 'image'), source };
}

function uploaded(id: string): Source {
  return { kind: 'uploaded', dialect: 'openai-responses', id };
}

/** A file is of the medium that its type says. Data without a type is taken for a PDF, as OpenAI does. */
function fileOf(part: JsonObject): Pick<MediaPart, 'kind' | 'media' | 'source' | 'title'> {
  const title = stringMember(part, 'filename');
  const source = fileSource(part, title);
  return { kind: 'media', media: mediumOf(source, 'document'), source, ...defined({ title }) };
}

function fileSource(part: JsonObject, title: string | undefined): Source {
  const id = stringMember(part, 'file_id');
  return id === undefined
    ? mediaSource(stringMember(part, 'file_data') ?? stringMember(part, 'file_url'), title, 'application/pdf')
    : uploaded(id);
}

function audioSource(part: JsonObject): Source {
  const audio = objectMember(part, 'input_audio');
  const data = stringMember(audio, 'data');
  const format = stringMember(audio, 'format') ?? '';
  return data === undefined || !/^[a-z0-9.+-]{1,32}$/i.test(format)
    ? { kind: 'none' }
    : { kind: 'base64', mediaType: `audio/${format.toLowerCase()}`, data };
}
