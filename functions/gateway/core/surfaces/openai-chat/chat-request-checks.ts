import { isJsonObject, member, stringMember } from '../../wire/json.ts';
import { invalidMember } from '../invalid-request.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isBoolean,
  isCallId,
  isNonEmptyString,
  isNumber,
  isObject,
  isString,
  isToolName,
  kindOf,
  MAX_MESSAGES,
  MAX_PARTS,
  MAX_TOOLS,
  mustBe,
  objectOf,
  oneOf,
  optional,
  wholeNumber,
} from '../request-checks.ts';
import {
  checkFunction,
  checkFunctionChoice,
  checkResponseFormat,
  checkTool,
  checkToolChoice,
} from './chat-tool-checks.ts';

/** Checks one message: its role, and what that role's messages must have. */
const checkMessage: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const checks = ROLES.get(stringMember(value, 'role') ?? '');
  return checks === undefined ? checkRole(member(value, 'role'), `${path}.role`) : checkMembers(value, checks, path);
};

/** Checks a content part. What is known of its type is checked; a part of an unknown type is the vendor's to judge. */
const checkPart: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const complaint = checkMembers(value, { type: isNonEmptyString }, path);
  const checks = PART_MEMBERS.get(stringMember(value, 'type') ?? '');
  return complaint ?? (checks && checkMembers(value, checks, path));
};

/** Maps, not objects: the keys looked up are the caller's. */
const PART_MEMBERS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map([
  ['text', { text: isString }],
  ['refusal', { refusal: isString }],
  ['image_url', { image_url: objectOf({ url: isNonEmptyString, detail: optional(isString) }) }],
  ['input_audio', { input_audio: objectOf({ data: isString, format: isString }) }],
  [
    'file',
    {
      file: objectOf({ file_data: optional(isString), file_id: optional(isString), filename: optional(isString) }),
    },
  ],
]);

const checkContent: Check = (value, path) => {
  if (typeof value === 'string') {
    return undefined;
  }
  return Array.isArray(value)
    ? arrayOf('parts', checkPart, { min: 1, max: MAX_PARTS })(value, path)
    : invalidMember(path, `must be a string or an array of parts; got ${kindOf(value)}.`);
};

/** An assistant's content may be an empty array where it only calls tools. */
const checkAssistantContent: Check = (value, path) => {
  return Array.isArray(value)
    ? arrayOf('parts', checkPart, { max: MAX_PARTS })(value, path)
    : checkContent(value, path);
};

/** Servers give null or an object for a call without arguments, and clients send back what they got. */
const checkArguments = mustBe('a string of JSON text', (value) => {
  return value === undefined || value === null || typeof value === 'string';
});

const CALLED_FUNCTION = { name: isToolName, arguments: checkArguments };

/** A call of a custom tool, which only OpenAI has, carries text in place of arguments. */
const checkToolCall: Check = (value, path) => {
  const isCustom = stringMember(value, 'type') === 'custom';
  return objectOf(isCustom ? CUSTOM_CALL : FUNCTION_CALL)(value, path);
};

const CUSTOM_CALL = { id: isCallId, custom: objectOf({ name: isToolName, input: isString }) };

const FUNCTION_CALL = {
  id: isCallId,
  type: optional(oneOf(['function', 'custom'])),
  function: objectOf(CALLED_FUNCTION),
};

const MESSAGE_MEMBERS: Readonly<Record<string, Readonly<Record<string, Check>>>> = {
  system: { content: checkContent },
  developer: { content: checkContent },
  user: { content: checkContent, name: optional(isString) },
  assistant: {
    content: optional(checkAssistantContent),
    refusal: optional(isString),
    reasoning_content: optional(isString),
    tool_calls: optional(arrayOf('tool calls', checkToolCall, { max: MAX_PARTS })),
    function_call: optional(objectOf(CALLED_FUNCTION)),
  },
  tool: { tool_call_id: isCallId, content: checkContent },
  function: { name: isToolName, content: optional(isString) },
};

const ROLES: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map(Object.entries(MESSAGE_MEMBERS));

const checkRole = oneOf(Object.keys(MESSAGE_MEMBERS));

const checkStop: Check = (value, path) => {
  return typeof value === 'string'
    ? undefined
    : (mustBe('a string or an array of strings', Array.isArray)(value, path) ??
        arrayOf('strings', isString)(value, path));
};

/** OpenAI's own limit. */
const MAX_CHOICES = 128;

/** What translation relies on of each member of a chat request. */
export const MEMBERS: Readonly<Record<string, Check>> = {
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
