import { member } from '../../wire/json.ts';
import {
  type Check,
  isBoolean,
  isNonEmptyString,
  isObject,
  isString,
  isToolName,
  objectOf,
  optional,
} from '../request-checks.ts';

/** Checks a tool. One with a type of its own is Anthropic's, and Anthropic's to judge. */
export const checkTool: Check = (value, path) => {
  const type = member(value, 'type') ?? 'custom';
  return objectOf(type === 'custom' ? FUNCTION : NATIVE)(value, path);
};

const FUNCTION: Readonly<Record<string, Check>> = {
  name: isToolName,
  description: optional(isString),
  input_schema: isObject,
  strict: optional(isBoolean),
  cache_control: optional(isObject),
};

const NATIVE: Readonly<Record<string, Check>> = { type: isNonEmptyString };
