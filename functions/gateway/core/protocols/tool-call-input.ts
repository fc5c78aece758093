import type { ToolCallPart } from '../model/part.ts';
import { isJsonObject, type JsonObject, parseJson } from '../wire/json.ts';

/**
 * The input of a call as the object that vendors other than OpenAI want; `undefined` where it is none. No text at all stands for an empty
 * object: clients send that back for a function without parameters. A custom tool's text is the argument `input` of a function.
 */
export function toolCallInput({ input, isCustom }: ToolCallPart): JsonObject | undefined {
  if (isCustom === true) {
    return { input };
  }
  const parsed = input.trim() === '' ? {} : parseJson(input);
  return isJsonObject(parsed) ? parsed : undefined;
}
