import type { ContentPart } from '../../model/chat-request.ts';
import { type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';
import type { PlacedPart } from '../conversation-turns.ts';
import { parseDataUrl } from '../data-url.ts';
import { type EncodingLosses, refuse } from './encoding-losses.ts';

/** A content part as Gemini's; none where it cannot be one. Data goes inline, addresses are left for Google to fetch: the gateway fetches none. */
export function geminiPart({ part, path }: PlacedPart, losses: EncodingLosses): readonly JsonObject[] {
  const translated = READERS.get(part.type)?.(part);
  if (translated === undefined) {
    const message = `${path} is not something Gemini takes: send text, or media as a base64 data URL or an https URL.`;
    refuse(losses, path, message);
    return [];
  }
  return [translated];
}

type PartReader = (part: ContentPart) => JsonObject | undefined;

const READERS: ReadonlyMap<string, PartReader> = new Map<string, PartReader>([
  ['text', textPart],
  ['image_url', (part) => mediaPart(urlOf(part, 'image_url'), 'image/jpeg')],
  ['video_url', (part) => mediaPart(urlOf(part, 'video_url'), 'video/mp4')],
  ['input_audio', audioPart],
  ['file', filePart],
]);

function textPart(part: ContentPart): JsonObject | undefined {
  const text = stringMember(part, 'text');
  return text === undefined ? undefined : { text };
}

/** `{url}`, or the address itself as some clients send it. */
function urlOf(part: ContentPart, key: string): string | undefined {
  return stringMember(member(part, key), 'url') ?? stringMember(part, key);
}

/** `fallbackType` is for an address that does not say what it is: Vertex refuses one without a type. */
function mediaPart(url: string | undefined, fallbackType: string): JsonObject | undefined {
  const data = parseDataUrl(url ?? '');
  if (data !== undefined) {
    return { inlineData: { mimeType: data.mediaType, data: data.data } };
  }
  return url === undefined || !isFetchable(url)
    ? undefined
    : { fileData: { fileUri: url, mimeType: typeByName(url) ?? fallbackType } };
}

function isFetchable(url: string): boolean {
  return /^(https|gs):\/\//i.test(url);
}

function audioPart(part: ContentPart): JsonObject | undefined {
  const audio = objectMember(part, 'input_audio');
  const data = stringMember(audio, 'data');
  const format = stringMember(audio, 'format') ?? '';
  return data === undefined || !/^[a-z0-9.+-]{1,32}$/i.test(format)
    ? undefined
    : { inlineData: { mimeType: `audio/${format.toLowerCase()}`, data } };
}

/** A document in the request, or an address at Google: an OpenAI file id means nothing there. */
function filePart(part: ContentPart): JsonObject | undefined {
  const file = objectMember(part, 'file');
  const stored = stringMember(file, 'file_id');
  if (stored !== undefined && isFetchable(stored)) {
    const mimeType = typeByName(stringMember(file, 'filename') ?? stored);
    return { fileData: { fileUri: stored, ...(mimeType === undefined ? {} : { mimeType }) } };
  }
  return mediaPart(stringMember(file, 'file_data'), 'application/pdf');
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['png', 'image/png'],
  ['jpg', 'image/jpeg'],
  ['jpeg', 'image/jpeg'],
  ['webp', 'image/webp'],
  ['gif', 'image/gif'],
  ['heic', 'image/heic'],
  ['heif', 'image/heif'],
  ['pdf', 'application/pdf'],
  ['txt', 'text/plain'],
  ['mp4', 'video/mp4'],
  ['mov', 'video/mov'],
  ['webm', 'video/webm'],
  ['mp3', 'audio/mp3'],
  ['wav', 'audio/wav'],
]);

function typeByName(url: string): string | undefined {
  const [name = ''] = url.split(/[?#]/, 1);
  return TYPES.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase());
}
