import type { ContentPart } from '../../model/chat-request.ts';
import { type JsonObject, member, stringMember } from '../../wire/json.ts';
import type { PlacedPart } from '../conversation-turns.ts';
import { parseDataUrl } from '../data-url.ts';
import { cacheMark } from './cache-marks.ts';
import type { EncodingNotes } from './encoding-notes.ts';

/** A part of the user's or of a tool's words as a content block; what Anthropic cannot take is refused. */
export function partBlocks(parts: readonly PlacedPart[], notes: EncodingNotes): readonly JsonObject[] {
  return parts.flatMap((placed) => {
    const block =
      READERS.get(placed.part.type)?.(placed.part) ?? `Anthropic takes no part of type "${placed.part.type}".`;
    if (typeof block === 'string') {
      notes.refuse(placed.path, block);
      return [];
    }
    return [{ ...block, ...cacheMark(placed.part) }];
  });
}

/** Parts of a system prompt or of the assistant's words, which are text alone. */
export function textBlocks(parts: readonly PlacedPart[], notes: EncodingNotes): readonly JsonObject[] {
  return parts.flatMap(({ part, path }) => {
    if (part.type !== 'text') {
      notes.refuse(path, `Anthropic takes parts of type "${part.type}" from the user and from tools only.`);
      return [];
    }
    return [{ ...textBlock(part), ...cacheMark(part) }];
  });
}

/** Gives a block, or says what to change. */
type PartReader = (part: ContentPart) => JsonObject | string;

const READERS: ReadonlyMap<string, PartReader> = new Map([
  ['text', textBlock],
  ['image_url', imageBlock],
  ['file', documentBlock],
  ['input_audio', () => 'Anthropic models take no audio.'],
]);

function textBlock(part: ContentPart): JsonObject {
  return { type: 'text', text: part.text };
}

const IMAGE_TYPES = new Set(['image/jpeg', 'image/png', 'image/gif', 'image/webp']);

function imageBlock(part: ContentPart): JsonObject | string {
  const url = stringMember(part, 'image_url') ?? stringMember(member(part, 'image_url'), 'url') ?? '';
  if (/^https:\/\//i.test(url)) {
    return { type: 'image', source: { type: 'url', url } };
  }
  const image = parseDataUrl(url);
  if (image === undefined) {
    return 'An image for Anthropic must be an https URL or a base64 data URL.';
  }
  const mediaType = image.mediaType === 'image/jpg' ? 'image/jpeg' : image.mediaType;
  if (!IMAGE_TYPES.has(mediaType)) {
    return `An image for Anthropic must be a JPEG, PNG, GIF or WebP; got ${mediaType}.`;
  }
  return { type: 'image', source: { type: 'base64', media_type: mediaType, data: image.data } };
}

function documentBlock(part: ContentPart): JsonObject | string {
  const file = member(part, 'file');
  const data = stringMember(file, 'file_data');
  if (data === undefined) {
    return 'A file for Anthropic must be sent in file_data; a file_id is known only to the vendor where it was uploaded.';
  }
  const document = parseDataUrl(data);
  if (document?.mediaType !== 'application/pdf') {
    return 'A file for Anthropic must be a PDF as a base64 data URL (data:application/pdf;base64,...).';
  }
  const title = stringMember(file, 'filename');
  return {
    type: 'document',
    source: { type: 'base64', media_type: 'application/pdf', data: document.data },
    ...(title === undefined ? {} : { title }),
  };
}
