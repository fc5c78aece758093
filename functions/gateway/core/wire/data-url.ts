/** A base64 data URL taken apart. `data` is the base64 text, unchecked. */
export interface DataUrl {
  /** In lower case, without parameters. */
  readonly mediaType: string;
  readonly data: string;
}

/** Reads a `data:` URL (RFC 2397) with base64 content; `undefined` for anything else. Linear in its length: images are megabytes. */
export function parseDataUrl(url: string): DataUrl | undefined {
  const comma = url.indexOf(',');
  if (comma === -1 || url.slice(0, 5).toLowerCase() !== 'data:') {
    return undefined;
  }
  const [mediaType = '', ...parameters] = url.slice(5, comma).toLowerCase().split(';');
  const isBase64 = parameters.at(-1)?.trim() === 'base64';
  return isBase64 && mediaType !== '' ? { mediaType, data: url.slice(comma + 1) } : undefined;
}
