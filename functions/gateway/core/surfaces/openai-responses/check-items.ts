import { isJsonObject, member, stringMember } from '../../wire/json.ts';
import { invalidMember } from '../invalid-request.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isCallId,
  isNonEmptyString,
  isObject,
  isString,
  isToolName,
  kindOf,
  MAX_PARTS,
  MAX_TOOLS,
  oneOf,
  optional,
} from '../request-checks.ts';
import { checkTool } from './check-tools.ts';

/** Checks one item of `input`. What is known of its type is checked; an item of an unknown type is the vendor's to judge. */
export const checkItem: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const type = member(value, 'type') ?? (member(value, 'role') === undefined ? undefined : 'message');
  if (typeof type !== 'string' || type === '') {
    return isNonEmptyString(type, `${path}.type`);
  }
  if (type === 'item_reference' && !isReasoningId(member(value, 'id'))) {
    return invalidMember(path, KEEPS_NOTHING);
  }
  const checks = ITEM_MEMBERS.get(type);
  return checks && checkMembers(value, checks, path);
};

/** Reasoning that is only referred to is left out: the answer is another's to think of. Words and calls cannot be. */
function isReasoningId(id: unknown): boolean {
  return typeof id === 'string' && id.startsWith('rs_');
}

const KEEPS_NOTHING =
  'refers to an item of an earlier answer, and this gateway keeps none (responses.keepDays is not set): send the item itself, as clients do with "store": false.';

/** Checks a content part. What is known of its type is checked. */
const checkPart: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const checks = PART_MEMBERS.get(stringMember(value, 'type') ?? '');
  return checkMembers(value, { type: isNonEmptyString, ...checks }, path);
};

/** Maps, not objects: the keys looked up are the caller's. */
const PART_MEMBERS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map<
  string,
  Readonly<Record<string, Check>>
>([
  ['input_text', { text: isString }],
  ['output_text', { text: isString }],
  ['text', { text: isString }],
  ['refusal', { refusal: isString }],
  ['input_image', { image_url: optional(isString), file_id: optional(isString) }],
  [
    'input_file',
    {
      file_data: optional(isString),
      file_url: optional(isString),
      file_id: optional(isString),
      filename: optional(isString),
    },
  ],
]);

const isOwnCallId: Check = (value, path) => isNonEmptyString(value, path) ?? isCallId(value, path);

const checkContent: Check = (value, path) => {
  if (typeof value === 'string') {
    return undefined;
  }
  return Array.isArray(value)
    ? arrayOf('parts', checkPart, { max: MAX_PARTS })(value, path)
    : invalidMember(path, `must be a string or an array of parts; got ${kindOf(value)}.`);
};

const ITEM_MEMBERS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map<
  string,
  Readonly<Record<string, Check>>
>([
  ['message', { role: oneOf(['user', 'assistant', 'system', 'developer']), content: checkContent }],
  ['function_call', { call_id: isOwnCallId, name: isToolName, arguments: isString, namespace: optional(isString) }],
  ['function_call_output', { call_id: isOwnCallId, output: checkContent }],
  ['custom_tool_call', { call_id: isOwnCallId, name: isToolName, input: isString, namespace: optional(isString) }],
  ['custom_tool_call_output', { call_id: isOwnCallId, output: checkContent }],
  [
    'reasoning',
    {
      summary: optional(arrayOf('parts', isObject, { max: MAX_PARTS })),
      content: optional(arrayOf('parts', isObject, { max: MAX_PARTS })),
      encrypted_content: optional(isString),
    },
  ],
  ['additional_tools', { tools: arrayOf('tools', checkTool, { max: MAX_TOOLS }) }],
]);
