import type { JsonObject } from '../../wire/json.ts';

/** Where a tool call keeps its name and its text: `{"function": {"name", "arguments"}}` or `{"custom": {"name", "input"}}`. */
export interface ToolCallForm {
  readonly type: 'function' | 'custom';
  readonly text: 'arguments' | 'input';
}

const FUNCTION: ToolCallForm = { type: 'function', text: 'arguments' };
const CUSTOM: ToolCallForm = { type: 'custom', text: 'input' };

/** The form of a call, from the members beside its function: OpenAI's custom tools say so in `type`. */
export function toolCallForm(extra: JsonObject | undefined): ToolCallForm {
  return extra?.type === 'custom' ? CUSTOM : FUNCTION;
}

/** A whole tool call, or the first piece of one, in OpenAI's shape. */
export function toolCallOf(call: {
  id: string;
  name: string;
  text: string;
  extra: JsonObject | undefined;
}): JsonObject {
  const form = toolCallForm(call.extra);
  return { ...call.extra, id: call.id, type: form.type, [form.type]: { name: call.name, [form.text]: call.text } };
}
