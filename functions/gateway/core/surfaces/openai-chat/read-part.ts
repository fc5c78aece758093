import { defined } from '../../model/defined.ts';
import type { MediaPart, Part, Source } from '../../model/part.ts';
import { type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import { mediaSource, mediumOf } from '../media-source.ts';
import { cacheMarkOf } from './cache-mark.ts';
import type { ContentPart } from './chat-request.ts';

/** A content part of a message. One of a type that is not OpenAI's own stays opaque: an OpenAI-shaped server may know it. */
export function partOf(part: ContentPart, path: string): Part {
  const place = { path, ...defined({ cache: cacheMarkOf(part) }) };
  switch (part.type) {
    case 'text':
      return { ...place, kind: 'text', text: textOf(part.text) };
    case 'refusal':
      return { ...place, kind: 'refusal', text: textOf(part.refusal) };
    case 'image_url':
      return { ...place, ...addressed(part, 'image_url', 'image') };
    case 'video_url':
      return { ...place, ...addressed(part, 'video_url', 'video') };
    case 'input_audio':
      return { ...place, kind: 'media', media: 'audio', source: audioSource(part) };
    case 'file':
      return { ...place, ...fileOf(part) };
    default:
      return {
        ...place,
        kind: 'opaque',
        what: part.type,
        native: { dialect: 'openai-chat', value: part, ifForeign: 'refuse' },
      };
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** `{url}`, or the address itself as some clients send it. Data is of the medium that its type says: some send a PDF as a picture. */
function addressed(
  part: JsonObject,
  key: string,
  media: MediaPart['media'],
): Pick<MediaPart, 'kind' | 'media' | 'source'> {
  const source = mediaSource(stringMember(member(part, key), 'url') ?? stringMember(part, key));
  return { kind: 'media', media: mediumOf(source, media), source };
}

function audioSource(part: JsonObject): Source {
  const audio = objectMember(part, 'input_audio');
  const data = stringMember(audio, 'data');
  const format = stringMember(audio, 'format') ?? '';
  return data === undefined || !/^[a-z0-9.+-]{1,32}$/i.test(format)
    ? { kind: 'none' }
    : { kind: 'base64', mediaType: `audio/${format.toLowerCase()}`, data };
}

/** A file is of the medium that its type says. An id is known only where the file was uploaded, unless it is an address. */
function fileOf(part: JsonObject): Pick<MediaPart, 'kind' | 'media' | 'source' | 'title'> {
  const file = objectMember(part, 'file');
  const id = stringMember(file, 'file_id');
  const title = stringMember(file, 'filename');
  const source = id === undefined ? mediaSource(stringMember(file, 'file_data'), title) : uploaded(id);
  return { kind: 'media', media: mediumOf(source, 'document'), source, ...defined({ title }) };
}

function uploaded(id: string): Source {
  return /^(?:https|gs):\/\//i.test(id) ? { kind: 'url', url: id } : { kind: 'uploaded', dialect: 'openai-chat', id };
}
