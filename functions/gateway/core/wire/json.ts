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
  try {
    const value: unknown = JSON.parse(text);
    // Each level takes a bracket: nearly all texts are too short to nest so deep.
    return text.length <= MAX_NESTING || nestsWithin(value, MAX_NESTING) ? value : undefined;
  } catch {
    return undefined;
  }
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
  const json = JSON.stringify(value);
  return SURROGATE.test(json) ? wellFormedEscapes(json) : json;
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

/** No honest request nests deeper, and nothing that walks one runs out of stack. */
const MAX_BODY_NESTING = 200;
/** Objects and arrays in one body. 6 MB of `{},` would become hundreds of megabytes of objects. */
const MAX_CONTAINERS = 250_000;
/** Members and items in one body. */
const MAX_ITEMS = 2_000_000;

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * What makes a body of JSON dangerous to parse: how deep it nests and how many values it holds. `undefined` where it is within bounds,
 * else the complaint. One pass over the bytes, before anything is made of them; it need not be JSON.
 */
export function jsonBoundsProblem(body: Uint8Array): string | undefined {
  let depth = 0;
  let deepest = 0;
  let containers = 0;
  let items = 0;
  for (let at = 0; at < body.length; at += 1) {
    switch (body[at]) {
      case QUOTE: {
        // Whole strings are skipped at the speed of `indexOf`.
        const end = body.indexOf(QUOTE, at + 1);
        at = end > 0 && body[end - 1] !== BACKSLASH ? end : endOfString(body, at);
        break;
      }
      case COMMA:
        items += 1;
        break;
      case OPEN_BRACE:
      case OPEN_BRACKET:
        containers += 1;
        depth += 1;
        deepest = Math.max(deepest, depth);
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        depth -= 1;
        break;
    }
  }
  const isWithin = deepest <= MAX_BODY_NESTING && containers <= MAX_CONTAINERS && items <= MAX_ITEMS;
  return isWithin ? undefined : complaint(deepest, containers);
}

/**
 * What makes texts of JSON within a request dangerous to parse, all of them together: an encoder that needs values parses them. They are
 * strings to `jsonBoundsProblem`. `undefined` where they are within the bounds of a body.
 */
export function nestedJsonProblem(texts: readonly string[]): string | undefined {
  const containers = texts.reduce((sum, text) => sum + containersIn(text), 0);
  return containers > MAX_CONTAINERS
    ? `The JSON texts within the request hold more than ${MAX_CONTAINERS} objects and arrays.`
    : undefined;
}

/** Brackets that open, those of strings too: the text may be no JSON, and what is parsed is then less. */
function containersIn(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit === OPEN_BRACE || unit === OPEN_BRACKET) {
      count += 1;
    }
  }
  return count;
}

/** The place of the quote that ends the string which begins at `start`, escaped ones looked past; the body's end where there is none. */
function endOfString(body: Uint8Array, start: number): number {
  let end = start;
  do {
    end = body.indexOf(QUOTE, end + 1);
  } while (end !== -1 && body[end - 1] === BACKSLASH && isEscaped(body, end));
  return end === -1 ? body.length : end;
}

/** Whether an odd number of backslashes stands before the place. */
function isEscaped(body: Uint8Array, at: number): boolean {
  let first = at;
  while (body[first - 1] === BACKSLASH) {
    first -= 1;
  }
  return (at - first) % 2 === 1;
}

function complaint(deepest: number, containers: number): string {
  if (deepest > MAX_BODY_NESTING) {
    return `The JSON of the request body nests deeper than ${MAX_BODY_NESTING} levels.`;
  }
  return containers > MAX_CONTAINERS
    ? `The JSON of the request body holds more than ${MAX_CONTAINERS} objects and arrays.`
    : `The JSON of the request body holds more than ${MAX_ITEMS} members and items.`;
}
