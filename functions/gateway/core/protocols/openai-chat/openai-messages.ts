import { arrayMember, isJsonObject, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { nineCharacterId, portableToolCallId } from '../tool-call-id.ts';
import { mediaOfUsers } from './media-of-users.ts';
import type { OpenAiRules } from './openai-rules.ts';

/** The request's messages for a model with these rules. */
export function openAiMessages(messages: readonly JsonObject[], rules: OpenAiRules): readonly JsonObject[] {
  const known = rules.foreignMembers === 'keep' ? messages : mediaOfUsers(messages);
  return known.map((message) => {
    const plain = withRole(withKnownIds(withPlainCalls(message), ID_READERS[rules.toolCallIds]), rules.instructionRole);
    return rules.foreignMembers === 'keep' ? plain : withoutForeign(plain, FOREIGN_MEMBERS[rules.foreignMembers]);
  });
}

/** A message without tool calls stays the very same. */
function withPlainCalls(message: JsonObject): JsonObject {
  const calls = arrayMember(message, 'tool_calls');
  return calls.length === 0 ? message : { ...message, tool_calls: calls.map(plainCall) };
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
 * What other vendors' answers and clients put into messages: reasoning for the next turn (DeepSeek, Anthropic, OpenRouter, Google), quoted
 * documents and pictures (Anthropic, Bedrock, Gemini), and marks for prompt caches (Anthropic). OpenAI answers 400 to a member that it
 * does not know, so that a conversation could not move there.
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
];

const FOREIGN_MEMBERS = {
  'keep-prefix': FOREIGN_BUT_PREFIX,
  remove: [...FOREIGN_BUT_PREFIX, 'prefix'],
} as const satisfies Record<Exclude<OpenAiRules['foreignMembers'], 'keep'>, readonly string[]>;

function withoutForeign(message: JsonObject, names: readonly string[]): JsonObject {
  const plain = withoutMembers(message, names);
  return withPlainItems(withPlainItems(plain, 'content', names), 'tool_calls', names);
}

/** `message` with the members `names` of the items in its array `key` removed. */
function withPlainItems(message: JsonObject, key: 'content' | 'tool_calls', names: readonly string[]): JsonObject {
  const items = message[key];
  return Array.isArray(items) ? { ...message, [key]: items.map((item: unknown) => plainItem(item, names)) } : message;
}

function plainItem(item: unknown, names: readonly string[]): unknown {
  return isJsonObject(item) ? withoutMembers(item, names) : item;
}

function withoutMembers(object: JsonObject, names: readonly string[]): JsonObject {
  return names.some((name) => Object.hasOwn(object, name))
    ? Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)))
    : object;
}
