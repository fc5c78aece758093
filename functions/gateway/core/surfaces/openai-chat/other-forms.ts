import { defined } from '../../model/defined.ts';
import {
  arrayMember,
  changedItems,
  isJsonObject,
  type JsonObject,
  member,
  objectMember,
  stringMember,
} from '../../wire/json.ts';
import { usualPart } from './other-part-forms.ts';

/**
 * A chat body with what servers other than OpenAI take too written in OpenAI's form: tools and choices without a type or in the form of the
 * Responses or Messages API, `tool_choice: "any"`, arguments that are an object, addresses of pictures as strings, a schema without a name.
 * It then means the same everywhere. The very same body where there is nothing to change. Sources: the references of Mistral, Perplexity,
 * Together and Hugging Face's text-generation-inference, 2026-11.
 */
export function inUsualForm(body: JsonObject): JsonObject {
  const said = withMember(body, 'messages', (messages) => withItems(messages, usualMessage));
  const offered = withMember(said, 'tools', (tools) => withItems(tools, usualTool));
  const chosen = withMember(offered, 'tool_choice', (choice) => usualChoice(choice, arrayMember(offered, 'tools')));
  return withMember(chosen, 'response_format', usualFormat);
}

/** `object` with its member `key`, where it has one, changed; the very same where nothing changes. */
function withMember(object: JsonObject, key: string, change: (value: unknown) => unknown): JsonObject {
  const value = member(object, key);
  if (value === undefined) {
    return object;
  }
  const changed = change(value);
  return changed === value ? object : { ...object, [key]: changed };
}

function withItems(items: unknown, change: (item: unknown) => unknown): unknown {
  return Array.isArray(items) ? changedItems<unknown>(items, change) : items;
}

function usualMessage(message: unknown): unknown {
  if (!isJsonObject(message)) {
    return message;
  }
  const said = withMember(message, 'content', (content) => withItems(content, usualPart));
  const calling = withMember(said, 'tool_calls', (calls) => withItems(calls, usualCall));
  return withMember(calling, 'function_call', withTextArguments);
}

/** A call whose function stands beside its id, as the Responses API has it, and whose arguments may be an object. */
function usualCall(call: unknown): unknown {
  if (!isJsonObject(call)) {
    return call;
  }
  const { type, name, arguments: input, ...others } = call;
  const isFlat = typeof name === 'string' && isFunctionType(type) && !('function' in call);
  const usual = isFlat ? { ...others, type: 'function', function: { name, arguments: input } } : call;
  return withMember(usual, 'function', withTextArguments);
}

function isFunctionType(type: unknown): boolean {
  return type === undefined || type === 'function';
}

function withTextArguments(called: unknown): unknown {
  return isJsonObject(called)
    ? withMember(called, 'arguments', (input) => (isJsonObject(input) ? JSON.stringify(input) : input))
    : called;
}

/** A function with its type, and what it is declared with one level deeper: also in the words of the Messages API. */
function usualTool(tool: unknown): unknown {
  if (!isJsonObject(tool)) {
    return tool;
  }
  const { type, name, description, parameters, input_schema: schema, strict, ...others } = tool;
  if (objectMember(tool, 'function') !== undefined) {
    return type === undefined ? { type: 'function', ...tool } : tool;
  }
  const isFunction = isFunctionType(type) || (type === 'custom' && isJsonObject(schema));
  return typeof name === 'string' && isFunction
    ? {
        ...others,
        type: 'function',
        function: { name, ...defined({ description, parameters: parameters ?? schema, strict }) },
      }
    : tool;
}

const MODES: ReadonlyMap<unknown, string> = new Map([
  ['auto', 'auto'],
  ['none', 'none'],
  ['any', 'required'],
  ['required', 'required'],
]);

/** A mode by its own or by another's word, or the function that must be called: by its name alone, too, where there is such a tool. */
function usualChoice(choice: unknown, tools: readonly unknown[]): unknown {
  if (typeof choice === 'string') {
    return MODES.get(choice) ?? (tools.some((tool) => isNamed(tool, choice)) ? ofFunction(choice) : choice);
  }
  return isJsonObject(choice) ? typedChoice(choice) : choice;
}

function typedChoice(choice: JsonObject): unknown {
  const { type, name, ...others } = choice;
  if (isJsonObject(others.function)) {
    return type === undefined ? { type: 'function', ...choice } : choice;
  }
  if (Object.keys(others).length > 0) {
    return choice;
  }
  const isFunction = isFunctionType(type) || type === 'tool';
  return typeof name === 'string' && isFunction ? ofFunction(name) : (MODES.get(type) ?? choice);
}

function isNamed(tool: unknown, name: string): boolean {
  return stringMember(objectMember(tool, 'function'), 'name') === name;
}

function ofFunction(name: string): JsonObject {
  return { type: 'function', function: { name } };
}

/** OpenAI wants a name, and no other server does. */
const SCHEMA_NAME = 'answer';

/** A schema in its place, with a name: some servers have it beside the type, under `schema` or `value`. */
function usualFormat(format: unknown): unknown {
  if (!isJsonObject(format)) {
    return format;
  }
  const { type, schema, value, name, strict, description } = format;
  const given = objectMember(format, 'json_schema');
  if (given !== undefined) {
    return (given.name ?? '') === '' ? { ...format, json_schema: { ...given, name: SCHEMA_NAME } } : format;
  }
  const told = [schema, value].find(isJsonObject);
  return SCHEMA_TYPES.has(type) && told !== undefined
    ? {
        type: 'json_schema',
        json_schema: { name: name ?? SCHEMA_NAME, ...defined({ description, schema: told, strict }) },
      }
    : format;
}

/** Types beside which a schema may stand: the Responses API's, Together's and llama.cpp's, and that of text-generation-inference. */
const SCHEMA_TYPES: ReadonlySet<unknown> = new Set(['json_schema', 'json_object', 'json']);

/**
 * A checked request in which `functions`, `function_call` and role `function`, which tools replaced in 2023, are written as tools,
 * `tool_choice`, `tool_calls` and role `tool`, so that no encoder need know them. The answer says `tool_calls` all the same. The very same
 * request where it has none of them.
 */
function withoutLegacyFunctions(body: JsonObject): JsonObject {
  const { functions, function_call: choice, ...rest } = body;
  const messages = arrayMember(body, 'messages').filter(isJsonObject);
  const isLegacy = messages.some(({ role, function_call: called }) => role === 'function' || called !== undefined);
  if (functions === undefined && choice === undefined && !isLegacy) {
    return body;
  }
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

/** The checked body in one form: what may be null or left out is there or absent, as the types of `ChatRequest` say. */
export function inOneForm(json: JsonObject): JsonObject {
  const body = withoutLegacyFunctions(withoutNulls(json));
  const format = objectMember(body, 'response_format');
  return {
    ...body,
    messages: arrayMember(body, 'messages').map(toMessage),
    ...(body.tools !== undefined && { tools: arrayMember(body, 'tools').map(plainTool) }),
    ...(format !== undefined && { response_format: withPlainMember(format, 'json_schema') }),
  };
}

/** An assistant's null content and refusal say something; other nulls do not. */
function toMessage(message: unknown): unknown {
  if (!isJsonObject(message)) {
    return message;
  }
  const plain = withoutNulls(message, ['content', 'refusal']);
  return plain.tool_calls === undefined
    ? plain
    : { ...plain, tool_calls: arrayMember(plain, 'tool_calls').map(toToolCall) };
}

/** A call without arguments has the text `""`. */
function toToolCall(call: unknown): JsonObject {
  const members = isJsonObject(call) ? call : {};
  if (members.type === 'custom') {
    return members;
  }
  const called = objectMember(call, 'function');
  return { ...members, type: 'function', function: { ...called, arguments: called?.arguments ?? '' } };
}

function plainTool(tool: unknown): unknown {
  return isJsonObject(tool) ? withPlainMember(tool, 'function') : tool;
}

/** `object` with the nulls of its member `key` dropped. */
function withPlainMember(object: JsonObject, key: string): JsonObject {
  const inner = objectMember(object, key);
  const plain = inner && withoutNulls(inner);
  return plain === inner ? object : { ...object, [key]: plain };
}

/** `object` without its null members, apart from `kept`; the same object where it has none. */
function withoutNulls(object: JsonObject, kept: readonly string[] = []): JsonObject {
  for (const key in object) {
    if (object[key] === null && !kept.includes(key)) {
      return Object.fromEntries(
        Object.entries(object).filter(([name, value]) => value !== null || kept.includes(name)),
      );
    }
  }
  return object;
}
