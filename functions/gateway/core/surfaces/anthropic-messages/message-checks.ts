import { isJsonObject, stringMember } from '../../wire/json.ts';
import { invalidMember } from '../invalid-request.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isBoolean,
  isCallId,
  isNonEmptyString,
  isObject,
  isString,
  isToolName,
  kindOf,
  MAX_PARTS,
  objectOf,
  oneOf,
  optional,
} from '../request-checks.ts';
import { checkTool } from './tool-checks.ts';

/** Passes text, or an array of `what`, each of which passes `check`. */
function textOr(what: string, check: Check): Check {
  return (value, path) => {
    if (typeof value === 'string') {
      return undefined;
    }
    return Array.isArray(value)
      ? arrayOf(what, check, { max: MAX_PARTS })(value, path)
      : invalidMember(path, `must be a string or an array of ${what}; got ${kindOf(value)}.`);
  };
}

/** Passes an object with a `type`, whose other members pass the checks of that type. One of an unknown type is the vendor's to judge. */
function typed(types: ReadonlyMap<string, Readonly<Record<string, Check>>>): Check {
  return (value, path) => {
    if (!isJsonObject(value)) {
      return isObject(value, path);
    }
    const complaint = checkMembers(value, { type: isNonEmptyString, cache_control: optional(isObject) }, path);
    const checks = types.get(stringMember(value, 'type') ?? '');
    return complaint ?? (checks && checkMembers(value, checks, path));
  };
}

/** Checks the `source` of an image or a document. */
const checkSource: Check = (value, path) => {
  return isJsonObject(value)
    ? typed(SOURCES)(value, path)
    : invalidMember(path, `must be an object; got ${kindOf(value)}.`);
};

const checkBlock: Check = (value, path) => typed(BLOCKS)(value, path);

/** Checks a content: text, or an array of blocks. */
export const checkContent: Check = textOr('blocks', checkBlock);

/** A tool that is added in mid-conversation: a definition, or a reference to one of `tools`. */
const checkAddedTool: Check = objectOf({ definition: optional(checkTool) });

/** Maps, not objects: the keys looked up are the caller's. */
const SOURCES: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map([
  ['base64', { media_type: isNonEmptyString, data: isString }],
  ['text', { data: isString }],
  ['url', { url: isNonEmptyString }],
  ['file', { file_id: isNonEmptyString }],
  ['content', { content: checkContent }],
]);

const BLOCKS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map([
  ['text', { text: isString, citations: optional(arrayOf('citations', isObject)) }],
  ['image', { source: checkSource }],
  ['document', { source: checkSource, title: optional(isString), context: optional(isString) }],
  ['search_result', { source: isString, title: isString, content: checkContent }],
  ['tool_use', { id: isCallId, name: isToolName, input: isObject }],
  ['tool_result', { tool_use_id: isCallId, content: optional(checkContent), is_error: optional(isBoolean) }],
  ['thinking', { thinking: isString, signature: optional(isString) }],
  ['redacted_thinking', { data: isString }],
  ['tool_addition', { tool: checkAddedTool }],
]);

/** Checks one message. `system` is a role for instructions in mid-conversation, which may be a setting alone. */
export const checkMessage: Check = (value, path) => {
  const content = stringMember(value, 'role') === 'system' ? optional(checkContent) : checkContent;
  return objectOf({ role: oneOf(['user', 'assistant', 'system']), content })(value, path);
};
