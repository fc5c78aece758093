/** What a member or an item adds to JSON text beside its name and value: quotes, colon, comma. */
const PUNCTUATION_BYTES = 4;

/** About the bytes of a value's JSON text in UTF-8, without making it. The bounds of a body's JSON bound the depth. */
export function jsonSize(value: unknown): number {
  if (typeof value === 'string') {
    return utf8Size(value);
  }
  if (typeof value !== 'object' || value === null) {
    return PUNCTUATION_BYTES;
  }
  let bytes = PUNCTUATION_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) {
      bytes += jsonSize(item);
    }
    return bytes;
  }
  for (const [name, inner] of Object.entries(value)) {
    bytes += utf8Size(name) + PUNCTUATION_BYTES + jsonSize(inner);
  }
  return bytes;
}

/** Bytes of a text in UTF-8. Half of a surrogate pair counts two: the pair makes four. */
export function utf8Size(text: string): number {
  let bytes = text.length;
  for (let index = 0; index < text.length; index += 1) {
    bytes += moreBytes(text.charCodeAt(index));
  }
  return bytes;
}

function moreBytes(unit: number): number {
  if (unit < 0x80) {
    return 0;
  }
  const isHalfOfPair = unit >= 0xd800 && unit <= 0xdfff;
  return unit < 0x800 || isHalfOfPair ? 1 : 2;
}
