import { isJsonObject, stringMember } from '../../wire/json.ts';
import { invalidMember } from '../invalid-request.ts';
import {
  arrayOf,
  type Check,
  checkMembers,
  isBoolean,
  isNonEmptyString,
  isObject,
  isString,
  isToolName,
  kindOf,
  MAX_TOOLS,
  objectOf,
  optional,
} from '../request-checks.ts';

/** Checks a tool. Functions, custom tools and namespaces of both are looked into: other types exist at OpenAI alone. */
export const checkTool: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const checks = TOOL_MEMBERS.get(stringMember(value, 'type') ?? '');
  return checkMembers(value, { type: isNonEmptyString, ...checks }, path);
};

const CALLABLE_MEMBERS: Readonly<Record<string, Check>> = {
  name: isToolName,
  description: optional(isString),
};

const FUNCTION_MEMBERS = { ...CALLABLE_MEMBERS, parameters: optional(isObject), strict: optional(isBoolean) };

/** A tool within a namespace: no namespace stands in another. */
const checkInnerTool: Check = (value, path) => {
  const isFunction = stringMember(value, 'type') === 'function';
  return objectOf({ type: isNonEmptyString, ...(isFunction ? FUNCTION_MEMBERS : CALLABLE_MEMBERS) })(value, path);
};

/** A map, not an object: the keys looked up are the caller's. */
const TOOL_MEMBERS: ReadonlyMap<string, Readonly<Record<string, Check>>> = new Map<
  string,
  Readonly<Record<string, Check>>
>([
  ['function', FUNCTION_MEMBERS],
  ['custom', { ...CALLABLE_MEMBERS, format: optional(isObject) }],
  ['namespace', { name: isNonEmptyString, tools: arrayOf('tools', checkInnerTool, { max: MAX_TOOLS }) }],
]);

/** Checks `tool_choice`: a mode, or the tool that must be called. */
export const checkToolChoice: Check = (value, path) => {
  if (isJsonObject(value)) {
    const isNamed = value.type === 'function' || value.type === 'custom';
    return checkMembers(value, { type: isNonEmptyString, ...(isNamed && { name: isNonEmptyString }) }, path);
  }
  return value === 'auto' || value === 'none' || value === 'required'
    ? undefined
    : invalidMember(
        path,
        `must be "auto", "none", "required" or an object; got ${typeof value === 'string' ? 'another string' : kindOf(value)}.`,
      );
};

/** Checks `text`: the format of the answer. */
export const checkText: Check = (value, path) => {
  const format = isJsonObject(value) && isJsonObject(value.format) ? value.format : undefined;
  const isSchema = format?.type === 'json_schema';
  const formatChecks = {
    type: isNonEmptyString,
    ...(isSchema && { name: isNonEmptyString, schema: isObject, strict: optional(isBoolean) }),
  };
  return objectOf({ format: optional(objectOf(formatChecks)), verbosity: optional(isString) })(value, path);
};
