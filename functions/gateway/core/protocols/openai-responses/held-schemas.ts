import { defined } from '../../model/defined.ts';
import { arrayMember, isJsonObject, type JsonObject, objectMember } from '../../wire/json.ts';
import type { EncodingNotes } from '../encoding-notes.ts';
import { objectRoot } from '../object-root.ts';
import { heldAnswer } from '../openai-chat/answer-format.ts';
import type { OpenAiRules } from '../openai-chat/openai-rules.ts';
import { strictSchema } from '../openai-chat/strict-schema.ts';

/**
 * The body with schemas that OpenAI takes: a strict one is in its subset or is not strict, a function's arguments are an object. Without
 * tools there is nothing to choose from.
 */
export function withHeldSchemas(body: JsonObject, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const text = objectMember(body, 'text');
  const format = objectMember(text, 'format');
  const { tools: _, parallel_tool_calls: parallel, tool_choice: choice, ...rest } = body;
  const tools = arrayMember(body, 'tools').map((tool) => heldTool(tool, rules, notes));
  const isForced = choice !== undefined && choice !== 'auto' && choice !== 'none';
  const isChoice = tools.length > 0 || isForced || arrayMember(body, 'input').some(addsTools);
  return {
    ...rest,
    ...(format !== undefined && { text: { ...text, format: heldFormat(format, rules, notes) } }),
    ...(tools.length > 0 && { tools, ...defined({ parallel_tool_calls: parallel }) }),
    ...(isChoice && choice !== undefined && { tool_choice: choice }),
  };
}

/** Items of the input that bring tools of their own. */
function addsTools(item: unknown): boolean {
  return isJsonObject(item) && (item.type === 'additional_tools' || item.type === 'tool_search_output');
}

function heldFormat(format: JsonObject, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  return format.type !== 'json_schema' || rules.strictSchemas === 'as-sent'
    ? format
    : heldAnswer(format, rules.strictSchemas, notes);
}

function heldTool(tool: unknown, rules: OpenAiRules, notes: EncodingNotes): unknown {
  if (!isJsonObject(tool) || tool.type !== 'function' || objectMember(tool, 'parameters') === undefined) {
    return tool;
  }
  const plain = asStrictAsCanBe(tool, rules, notes);
  const schema = objectMember(plain, 'parameters') ?? {};
  const parameters = objectRoot(schema);
  return parameters === schema ? plain : { ...plain, parameters };
}

function asStrictAsCanBe(tool: JsonObject, rules: OpenAiRules, notes: EncodingNotes): JsonObject {
  const schema = objectMember(tool, 'parameters');
  if (tool.strict !== true || rules.strictSchemas === 'as-sent' || schema === undefined) {
    return tool;
  }
  const strict = strictSchema(schema, rules.strictSchemas);
  if (strict === undefined) {
    notes.drop('strict');
  }
  return strict === undefined ? { ...tool, strict: false } : { ...tool, parameters: strict };
}
