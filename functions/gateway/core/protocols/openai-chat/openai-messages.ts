import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { nineCharacterId, portableToolCallId } from '../tool-call-id.ts';
import { alternatingMessages } from './alternating-messages.ts';
import type { OpenAiRules } from './openai-rules.ts';
import { mediaOfUsers } from './taken-media.ts';
import { withWholeBlocks } from './thought-blocks.ts';

/** The request's messages for a model with these rules. */
export function openAiMessages(messages: readonly JsonObject[], rules: OpenAiRules): readonly JsonObject[] {
  const shown = rules.foreignMembers === 'keep' ? messages : mediaOfUsers(messages);
  const plain = shown.map((message) => {
    const called = withKnownIds(withPlainCalls(message), ID_READERS[rules.toolCallIds]);
    return withRole(messageWithin(withReasoning(called, rules), rules), rules.instructionRole);
  });
  const ordered = rules.turns === 'alternating' ? alternatingMessages(plain) : plain;
  return withPrefix(rules.userAfterTool ? ordered : withAnswerBetween(ordered), rules);
}

/** A message without tool calls stays the very same, but for an empty list of them, which OpenAI refuses. */
function withPlainCalls(message: JsonObject): JsonObject {
  const { tool_calls: calls, ...others } = message;
  if (!Array.isArray(calls)) {
    return message;
  }
  return calls.length === 0 ? others : { ...message, tool_calls: calls.map(plainCall) };
}

/** Arguments without text become `{}`: OpenAI takes both, and servers that parse them in a chat template do not. */
function plainCall(call: unknown): unknown {
  if (!isJsonObject(call)) {
    return call;
  }
  const called = objectMember(call, 'function');
  return called?.arguments === '' ? { ...call, function: { ...called, arguments: '{}' } } : call;
}

type IdReader = (id: string) => string;

const ID_READERS: Readonly<Record<OpenAiRules['toolCallIds'], IdReader | undefined>> = {
  any: undefined,
  'forty-characters': (id) => (id.length <= 40 ? id : portableToolCallId(id, 40)),
  'nine-letters-and-digits': nineCharacterId,
};

/** Ids that another vendor gave, as this one takes them: a conversation with calls could not move here otherwise. */
function withKnownIds(message: JsonObject, known: IdReader | undefined): JsonObject {
  if (known === undefined) {
    return message;
  }
  const id = stringMember(message, 'tool_call_id');
  const calls = arrayMember(message, 'tool_calls').map((call) => withKnownId(call, known));
  return {
    ...message,
    ...(id !== undefined && { tool_call_id: known(id) }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function withKnownId(call: unknown, known: IdReader): unknown {
  const id = stringMember(call, 'id');
  return isJsonObject(call) && id !== undefined ? { ...call, id: known(id) } : call;
}

function withRole(message: JsonObject, role: OpenAiRules['instructionRole']): JsonObject {
  const isInstruction = message.role === 'system' || message.role === 'developer';
  return isInstruction && role !== 'as-sent' ? { ...message, role } : message;
}

/**
 * An assistant's reasoning under the name that its server takes it back by: the gateway gives callers every server's as `reasoning_content`.
 * Blocks that a client has kept in pieces are made whole.
 */
function withReasoning(message: JsonObject, { reasoningMember, needsReasoning }: OpenAiRules): JsonObject {
  if (message.role !== 'assistant') {
    return message;
  }
  const whole = withWholeBlocks(message);
  if (reasoningMember === 'as-sent') {
    return whole;
  }
  const { reasoning_content: content, reasoning, ...rest } = whole;
  const text = [content, reasoning].find((said) => typeof said === 'string' && said !== '');
  const isTold = reasoningMember !== 'none' && (text !== undefined || needsReasoning);
  if (content === undefined && reasoning === undefined && !isTold) {
    return whole;
  }
  return isTold ? { ...rest, [reasoningMember]: text ?? '' } : rest;
}

/** Stands between a tool's result and the user's words. */
const BETWEEN: JsonObject = { role: 'assistant', content: '.' };

function withAnswerBetween(messages: readonly JsonObject[]): readonly JsonObject[] {
  return messages.flatMap((message, index) =>
    message.role === 'user' && messages[index - 1]?.role === 'tool' ? [BETWEEN, message] : [message],
  );
}

function withPrefix(messages: readonly JsonObject[], { prefillMember }: OpenAiRules): readonly JsonObject[] {
  const last = messages.at(-1);
  const isBegun = last?.role === 'assistant' && arrayMember(last, 'tool_calls').length === 0;
  return prefillMember === 'none' || !isBegun
    ? messages
    : [...messages.slice(0, -1), { ...last, [prefillMember]: true }];
}

/**
 * What other vendors' answers and clients put into messages: reasoning for the next turn (DeepSeek, Anthropic, OpenRouter, Google), quoted
 * documents and pictures (Anthropic, Bedrock, Gemini), marks for prompt caches and failed tools (Anthropic). OpenAI answers 400 to a member
 * that it does not know, so that a conversation could not move there.
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
];

const FOREIGN_MEMBERS = {
  'keep-prefix': FOREIGN_BUT_PREFIX,
  remove: [...FOREIGN_BUT_PREFIX, 'prefix'],
} as const satisfies Record<string, readonly string[]>;

/** A message, or a tool, with no more members than its server takes. */
function messageWithin(message: JsonObject, rules: OpenAiRules): JsonObject {
  const { foreignMembers } = rules;
  if (foreignMembers === 'keep') {
    return message;
  }
  return typeof foreignMembers === 'string'
    ? withoutForeign(message, FOREIGN_MEMBERS[foreignMembers])
    : ownMessage(message, foreignMembers, rules);
}

/** A tool without marks for a cache where its server does not take those. */
export function toolWithin(tool: JsonObject, { foreignMembers }: OpenAiRules): JsonObject {
  if (foreignMembers === 'keep' || (Array.isArray(foreignMembers) && foreignMembers.includes('cache_control'))) {
    return tool;
  }
  const { cache_control: _, ...plain } = tool;
  const { function: called } = plain;
  if (!isJsonObject(called)) {
    return plain;
  }
  const { cache_control: __, ...declared } = called;
  return { ...plain, function: declared };
}

function withoutForeign(message: JsonObject, names: readonly string[]): JsonObject {
  const plain = withoutMembers(message, names);
  return withItems(withItems(plain, 'content', names), 'tool_calls', names);
}

/** `message` with the members `names` of the items in its array `key` removed. */
function withItems(message: JsonObject, key: 'content' | 'tool_calls', names: readonly string[]): JsonObject {
  const items = message[key];
  return Array.isArray(items)
    ? { ...message, [key]: items.map((item: unknown) => (isJsonObject(item) ? withoutMembers(item, names) : item)) }
    : message;
}

function withoutMembers(object: JsonObject, names: readonly string[]): JsonObject {
  return names.some((name) => Object.hasOwn(object, name))
    ? Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
    : object;
}

/** Members that every server knows of a message and of a call. */
const MESSAGE: readonly string[] = ['role', 'content', 'tool_calls', 'tool_call_id'];
const CALL: readonly string[] = ['id', 'type', 'function', 'custom'];
/** Content parts that OpenAI has. One of another type is its server's own, and stays as it is. */
const PARTS: ReadonlySet<unknown> = new Set(['text', 'refusal', 'image_url', 'video_url', 'input_audio', 'file']);

function ownMessage(message: JsonObject, others: readonly string[], rules: OpenAiRules): JsonObject {
  const { reasoningMember, messageNames } = rules;
  const isNamed = messageNames || message.role === 'tool';
  const kept = withOnly(message, [
    ...MESSAGE,
    ...others,
    ...(reasoningMember === 'as-sent' ? ['reasoning_content', 'reasoning'] : [reasoningMember]),
    ...(isNamed ? ['name'] : []),
  ]);
  const { content, tool_calls: calls } = kept;
  return {
    ...kept,
    ...('content' in kept && { content: ownContent(content ?? message.refusal ?? '', others) }),
    ...(Array.isArray(calls) && {
      tool_calls: calls.map((call: unknown) => (isJsonObject(call) ? withOnly(call, [...CALL, ...others]) : call)),
    }),
  };
}

/** The object with these members, and without null ones and empty lists. */
function withOnly(object: JsonObject, names: readonly string[]): JsonObject {
  const entries = Object.entries(object);
  const isKept = ([name, value]: readonly [string, unknown]) =>
    names.includes(name) && (name === 'content' || !saysNothing(value));
  return entries.every(isKept) ? object : Object.fromEntries(entries.filter(isKept));
}

function saysNothing(value: unknown): boolean {
  return value === null || (Array.isArray(value) && value.length === 0);
}

/** Text alone is a string, but where a part of it is marked: DeepSeek and older servers take no list. */
function ownContent(content: unknown, others: readonly string[]): unknown {
  if (!Array.isArray(content)) {
    return content;
  }
  const parts = content.map((part: unknown) =>
    isJsonObject(part) && PARTS.has(part.type) ? withOnly(part, ['type', String(part.type), 'text', ...others]) : part,
  );
  const texts = parts.flatMap((part) => (isPlainText(part) ? (stringMember(part, 'text') ?? '') : []));
  return texts.length === parts.length ? texts.join('\n\n') : parts;
}

function isPlainText(part: unknown): boolean {
  return isJsonObject(part) && part.type === 'text' && Object.keys(part).length === 2;
}
