/** A JSON object of unknown members: what `JSON.parse` gives for `{...}`. */
export interface JsonObject {
  readonly [key: string]: unknown;
}

/** Whether `value` is a JSON object: not null, not an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** No honest request or answer nests deeper. `JSON.stringify` and whatever else walks a value would run out of stack at some thousands. */
const MAX_NESTING = 500;

/** Parses JSON text without throwing: `undefined` where the text is not JSON (no JSON text means `undefined`) or nests deeper than 500. */
export function parseJson(text: string): unknown {
  const value = parseBoundedJson(text);
  // Each level takes a bracket: nearly all texts are too short to nest so deep.
  return text.length <= MAX_NESTING || nestsWithin(value, MAX_NESTING) ? value : undefined;
}

/** The same for a text whose nesting is known to be bounded: nothing of it is looked at once more. */
export function parseBoundedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return levels > 0 && Object.values(value).every((inner) => nestsWithin(inner, levels - 1));
}

/** The member `key` of `value` where it is a JSON object that has it of its own, else `undefined`. Prototype-safe. */
export function member(value: unknown, key: string): unknown {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const found = value[key];
  // Most members that are asked for are not there at all, and to ask whose own one is takes ten times as long.
  return found !== undefined && Object.hasOwn(value, key) ? found : undefined;
}

/** The member `key` where it is a string, else `undefined`. */
export function stringMember(value: unknown, key: string): string | undefined {
  const found = member(value, key);
  return typeof found === 'string' ? found : undefined;
}

/** The member `key` where it is a finite number, else `undefined`. */
export function numberMember(value: unknown, key: string): number | undefined {
  const found = member(value, key);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** The member `key` where it is an object, else `undefined`. */
export function objectMember(value: unknown, key: string): JsonObject | undefined {
  const found = member(value, key);
  return isJsonObject(found) ? found : undefined;
}

/** The member `key` where it is an array, else an empty one. */
export function arrayMember(value: unknown, key: string): readonly unknown[] {
  const found = member(value, key);
  return Array.isArray(found) ? found : [];
}

/**
 * `value` as JSON text in which every string is Unicode. Half of a surrogate pair, as a text has that was cut in the midst of an emoji,
 * becomes U+FFFD: strict parsers (Anthropic's, DeepSeek's) take a body with its escape for no JSON at all. Source: RFC 8259, section 8.2.
 */
export function wellFormedJson(value: unknown): string {
  return wellFormedEscapes(JSON.stringify(value));
}

/** JSON text with the escapes of half pairs replaced, in members' names too; a pair of escapes stays. Linear; the same text where it has none. */
export function wellFormedEscapes(json: string): string {
  return SURROGATE.test(json) ? json.replace(ESCAPE, (found) => (HALF.test(found) ? '\\ufffd' : found)) : json;
}

const SURROGATE = /\\ud[89a-f]/i;

/** Every escape, so that none is looked for in the midst of another (`\\ud83d` is a backslash and five letters); a pair at once. */
const ESCAPE = /\\(?:ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|u[0-9a-f]{4}|.)/gis;

const HALF = /^\\ud[89a-f][0-9a-f]{2}$/i;

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

/** `items` with each changed; the very same array where nothing changes, so that a request that is fine is not copied. */
export function changedItems<Item>(
  items: readonly Item[],
  change: (item: Item, index: number) => Item,
): readonly Item[] {
  let copy: Item[] | undefined;
  let index = 0;
  for (const item of items) {
    const changed = change(item, index);
    if (changed !== item) {
      copy ??= items.slice();
      copy[index] = changed;
    }
    index += 1;
  }
  return copy ?? items;
}
