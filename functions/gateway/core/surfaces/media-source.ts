import type { MediaPart, Source } from '../model/part.ts';
import { parseDataUrl } from '../wire/data-url.ts';
import { isTextType, typeByContent, typeByName } from '../wire/media-type.ts';

/**
 * Where the content of a picture or a file is, in whichever form it was sent: an address, a data URL, or bare base64. `name`: the file's,
 * which says what it is where the data does not; `otherwise`: what base64 is taken for that says nothing.
 */
export function mediaSource(sent: string | undefined, name = '', otherwise = UNKNOWN): Source {
  if (sent === undefined || sent === '') {
    return { kind: 'none' };
  }
  const url = parseDataUrl(sent);
  if (url !== undefined) {
    const { mediaType, data } = url;
    return { kind: 'base64', mediaType: mediaType === UNKNOWN ? typeOf(data, name, UNKNOWN) : mediaType, data };
  }
  const written = writtenData(sent);
  if (written !== undefined) {
    return { kind: 'text', text: written };
  }
  return isBase64(sent)
    ? { kind: 'base64', mediaType: typeOf(sent, name, otherwise), data: sent }
    : { kind: 'url', url: sent };
}

/** What clients say that do not know. */
const UNKNOWN = 'application/octet-stream';

function typeOf(data: string, name: string, otherwise: string): string {
  return typeByName(name) ?? typeByContent(data) ?? otherwise;
}

/** The medium of base64 by its type; `otherwise` for all else. */
export function mediumOf(source: Source, otherwise: MediaPart['media']): MediaPart['media'] {
  const type = source.kind === 'base64' ? source.mediaType : '';
  const isDocument = type === 'application/pdf' || isTextType(type);
  return MEDIA.find((medium) => type.startsWith(`${medium}/`)) ?? (isDocument ? 'document' : otherwise);
}

const MEDIA: readonly MediaPart['media'][] = ['image', 'audio', 'video'];

/** Base64 has neither the colon of an address nor the dot of a path. A beginning is enough to tell: files are megabytes. */
function isBase64(text: string): boolean {
  return /^[a-zA-Z0-9+/_=\s-]+$/.test(text.slice(0, 200));
}

/** The text of a data URL without base64 (`data:text/plain,a%20note`); `undefined` for any other. */
function writtenData(url: string): string | undefined {
  const comma = url.indexOf(',');
  const head = url.slice(0, comma === -1 ? 0 : comma).toLowerCase();
  const [mediaType = ''] = head.slice(5).split(';', 1);
  if (!head.startsWith('data:') || head.endsWith('base64') || !(mediaType === '' || isTextType(mediaType))) {
    return undefined;
  }
  try {
    return decodeURIComponent(url.slice(comma + 1));
  } catch {
    return undefined;
  }
}
