import { AMOUNT_MEMBERS, OPERATOR_MEMBERS } from '../model/operator-members.ts';
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
  const isList = listOf(what, size);
  return (value, path) =>
    isList(value, path) ?? (Array.isArray(value) ? firstComplaint(value, check, path) : undefined);
}

/** Passes an array of so many items, whatever these are. */
function listOf(what: string, { min = 0, max = Number.POSITIVE_INFINITY } = {}): Check {
  return (value, path) => {
    if (!Array.isArray(value)) {
      return invalidMember(path, `must be an array of ${what}; got ${kindOf(value)}.`);
    }
    if (value.length < min) {
      return invalidMember(path, 'must not be empty.');
    }
    return value.length > max ? invalidMember(path, `must have at most ${max} items; got ${value.length}.`) : undefined;
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

/** The most members that a request may have beside each other at the top. No API has half as many. */
const MAX_MEMBERS = 256;
/** The longest name of one. */
const MAX_MEMBER_CHARS = 128;
/** As much of a wrong name as is repeated. */
const MAX_SHOWN_CHARS = 64;

/**
 * Members that any server may read, in the one way in which they are written. A server whose parser minds no case, as Go's does not, would
 * read `Model` for `model` behind the gateway's back.
 */
const KNOWN: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'input', 'instructions', 'prompt', 'suffix'],
  ...['contents', 'stream', 'stream_options'],
  ...['temperature', 'top_p', 'top_k', 'min_p', 'seed', 'stop', 'stop_sequences'],
  ...['frequency_penalty', 'presence_penalty', 'repetition_penalty', 'logit_bias', 'logprobs', 'top_logprobs'],
  ...['tools', 'tool_choice', 'parallel_tool_calls', 'functions', 'function_call', 'response_format', 'format'],
  ...['text', 'verbosity', 'reasoning', 'reasoning_effort', 'thinking', 'output_config', 'output_format'],
  ...['user', 'safety_identifier', 'metadata', 'store', 'service_tier', 'prompt_cache_key', 'prompt_cache_retention'],
  ...['modalities', 'audio', 'prediction', 'web_search_options', 'include', 'truncation', 'background'],
  ...['previous_response_id', 'conversation', 'max_tool_calls', 'mcp_servers', 'container', 'context_management'],
  ...['cache_control', 'inference_geo', 'echo', 'dimensions', 'encoding_format', 'input_type', 'template'],
  ...['think', 'images', 'raw'],
  ...OPERATOR_MEMBERS,
  ...AMOUNT_MEMBERS,
]);

/** Those of them that nearly every request has. */
const USUAL: ReadonlySet<string> = new Set([
  ...['model', 'messages', 'system', 'input', 'instructions', 'stream', 'stream_options', 'temperature', 'top_p'],
  ...['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'tools', 'tool_choice', 'response_format'],
]);

/** What is wrong with the names of a body's members: too many of them, too long, or another writing of one that means something. */
export function memberNamesProblem(body: JsonObject): InvalidRequest | undefined {
  const names = Object.keys(body);
  if (names.length > MAX_MEMBERS) {
    return invalidMember('', `must have at most ${MAX_MEMBERS} members; got ${names.length}.`);
  }
  for (const name of names) {
    if (name.length > MAX_MEMBER_CHARS) {
      return invalidMember('', `has a member whose name is longer than ${MAX_MEMBER_CHARS} characters.`);
    }
    const meant = USUAL.has(name) ? name : oneWriting(name);
    if (name !== meant && KNOWN.has(meant)) {
      return invalidMember(name.slice(0, MAX_SHOWN_CHARS), `must be written as ${JSON.stringify(meant)}.`);
    }
  }
  return undefined;
}

/** As parsers that mind no case compare names: they also take ſ for s, the sign of Kelvin for k, and ı and İ for i. */
function oneWriting(name: string): string {
  return name.toUpperCase().toLowerCase().replaceAll('\u0307', '');
}
