import { isJsonObject, type JsonObject, stringMember } from '../../wire/json.ts';
import type { OpenAiRules } from './openai-rules.ts';

/**
 * What other vendors' answers and clients put into messages: reasoning for the next turn (DeepSeek, Anthropic, OpenRouter, Google), quoted
 * documents and pictures (Anthropic, Bedrock, Gemini), marks for prompt caches and failed tools (Anthropic), what OpenAI's own SDK has parsed.
 * OpenAI answers 400 to a member that it does not know, so that a conversation could not move there.
 */
const FOREIGN_BUT_PREFIX: readonly string[] = [
  'reasoning_content',
  'reasoning',
  'reasoning_details',
  'thinking_blocks',
  'extra_content',
  'thought_signature',
  'citations',
  'images',
  'cache_control',
  'is_error',
  'partial',
  'parsed',
  'parsed_arguments',
];

const FOREIGN_MEMBERS = {
  'keep-prefix': FOREIGN_BUT_PREFIX,
  remove: [...FOREIGN_BUT_PREFIX, 'prefix'],
} as const satisfies Record<string, readonly string[]>;

/** A message with no more members than its server takes. */
export function messageWithin(message: JsonObject, rules: OpenAiRules): JsonObject {
  const { foreignMembers } = rules;
  if (foreignMembers === 'keep') {
    return message;
  }
  return typeof foreignMembers === 'string'
    ? withoutForeign(message, FOREIGN_MEMBERS[foreignMembers])
    : ownMessage(message, foreignMembers, rules);
}

/** A tool without members of null, and without marks for a cache where its server does not take those. */
export function toolWithin(tool: JsonObject, { foreignMembers }: OpenAiRules): JsonObject {
  if (foreignMembers === 'keep') {
    return tool;
  }
  const refused = Array.isArray(foreignMembers) && foreignMembers.includes('cache_control') ? [] : ['cache_control'];
  return withPlain(withoutMembers(withoutNulls(tool), refused), 'function', (called) =>
    withoutMembers(withoutNulls(called), refused),
  );
}

/** `object` with the object in its member `key`, if there is one, as `plain` makes it. */
function withPlain(object: JsonObject, key: string, plain: (inner: JsonObject) => JsonObject): JsonObject {
  const inner = object[key];
  return isJsonObject(inner) ? { ...object, [key]: plain(inner) } : object;
}

/** The object without its members of null: strict servers answer 422 to them. */
export function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

function withoutForeign(message: JsonObject, names: readonly string[]): JsonObject {
  const plain = withoutMembers(message, names);
  return withItems(withItems(plain, 'content', names), 'tool_calls', names);
}

/** `message` with the members `names` of the items in its array `key` removed. */
function withItems(message: JsonObject, key: 'content' | 'tool_calls', names: readonly string[]): JsonObject {
  const items = message[key];
  return Array.isArray(items)
    ? { ...message, [key]: items.map((item: unknown) => (isJsonObject(item) ? plainItem(item, names) : item)) }
    : message;
}

function plainItem(item: JsonObject, names: readonly string[]): JsonObject {
  return withPlain(withoutMembers(item, names), 'function', (called) => withoutMembers(called, names));
}

function withoutMembers(object: JsonObject, names: readonly string[]): JsonObject {
  return names.some((name) => Object.hasOwn(object, name))
    ? Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
    : object;
}

/** Members that every server knows of a message and of a call. */
const MESSAGE: readonly string[] = ['role', 'content', 'tool_calls', 'tool_call_id'];
const CALL: readonly string[] = ['id', 'type', 'function', 'custom'];
const CALLED: readonly string[] = ['name', 'arguments'];
/** Content parts that OpenAI has. One of another type is its server's own, and stays as it is. */
const PARTS: ReadonlySet<unknown> = new Set(['text', 'refusal', 'image_url', 'video_url', 'input_audio', 'file']);

function ownMessage(message: JsonObject, others: readonly string[], rules: OpenAiRules): JsonObject {
  const { reasoningMember, messageNames } = rules;
  const isTaken = (name: string): boolean =>
    MESSAGE.includes(name) ||
    others.includes(name) ||
    (name === 'name' && (messageNames || message.role === 'tool')) ||
    (reasoningMember === 'as-sent' ? REASONING.includes(name) : name === reasoningMember);
  const kept = withTaken(message, isTaken);
  const { content, tool_calls: calls } = kept;
  const said = 'content' in kept ? ownContent(content ?? message.refusal ?? '', others) : undefined;
  if (said === content && !Array.isArray(calls)) {
    return kept;
  }
  return {
    ...kept,
    ...('content' in kept && { content: said }),
    ...(Array.isArray(calls) && {
      tool_calls: calls.map((call: unknown) => (isJsonObject(call) ? ownCall(call, others) : call)),
    }),
  };
}

const REASONING: readonly string[] = ['reasoning_content', 'reasoning'];

/** OpenAI's Python SDK leaves the arguments in a call once more, parsed. */
function ownCall(call: JsonObject, others: readonly string[]): JsonObject {
  return withPlain(withOnly(call, [...CALL, ...others]), 'function', (called) => withOnly(called, CALLED));
}

/** The object with these members, and without null ones and empty lists. */
function withOnly(object: JsonObject, names: readonly string[]): JsonObject {
  return withTaken(object, (name) => names.includes(name));
}

/** The object with the members that are taken, and without null ones and empty lists; the very same where it has no others. */
function withTaken(object: JsonObject, isTaken: (name: string) => boolean): JsonObject {
  const isKept = (name: string): boolean => isTaken(name) && (name === 'content' || !saysNothing(object[name]));
  return Object.keys(object).every(isKept)
    ? object
    : Object.fromEntries(Object.entries(object).filter(([name]) => isKept(name)));
}

function saysNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Text alone is a string, but where a part of it is marked: DeepSeek and older servers take no list. */
function ownContent(content: unknown, others: readonly string[]): unknown {
  if (!Array.isArray(content)) {
    return content;
  }
  const parts = content.filter((part) => !isEmptyText(part)).map((part) => ownPart(part, others));
  const texts = parts.flatMap((part) => (isPlainText(part) ? (stringMember(part, 'text') ?? '') : []));
  return texts.length === parts.length ? texts.join('\n\n') : parts;
}

function ownPart(part: unknown, others: readonly string[]): unknown {
  if (!isJsonObject(part) || !PARTS.has(part.type)) {
    return part;
  }
  const own = String(part.type);
  return withPlain(withOnly(part, ['type', own, 'text', ...others]), own, withoutNulls);
}

function isEmptyText(part: unknown): boolean {
  return isJsonObject(part) && part.type === 'text' && part.text === '';
}

function isPlainText(part: unknown): boolean {
  return isJsonObject(part) && part.type === 'text' && Object.keys(part).length === 2;
}
