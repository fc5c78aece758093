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

function nestsWithin(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) {
    return true;
  }
  return levels > 0 && Object.values(value).every((inner) => nestsWithin(inner, levels - 1));
}

/** The member `key` of `value` where it is a JSON object that has it of its own, else `undefined`. Prototype-safe. */
export function member(value: unknown, key: string): unknown {
  return isJsonObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
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
