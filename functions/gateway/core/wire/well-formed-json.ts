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
