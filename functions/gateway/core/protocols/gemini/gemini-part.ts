import { defined } from '../../model/defined.ts';
import { nativeValue } from '../../model/dialect.ts';
import type { MediaPart, OpaquePart, Part } from '../../model/part.ts';
import type { JsonObject } from '../../wire/json.ts';
import { isTextType, typeByName } from '../../wire/media-type.ts';
import type { EncodingNotes } from '../encoding-notes.ts';

/**
 * A part as Gemini's; none where it cannot be one, or says nothing there. Data goes inline, addresses are left for Google to fetch: the
 * gateway fetches none.
 */
export function geminiPart(part: Part, notes: EncodingNotes): readonly JsonObject[] {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ text: part.text }];
    case 'media':
      return mediaParts(part, notes);
    case 'opaque':
      return opaqueParts(part, notes);
    case 'reasoning':
    case 'tool-call':
    case 'tool-result':
      return [];
  }
}

function mediaParts(part: MediaPart, notes: EncodingNotes): readonly JsonObject[] {
  const sent = mediaPart(part);
  if (sent === undefined) {
    refusePart(part.path, notes);
  }
  return sent === undefined ? [] : [sent];
}

function refusePart(path: string, notes: EncodingNotes): void {
  const message = `${path} is not something Gemini takes: send text, or media as base64 data or an https URL.`;
  notes.refuse(path, message);
}

function opaqueParts({ what, path, native }: OpaquePart, notes: EncodingNotes): readonly JsonObject[] {
  const own = nativeValue(native, 'gemini');
  if (own === undefined && native.ifForeign === 'refuse') {
    refusePart(path, notes);
  } else if (own === undefined && native.ifForeign === 'drop') {
    notes.dropMember(what);
  }
  return own === undefined ? [] : [own];
}

/**
 * For an address that does not say what it is: Vertex refuses one without a type. A document may be anything, and Google knows the type of
 * a file that was uploaded to it.
 */
const FALLBACK_TYPES: Readonly<Record<MediaPart['media'], string | undefined>> = {
  image: 'image/jpeg',
  video: 'video/mp4',
  audio: 'audio/mp3',
  document: undefined,
};

function mediaPart({ media, source, title }: MediaPart): JsonObject | undefined {
  switch (source.kind) {
    case 'base64':
      return inlineData(media, source);
    case 'text':
      return { text: source.text };
    case 'url':
      return isFetchable(source.url)
        ? {
            fileData: {
              fileUri: source.url,
              ...defined({ mimeType: typeOf(source.url, title) ?? FALLBACK_TYPES[media] }),
            },
          }
        : undefined;
    case 'uploaded':
    case 'none':
      return undefined;
  }
}

/** Gemini takes no types of text beyond the plain one everywhere, and of other documents PDFs alone. */
function inlineData(
  media: MediaPart['media'],
  { mediaType, data }: Extract<MediaPart['source'], { kind: 'base64' }>,
): JsonObject | undefined {
  const mimeType = media === 'document' && isTextType(mediaType) ? 'text/plain' : mediaType;
  const isTaken = media !== 'document' || mimeType === 'text/plain' || mimeType === 'application/pdf';
  return isTaken ? { inlineData: { mimeType, data } } : undefined;
}

function isFetchable(url: string): boolean {
  return /^(https|gs):\/\//i.test(url);
}

function typeOf(url: string, title: string | undefined): string | undefined {
  return (title === undefined ? undefined : typeByName(title)) ?? typeByName(url);
}
