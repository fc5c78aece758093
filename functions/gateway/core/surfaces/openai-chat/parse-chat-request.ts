import { arrayMember, isJsonObject, type JsonObject, objectMember } from '../../wire/json.ts';
import { type InvalidRequest, invalidMember } from '../invalid-request.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isBoolean,
  isNonEmptyString,
  isNumber,
  isObject,
  isString,
  kindOf,
  MAX_MESSAGES,
  MAX_TOOLS,
  memberNamesProblem,
  mustBe,
  optional,
  wholeNumber,
} from '../request-checks.ts';
import { checkMessage } from './chat-message-checks.ts';
import type { ChatRequest } from './chat-request.ts';
import {
  checkFunction,
  checkFunctionChoice,
  checkResponseFormat,
  checkTool,
  checkToolChoice,
} from './chat-tool-checks.ts';
import { inUsualForm, withoutLegacyFunctions } from './other-forms.ts';

/** A chat request, or what is wrong with the body. */
export type ParsedChatRequest = { readonly kind: 'parsed'; readonly request: ChatRequest } | InvalidRequest;

/** OpenAI's own limit. */
const MAX_CHOICES = 128;

/**
 * Reads the JSON body of a chat completion call. Only what translation relies on is checked, so members that vendors add tomorrow pass.
 * Top-level nulls mean "not set" and are dropped, the legacy function members become tools, and what other servers take is in OpenAI's form.
 */
export function parseChatRequest(json: unknown): ParsedChatRequest {
  if (!isJsonObject(json)) {
    return invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
  }
  const misnamed = memberNamesProblem(json);
  if (misnamed !== undefined) {
    return misnamed;
  }
  const isPlain = hasTextsAlone(json);
  const body = isPlain ? json : inUsualForm(json);
  const complaint = checkMembers(body, isPlain ? PLAIN_MEMBERS : MEMBERS, '');
  if (complaint !== undefined) {
    return complaint;
  }
  const request: JsonObject = isPlain ? withoutNulls(body) : inOneForm(body);
  // The compiler cannot follow MEMBERS; they are the members of ChatRequest, checked.
  return { kind: 'parsed', request: request as ChatRequest };
}

/** Members that others may have written in another form. */
const FORMED: readonly string[] = ['tools', 'tool_choice', 'functions', 'function_call', 'response_format'];

/** Whether the messages are texts, and no member is one that has other forms, as in most requests: then all stays as it is. */
function hasTextsAlone(body: JsonObject): boolean {
  const { messages } = body;
  return FORMED.every((name) => body[name] === undefined) && Array.isArray(messages) && messages.every(isTextOfItsRole);
}

/** Roles that may say a text and nothing else. */
const ROLES: ReadonlySet<unknown> = new Set(['system', 'developer', 'user', 'assistant']);

function isTextOfItsRole(message: unknown): boolean {
  return (
    isJsonObject(message) &&
    typeof message.content === 'string' &&
    ROLES.has(message.role) &&
    Object.keys(message).length === 2
  );
}

const checkStop: Check = (value, path) => {
  return typeof value === 'string'
    ? undefined
    : (mustBe('a string or an array of strings', Array.isArray)(value, path) ??
        arrayOf('strings', isString)(value, path));
};

const MEMBERS: Readonly<Record<string, Check>> = {
  model: isNonEmptyString,
  messages: arrayOf('messages', checkMessage, { min: 1, max: MAX_MESSAGES }),
  stream: optional(isBoolean),
  stream_options: optional(isObject),
  max_tokens: optional(wholeNumber(1)),
  max_completion_tokens: optional(wholeNumber(1)),
  temperature: optional(isNumber),
  top_p: optional(isNumber),
  top_k: optional(isNumber),
  n: optional(wholeNumber(1, MAX_CHOICES)),
  seed: optional(isNumber),
  stop: optional(checkStop),
  frequency_penalty: optional(isNumber),
  presence_penalty: optional(isNumber),
  logit_bias: optional(isObject),
  logprobs: optional(isBoolean),
  top_logprobs: optional(wholeNumber(0)),
  tools: optional(arrayOf('tools', checkTool, { max: MAX_TOOLS })),
  tool_choice: optional(checkToolChoice),
  parallel_tool_calls: optional(isBoolean),
  functions: optional(arrayOf('functions', checkFunction, { max: MAX_TOOLS })),
  function_call: optional(checkFunctionChoice),
  response_format: optional(checkResponseFormat),
  reasoning_effort: optional(isString),
  user: optional(isString),
  safety_identifier: optional(isString),
  metadata: optional(isObject),
  service_tier: optional(isString),
  prompt_cache_key: optional(isString),
};

/** Of a body whose messages need no look. */
const PLAIN_MEMBERS = {
  ...MEMBERS,
  messages: arrayOf('messages', () => undefined, { min: 1, max: MAX_MESSAGES }),
};

/** The checked body in one form: what may be null or left out is there or absent, as the types of `ChatRequest` say. */
function inOneForm(json: JsonObject): JsonObject {
  const body = withoutLegacyFunctions(withoutNulls(json));
  const format = objectMember(body, 'response_format');
  return {
    ...body,
    messages: arrayMember(body, 'messages').map(toMessage),
    ...(body.tools !== undefined && { tools: arrayMember(body, 'tools').map(toTool) }),
    ...(format !== undefined && { response_format: withPlainMember(format, 'json_schema') }),
  };
}

/** An assistant's null content and refusal say something; other nulls do not. */
function toMessage(message: unknown): unknown {
  if (!isJsonObject(message)) {
    return message;
  }
  const plain = withoutNulls(message, ['content', 'refusal']);
  return plain.tool_calls === undefined
    ? plain
    : { ...plain, tool_calls: arrayMember(plain, 'tool_calls').map(toToolCall) };
}

/** A call without arguments has the text `""`. */
function toToolCall(call: unknown): JsonObject {
  const members = isJsonObject(call) ? call : {};
  if (members.type === 'custom') {
    return members;
  }
  const called = objectMember(call, 'function');
  return { ...members, type: 'function', function: { ...called, arguments: called?.arguments ?? '' } };
}

function toTool(tool: unknown): unknown {
  return isJsonObject(tool) ? withPlainMember(tool, 'function') : tool;
}

/** `object` with the nulls of its member `key` dropped. */
function withPlainMember(object: JsonObject, key: string): JsonObject {
  const inner = objectMember(object, key);
  const plain = inner && withoutNulls(inner);
  return plain === inner ? object : { ...object, [key]: plain };
}

/** `object` without its null members, apart from `kept`; the same object where it has none. */
function withoutNulls(object: JsonObject, kept: readonly string[] = []): JsonObject {
  const isDropped = (key: string): boolean => object[key] === null && !kept.includes(key);
  return Object.keys(object).some(isDropped)
    ? Object.fromEntries(Object.entries(object).filter(([key]) => !isDropped(key)))
    : object;
}
