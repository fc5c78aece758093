import { isJsonObject, member } from '../../wire/json.ts';
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
  objectOf,
  optional,
  wholeNumber,
} from '../request-checks.ts';
import { checkContent, checkMessage } from './message-checks.ts';
import { checkTool } from './tool-checks.ts';

/** What is wrong with the body of a Messages call. Only what is read here is checked: members that Anthropic adds tomorrow pass. */
export function messagesRequestProblem(json: unknown): InvalidRequest | undefined {
  return isJsonObject(json)
    ? (memberNamesProblem(json) ?? checkMembers(json, MEMBERS, ''))
    : invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
}

const checkToolChoice: Check = (value, path) => {
  const name = member(value, 'type') === 'tool' ? isNonEmptyString : optional(isString);
  return objectOf({ type: isNonEmptyString, name, disable_parallel_tool_use: optional(isBoolean) })(value, path);
};

const checkThinking: Check = (value, path) => {
  const budget_tokens = member(value, 'type') === 'enabled' ? wholeNumber(1) : optional(isNumber);
  return objectOf({ type: isNonEmptyString, budget_tokens, display: optional(isString) })(value, path);
};

const checkFormat: Check = (value, path) => {
  const schema = member(value, 'type') === 'json_schema' ? isObject : optional(isObject);
  return objectOf({ type: isNonEmptyString, schema })(value, path);
};

const MEMBERS: Readonly<Record<string, Check>> = {
  model: isNonEmptyString,
  messages: arrayOf('messages', checkMessage, { min: 1, max: MAX_MESSAGES }),
  max_tokens: optional(wholeNumber(1)),
  system: optional(checkContent),
  stream: optional(isBoolean),
  temperature: optional(isNumber),
  top_p: optional(isNumber),
  top_k: optional(isNumber),
  stop_sequences: optional(arrayOf('strings', isString)),
  tools: optional(arrayOf('tools', checkTool, { max: MAX_TOOLS })),
  tool_choice: optional(checkToolChoice),
  thinking: optional(checkThinking),
  output_config: optional(objectOf({ effort: optional(isString), format: optional(checkFormat) })),
  output_format: optional(checkFormat),
  metadata: optional(objectOf({ user_id: optional(isString) })),
  service_tier: optional(isString),
  cache_control: optional(isObject),
};
