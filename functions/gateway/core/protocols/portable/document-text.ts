import type { Source } from '../../model/part.ts';
import { isTextType } from '../../wire/media-type.ts';

/** The text of a document that is text, in whichever form it was sent; `undefined` for one that is none, or that is not here. */
export function documentText(source: Source): string | undefined {
  switch (source.kind) {
    case 'text':
      return source.text;
    case 'base64':
      return isTextType(source.mediaType) ? decodedText(source.data) : undefined;
    case 'url':
    case 'uploaded':
    case 'none':
      return undefined;
  }
}

/** `undefined` for what is no base64. */
function decodedText(base64: string): string | undefined {
  try {
    const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
    return new TextDecoder().decode(bytes);
  } catch {
    return undefined;
  }
}
