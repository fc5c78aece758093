import type { JsonObject } from './json.ts';

/**
 * Bytes of a text in UTF-8, for a count of its tokens: a digit counts as two, because some models' tokenizers take each alone. Half of a
 * surrogate pair counts two: the pair makes four.
 */
export function textWeight(text: string): number {
  let weight = text.length;
  for (let index = 0; index < text.length; index += 1) {
    weight += moreWeight(text.charCodeAt(index));
  }
  return weight;
}

const ZERO = 0x30;
const NINE = 0x39;

function moreWeight(unit: number): number {
  if (unit < 0x80) {
    return unit >= ZERO && unit <= NINE ? 1 : 0;
  }
  const isHalfOfPair = unit >= 0xd800 && unit <= 0xdfff;
  return unit < 0x800 || isHalfOfPair ? 1 : 2;
}

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
  return weight + membersWeight(value as JsonObject);
}

/** Nothing is made for a member or an object: a body may have a hundred thousand of either. */
function membersWeight(object: JsonObject): number {
  let weight = 0;
  for (const name in object) {
    weight += textWeight(name) + PUNCTUATION_BYTES + jsonWeight(object[name]);
  }
  return weight;
}
