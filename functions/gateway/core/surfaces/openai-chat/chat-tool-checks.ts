import { isJsonObject, member } from '../../wire/json.ts';
import { invalidMember } from '../invalid-request.ts';
import {
  type Check,
  checkMembers,
  isBoolean,
  isNonEmptyString,
  isObject,
  isString,
  isToolName,
  kindOf,
  objectOf,
  optional,
} from '../request-checks.ts';

/** Checks what a function is declared with: its name, and its parameters as a JSON Schema. */
export const checkFunction = objectOf({
  name: isToolName,
  description: optional(isString),
  parameters: optional(isObject),
  strict: optional(isBoolean),
});

/** Checks a tool. Only functions are looked into: other types exist at OpenAI alone. */
export const checkTool: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const isFunction = member(value, 'type') === 'function';
  return checkMembers(value, { type: isNonEmptyString, function: isFunction ? checkFunction : anything }, path);
};

const anything: Check = () => undefined;

/** Checks `tool_choice`: a mode, or the tool that must be called. */
export const checkToolChoice: Check = (value, path) => {
  if (isJsonObject(value)) {
    const isFunction = member(value, 'type') === 'function';
    const checks = { type: isNonEmptyString, function: isFunction ? objectOf({ name: isNonEmptyString }) : anything };
    return checkMembers(value, checks, path);
  }
  return value === 'auto' || value === 'none' || value === 'required'
    ? undefined
    : invalidMember(path, `must be "auto", "none", "required" or an object; got ${otherMode(value)}.`);
};

/** Checks `function_call`, which `tool_choice` replaced. */
export const checkFunctionChoice: Check = (value, path) => {
  if (isJsonObject(value)) {
    return checkMembers(value, { name: isNonEmptyString }, path);
  }
  return value === 'auto' || value === 'none'
    ? undefined
    : invalidMember(path, `must be "auto", "none" or an object with a name; got ${otherMode(value)}.`);
};

function otherMode(value: unknown): string {
  return typeof value === 'string' ? 'another string' : kindOf(value);
}

/** Checks `response_format`. A JSON Schema needs its name and may leave the schema out. */
export const checkResponseFormat: Check = (value, path) => {
  if (!isJsonObject(value)) {
    return isObject(value, path);
  }
  const isSchema = member(value, 'type') === 'json_schema';
  return checkMembers(value, { type: isNonEmptyString, json_schema: isSchema ? checkJsonSchema : anything }, path);
};

const checkJsonSchema = objectOf({
  name: isNonEmptyString,
  description: optional(isString),
  schema: optional(isObject),
  strict: optional(isBoolean),
});
