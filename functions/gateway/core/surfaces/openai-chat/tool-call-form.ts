import type { JsonObject } from '../../wire/json.ts';

/** Where a tool call keeps its name and its text: `{"function": {"name", "arguments"}}` or `{"custom": {"name", "input"}}`. */
export interface ToolCallForm {
  readonly type: 'function' | 'custom';
  readonly text: 'arguments' | 'input';
}

const FUNCTION: ToolCallForm = { type: 'function', text: 'arguments' };
const CUSTOM: ToolCallForm = { type: 'custom', text: 'input' };

/** The form of a call of a function, or of a custom tool, which takes text. */
export function toolCallForm(isCustom: boolean): ToolCallForm {
  return isCustom ? CUSTOM : FUNCTION;
}

/** A whole tool call, or the first piece of one, in OpenAI's shape. `extra`: members beside its function. */
export function toolCallOf(call: {
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly form: ToolCallForm;
  readonly extra: JsonObject | undefined;
}): JsonObject {
  const { type, text } = call.form;
  return { ...call.extra, id: call.id, type, [type]: { name: call.name, [text]: call.text } };
}
