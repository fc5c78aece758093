import { isJsonObject, type JsonObject } from '../../wire/json.ts';
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
import { checkItem } from './check-items.ts';
import { checkText, checkTool, checkToolChoice } from './check-tools.ts';

/**
 * Looks at the JSON body of a request to the Responses API: `undefined` where it can be read. Only what translation relies on is checked,
 * so members that OpenAI adds tomorrow pass. Source: OpenAI API reference, "Create a model response".
 */
export function requestProblem(json: unknown): InvalidRequest | undefined {
  return isJsonObject(json)
    ? (memberNamesProblem(json) ?? checkMembers(json, membersOf(json), '') ?? stateProblem(json))
    : invalidMember('', `must be a JSON object; got ${kindOf(json)}.`);
}

/** A prompt that is kept at OpenAI may have its input in it. Without instructions nothing is said by a text of no characters. */
function membersOf({ prompt, instructions }: JsonObject): Readonly<Record<string, Check>> {
  if (isJsonObject(prompt)) {
    return { ...MEMBERS, input: optional(checkInput) };
  }
  return typeof instructions === 'string' && instructions !== '' ? MEMBERS : { ...MEMBERS, input: checkWords };
}

const checkWords: Check = (value, path) => (value === '' ? isNonEmptyString(value, path) : checkInput(value, path));

const checkInput: Check = (value, path) => {
  if (typeof value === 'string') {
    return undefined;
  }
  return Array.isArray(value)
    ? arrayOf('items', checkItem, { min: 1, max: MAX_MESSAGES })(value, path)
    : invalidMember(path, `must be a string or an array of items; got ${kindOf(value)}.`);
};

const MEMBERS: Readonly<Record<string, Check>> = {
  model: isNonEmptyString,
  input: checkInput,
  instructions: optional(isString),
  stream: optional(isBoolean),
  store: optional(isBoolean),
  tools: optional(arrayOf('tools', checkTool, { max: MAX_TOOLS })),
  tool_choice: optional(checkToolChoice),
  parallel_tool_calls: optional(isBoolean),
  text: optional(checkText),
  reasoning: optional(objectOf({ effort: optional(isString), summary: optional(isString) })),
  include: optional(arrayOf('strings', isString)),
  max_output_tokens: optional(wholeNumber(1)),
  temperature: optional(isNumber),
  top_p: optional(isNumber),
  top_logprobs: optional(wholeNumber(0)),
  metadata: optional(isObject),
  user: optional(isString),
  safety_identifier: optional(isString),
  prompt_cache_key: optional(isString),
  service_tier: optional(isString),
  truncation: optional(isString),
};

/** What would need answers that are kept. */
function stateProblem(json: JsonObject): InvalidRequest | undefined {
  if ((json.previous_response_id ?? null) !== null) {
    return invalidMember(
      'previous_response_id',
      'needs answers that are kept, and this gateway keeps none (responses.keepDays is not set): leave it out and send the whole conversation as input.',
    );
  }
  if ((json.conversation ?? null) !== null) {
    return invalidMember(
      'conversation',
      'names a conversation, and this gateway keeps none: leave it out and send the whole conversation as input, or go on by previous_response_id where the operator has answers kept (responses.keepDays).',
    );
  }
  return json.background === true
    ? invalidMember('background', 'must be false: this gateway answers while the caller waits.')
    : undefined;
}
