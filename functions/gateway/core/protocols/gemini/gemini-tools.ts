import type { ChatRequest, ChatTool } from '../../model/chat-request.ts';
import { arrayMember, type JsonObject, objectMember, stringMember } from '../../wire/json.ts';
import { type EncodingLosses, refuse } from './encoding-losses.ts';
import { presentMembers } from './present-members.ts';

/** `tools` and `toolConfig` of a request; neither where it has no tools. Source: ai.google.dev/gemini-api/docs/function-calling. */
export function geminiTools(request: ChatRequest, losses: EncodingLosses): JsonObject | undefined {
  const tools = request.tools ?? [];
  const toolConfig = functionCallingConfig(request, losses);
  if (tools.length === 0) {
    if (toolConfig !== undefined && toolConfig.mode !== 'AUTO' && toolConfig.mode !== 'NONE') {
      refuse(losses, 'tool_choice', 'tool_choice asks for a tool call but there are no tools: add tools.');
    }
    return undefined;
  }
  const functionDeclarations = tools.flatMap((tool, index) => declaration(tool, `tools[${index}]`, losses));
  return presentMembers({
    tools: [{ functionDeclarations }],
    toolConfig: toolConfig && { functionCallingConfig: toolConfig },
  });
}

/** `parametersJsonSchema` takes JSON Schema whole; the older `parameters` refuses `$ref`, `const`, `additionalProperties` and more. */
function declaration(tool: ChatTool, path: string, losses: EncodingLosses): readonly JsonObject[] {
  if (tool.type !== 'function' || tool.function === undefined) {
    refuse(losses, path, 'Gemini takes tools of type function: leave out the others.');
    return [];
  }
  const { name, description, parameters, strict } = tool.function;
  if (strict === true && !losses.dropped.includes('strict')) {
    losses.dropped.push('strict');
  }
  const members = { name, description: description ?? undefined, parametersJsonSchema: parameters ?? undefined };
  return [presentMembers(members) ?? {}];
}

function functionCallingConfig(request: ChatRequest, losses: EncodingLosses): JsonObject | undefined {
  const choice = request.tool_choice;
  if (choice === undefined) {
    return undefined;
  }
  const config = typeof choice === 'string' ? MODES.get(choice) : chosenFunctions(choice);
  if (config === undefined) {
    const message = 'tool_choice must be auto, none, required, or name functions for Gemini to call.';
    refuse(losses, 'tool_choice', message);
  }
  return config;
}

const MODES: ReadonlyMap<string, JsonObject> = new Map([
  ['auto', { mode: 'AUTO' }],
  ['none', { mode: 'NONE' }],
  ['required', { mode: 'ANY' }],
]);

/** One function by name, or `allowed_tools`. Only ANY and VALIDATED (text or a call) take a list of names. */
function chosenFunctions(choice: JsonObject): JsonObject | undefined {
  if (choice.type === 'function') {
    const name = functionName(choice);
    return name === undefined ? undefined : { mode: 'ANY', allowedFunctionNames: [name] };
  }
  if (choice.type !== 'allowed_tools') {
    return undefined;
  }
  const allowed = objectMember(choice, 'allowed_tools') ?? choice;
  const names = arrayMember(allowed, 'tools').map(functionName);
  return names.length === 0 || names.includes(undefined)
    ? undefined
    : { mode: allowed.mode === 'required' ? 'ANY' : 'VALIDATED', allowedFunctionNames: names };
}

/** The name in `{type: "function", function: {name}}`, also where it stands beside `type` as in the Responses API. */
function functionName(value: unknown): string | undefined {
  return stringMember(objectMember(value, 'function') ?? value, 'name');
}
