import { defined } from '../../model/defined.ts';
import type { Native } from '../../model/dialect.ts';
import type { AnswerFormat, Tool, ToolUse } from '../../model/prompt.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import type { ChatTool, ChatToolChoice, ResponseFormat } from './chat-request.ts';
import { cacheMarkOf } from './read-turns.ts';

/** A tool of a chat request. Only functions have a neutral form. */
export function toolOf(tool: ChatTool, path: string): Tool {
  const called = tool.type === 'function' ? tool.function : undefined;
  if (called === undefined) {
    return {
      kind: 'native',
      what: tool.type,
      native: ofChat(tool),
      path,
    };
  }
  const { name, description, parameters: schema, strict } = called;
  // Clients put the mark on the tool or on its function.
  const cache = cacheMarkOf(tool) ?? cacheMarkOf(objectMember(tool, 'function') ?? {});
  return {
    kind: 'function',
    name,
    path,
    namePath: `${path}.function.name`,
    ...defined({ description, schema, strict, cache }),
  };
}

/** The form that a chat request asks the answer in. */
export function formatOf(format: ResponseFormat): AnswerFormat {
  switch (format.type) {
    case undefined:
    case 'text':
      return { kind: 'text' };
    case 'json_object':
      return { kind: 'json' };
    case 'json_schema': {
      const { name = '', description, schema, strict } = format.json_schema ?? {};
      return { kind: 'schema', name, ...defined({ description, schema, strict }) };
    }
    default:
      return { kind: 'native', what: format.type, native: ofChat(format) };
  }
}

/** What a chat request says of calling tools. */
export function toolUseOf(choice: ChatToolChoice): ToolUse {
  if (choice === 'auto' || choice === 'none' || choice === 'required') {
    return { mode: choice };
  }
  if (typeof choice === 'string') {
    return { mode: 'native', native: ofChat({ tool_choice: choice }) };
  }
  return chosenTools(choice) ?? { mode: 'native', native: ofChat(choice) };
}

/** One function by name, or `allowed_tools`, whose members some clients send beside `type`. */
function chosenTools(choice: JsonObject): ToolUse | undefined {
  const name = functionName(choice);
  if (choice.type === 'function' && name !== undefined) {
    return { mode: 'one', name };
  }
  if (choice.type !== 'allowed_tools') {
    return undefined;
  }
  const allowed = objectMember(choice, 'allowed_tools') ?? choice;
  const names = arrayMember(allowed, 'tools').map(functionName);
  const only = names.filter((known) => known !== undefined);
  const isKnown = only.length > 0 && only.length === names.length;
  return isKnown ? { mode: allowed.mode === 'required' ? 'required' : 'auto', only } : undefined;
}

/** The name in `{type: "function", function: {name}}`, also where it stands beside `type` as in the Responses API. */
function functionName(value: unknown): string | undefined {
  return stringMember(objectMember(value, 'function') ?? value, 'name');
}

function ofChat(value: JsonObject): Native {
  return { dialect: 'openai-chat', value, ifForeign: 'refuse' };
}
