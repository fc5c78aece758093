import type { JsonObject } from './json.ts';

/**
 * Bytes of a text in UTF-8, for a count of its tokens: a digit counts as two, because some models' tokenizers take each alone. Half of a
 * surrogate pair counts two: the pair makes four.
 */
export function textWeight(text: string): number {
  let weight = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit >= 0x80) {
      weight += unit < 0x800 || (unit & 0xf800) === SURROGATES ? 1 : 2;
    } else if (unit >= ZERO && unit <= NINE) {
      weight += 1;
    }
  }
  return weight;
}

const ZERO = 0x30;
const NINE = 0x39;
/** What the first five bits are of a half of a pair. */
const SURROGATES = 0xd800;

/** What a member or an item adds to JSON text beside its name and value: quotes, colon, comma. */
const PUNCTUATION_BYTES = 4;

/** About the weight of a value's JSON text, without making it. The bounds of a body's JSON bound the depth. */
export function jsonWeight(value: unknown): number {
  if (typeof value === 'string') {
    return textWeight(value);
  }
  if (typeof value === 'number') {
    return PUNCTUATION_BYTES + textWeight(String(value));
  }
  if (typeof value !== 'object' || value === null) {
    return PUNCTUATION_BYTES;
  }
  let weight = PUNCTUATION_BYTES;
  if (Array.isArray(value)) {
    for (const item of value) {
      weight += jsonWeight(item);
    }
    return weight;
  }
  const object = value as JsonObject;
  // Nothing is made for a member or an object: a body may have a hundred thousand of either.
  for (const name in object) {
    weight += textWeight(name) + PUNCTUATION_BYTES + jsonWeight(object[name]);
  }
  return weight;
}
