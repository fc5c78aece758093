import { isJsonObject, type JsonObject, member } from '../wire/json.ts';
import { type InvalidRequest, invalidMember } from './invalid-request.ts';

/** The longest conversation that is taken, in messages or items. Far above what a context window holds; looking at each stays cheap. */
export const MAX_MESSAGES = 10_000;

/** The most tools that are taken, for the same reason. */
export const MAX_TOOLS = 1_024;

/** The most parts of one message's content, and calls of tools, that are taken, for the same reason. */
export const MAX_PARTS = 10_000;

/** Looks at one member of a caller's body. `path` is its place, as `messages[1].content`. `undefined`: nothing is wrong. */
export type Check = (value: unknown, path: string) => InvalidRequest | undefined;

/** The first complaint about the members of `object`. Members without a check pass: an unknown member is the vendor's to judge. */
export function checkMembers(
  object: JsonObject,
  checks: Readonly<Record<string, Check>>,
  path: string,
): InvalidRequest | undefined {
  for (const key in checks) {
    const complaint = checks[key]?.(member(object, key), path === '' ? key : `${path}.${key}`);
    if (complaint !== undefined) {
      return complaint;
    }
  }
  return undefined;
}

/** Passes a member that is absent or null, else what `check` passes. */
export function optional(check: Check): Check {
  return (value, path) => (value === undefined || value === null ? undefined : check(value, path));
}

/** Passes what `accepts`; else complains that it must be `expected`. */
export function mustBe(expected: string, accepts: (value: unknown) => boolean): Check {
  return (value, path) =>
    accepts(value) ? undefined : invalidMember(path, `must be ${expected}; got ${kindOf(value)}.`);
}

/** Passes strings. */
export const isString = mustBe('a string', (value) => typeof value === 'string');

/** Passes strings that are not empty. */
export const isNonEmptyString = mustBe('a string of at least one character', (value) => {
  return typeof value === 'string' && value !== '';
});

/** The longest id of a tool call: some gateways put a whole signature into it. */
const MAX_ID_CHARS = 65_536;
/** The longest name of a tool. Vendors take 64 to 128 characters. */
const MAX_NAME_CHARS = 1_024;

/** Passes booleans. */
export const isBoolean = mustBe('true or false', (value) => typeof value === 'boolean');

/** Passes ids of tool calls. */
export const isCallId: Check = (value, path) => isString(value, path) ?? tooLong(value, MAX_ID_CHARS, path);

/** Passes names of tools. */
export const isToolName: Check = (value, path) => isNonEmptyString(value, path) ?? tooLong(value, MAX_NAME_CHARS, path);

function tooLong(value: unknown, max: number, path: string): InvalidRequest | undefined {
  return typeof value === 'string' && value.length > max
    ? invalidMember(path, `must have at most ${max} characters; got ${value.length}.`)
    : undefined;
}

/** JSON has no infinities, but `1e999` parses to one. */
export const isNumber = mustBe('a finite number', Number.isFinite);

/** Passes objects; an array is none. */
export const isObject = mustBe('an object', isJsonObject);

/** Passes whole numbers from `min` to `max`. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): Check {
  const range = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
  return (value, path) => {
    const isWhole = typeof value === 'number' && Number.isInteger(value);
    if (isWhole && value >= min && value <= max) {
      return undefined;
    }
    return invalidMember(
      path,
      `must be a whole number ${range}; got ${typeof value === 'number' ? value : kindOf(value)}.`,
    );
  };
}

/** The longest wrong word that is repeated in a complaint. */
const MAX_QUOTED_CHARS = 32;

/** Passes one of `words`. */
export function oneOf(words: readonly string[]): Check {
  const expected = words.map((word) => JSON.stringify(word)).join(', ');
  return (value, path) => {
    if (typeof value === 'string' && words.includes(value)) {
      return undefined;
    }
    const isShort = typeof value === 'string' && value.length <= MAX_QUOTED_CHARS;
    return invalidMember(path, `must be one of ${expected}; got ${isShort ? JSON.stringify(value) : kindOf(value)}.`);
  };
}

/** Passes an object whose members pass `checks`. */
export function objectOf(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => (isJsonObject(value) ? checkMembers(value, checks, path) : isObject(value, path));
}

/** Passes an array whose items pass `check`. `what` names the items in the complaint: `an array of parts`. */
export function arrayOf(what: string, check: Check, size: { min?: number; max?: number } = {}): Check {
  const { min = 0, max = Number.POSITIVE_INFINITY } = size;
  return (value, path) => {
    if (!Array.isArray(value)) {
      return invalidMember(path, `must be an array of ${what}; got ${kindOf(value)}.`);
    }
    if (value.length < min) {
      return invalidMember(path, 'must not be empty.');
    }
    if (value.length > max) {
      return invalidMember(path, `must have at most ${max} items; got ${value.length}.`);
    }
    return firstComplaint(value, check, path);
  };
}

function firstComplaint(items: readonly unknown[], check: Check, path: string): InvalidRequest | undefined {
  let index = 0;
  for (const item of items) {
    const complaint = check(item, `${path}[${index}]`);
    if (complaint !== undefined) {
      return complaint;
    }
    index += 1;
  }
  return undefined;
}

/** What a value is, for the end of a complaint: `a number`, `nothing`. Never the value: it may be a prompt. */
export function kindOf(value: unknown): string {
  if (value === undefined) {
    return 'nothing';
  }
  if (value === null) {
    return 'null';
  }
  if (value === '') {
    return 'an empty string';
  }
  if (Array.isArray(value)) {
    return 'an array';
  }
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
