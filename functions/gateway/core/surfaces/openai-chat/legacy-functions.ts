import { arrayMember, isJsonObject, type JsonObject, member, objectMember, stringMember } from '../../wire/json.ts';

/**
 * A checked request in which `functions`, `function_call` and role `function`, which tools replaced in 2023, are written as tools,
 * `tool_choice`, `tool_calls` and role `tool`, so that no encoder need know them. The answer says `tool_calls` all the same.
 */
export function withoutLegacyFunctions(body: JsonObject): JsonObject {
  const { functions, function_call: choice, ...rest } = body;
  return {
    ...rest,
    ...(Array.isArray(functions) && { tools: [...arrayMember(rest, 'tools'), ...functions.map(toTool)] }),
    ...(choice !== undefined && rest.tool_choice === undefined && { tool_choice: toToolChoice(choice) }),
    messages: toToolMessages(arrayMember(body, 'messages')),
  };
}

function toTool(declared: unknown): JsonObject {
  return { type: 'function', function: declared };
}

function toToolChoice(choice: unknown): unknown {
  return isJsonObject(choice) ? { type: 'function', function: choice } : choice;
}

/** A legacy call has no id. It gets one from its place, and the next function message answers it. */
function toToolMessages(messages: readonly unknown[]): unknown[] {
  let callId = 'call_function';
  return messages.map((message, index) => {
    const called = objectMember(message, 'function_call');
    if (called !== undefined) {
      callId = `call_function_${index}`;
      return toCallingMessage(message, called, callId);
    }
    return stringMember(message, 'role') === 'function' ? toToolMessage(message, callId) : message;
  });
}

function toCallingMessage(message: unknown, called: JsonObject, id: string): JsonObject {
  const { function_call: _, ...rest } = isJsonObject(message) ? message : {};
  const call = { id, type: 'function', function: called };
  return { ...rest, tool_calls: [...arrayMember(message, 'tool_calls'), call] };
}

function toToolMessage(message: unknown, callId: string): JsonObject {
  return { role: 'tool', tool_call_id: callId, content: member(message, 'content') ?? '' };
}
