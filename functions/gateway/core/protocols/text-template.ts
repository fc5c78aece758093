/**
 * A JSON text of which all is known but one string: most chunks of a stream are like the one before, but for the words. What fits the
 * template would parse to the same value with that string in its place, and need not be parsed.
 */
export interface TextTemplate {
  /** The string in `json`; `undefined` where it does not fit. */
  readonly textIn: (json: string) => string | undefined;
}

/** Random characters that some vendors put into each chunk, so that its length tells an eavesdropper nothing. */
const PADDING = 'obfuscation';

/**
 * The template of a JSON text whose member `name` is `text`, at the only place where a member of that name is a string. `undefined` where
 * there are several such places, or none.
 */
export function textTemplate(json: string, name: string, text: string): TextTemplate | undefined {
  const hole = onlyString(json, name, 0);
  if (hole === undefined || literalText(json.slice(hole.from, hole.to)) !== text) {
    return undefined;
  }
  const [before, after] = [json.slice(0, hole.from), json.slice(hole.to)];
  const padding = onlyString(after, PADDING, 0);
  return padding === undefined
    ? { textIn: (other) => textBetween(other, before, after) }
    : paddedTemplate(before, after.slice(0, padding.from), after.slice(padding.to));
}

function paddedTemplate(before: string, between: string, after: string): TextTemplate {
  return {
    textIn: (other) => {
      const at = other.lastIndexOf(between);
      const padding = at === -1 ? undefined : textBetween(other.slice(at), between, after);
      return padding === undefined ? undefined : textBetween(other.slice(0, at), before, '');
    },
  };
}

function textBetween(json: string, before: string, after: string): string | undefined {
  const fits = json.length >= before.length + after.length && json.startsWith(before) && json.endsWith(after);
  return fits ? literalText(json.slice(before.length, json.length - after.length)) : undefined;
}

interface Hole {
  readonly from: number;
  readonly to: number;
}

/** Where the characters of the member's string are. Quotes within strings are escaped: a name between quotes is one of a member. */
function onlyString(json: string, name: string, from: number): Hole | undefined {
  const key = `"${name}":`;
  const at = json.indexOf(key, from);
  if (at === -1) {
    return undefined;
  }
  const quote = json[at + key.length] === ' ' ? at + key.length + 1 : at + key.length;
  const isOnly = json[quote] === '"' && json.indexOf(key, quote) === -1;
  const to = isOnly ? endOfLiteral(json, quote + 1) : -1;
  return to === -1 ? undefined : { from: quote + 1, to };
}

function endOfLiteral(json: string, from: number): number {
  let to = json.indexOf('"', from);
  while (to !== -1 && isEscaped(json, to)) {
    to = json.indexOf('"', to + 1);
  }
  return to;
}

/** Whether an odd number of backslashes stands before the place. */
function isEscaped(json: string, at: number): boolean {
  let first = at;
  while (json[first - 1] === '\\') {
    first -= 1;
  }
  return (at - first) % 2 === 1;
}

/** What stands in a JSON string in an escaped form, or not at all. */
const SPECIAL = /["\\\p{Cc}]/u;

/** The string whose characters in JSON these are; `undefined` where they are none. */
function literalText(literal: string): string | undefined {
  if (!SPECIAL.test(literal)) {
    return literal;
  }
  try {
    const value: unknown = JSON.parse(`"${literal}"`);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
