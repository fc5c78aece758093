/** No honest request nests deeper, and nothing that walks one runs out of stack. */
const MAX_NESTING = 200;
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
      case QUOTE:
        at = endOfString(body, at);
        break;
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
  return complaint(deepest, containers, items);
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

/** The place of the quote that ends the string which begins at `start`. Whole strings are skipped at the speed of `indexOf`. */
function endOfString(body: Uint8Array, start: number): number {
  let end = start;
  do {
    end = body.indexOf(QUOTE, end + 1);
  } while (end !== -1 && isEscaped(body, end));
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

function complaint(deepest: number, containers: number, items: number): string | undefined {
  if (deepest > MAX_NESTING) {
    return `The JSON of the request body nests deeper than ${MAX_NESTING} levels.`;
  }
  if (containers > MAX_CONTAINERS) {
    return `The JSON of the request body holds more than ${MAX_CONTAINERS} objects and arrays.`;
  }
  return items > MAX_ITEMS ? `The JSON of the request body holds more than ${MAX_ITEMS} members and items.` : undefined;
}
