import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';
import { openaiFailure } from './openai-failure.ts';
import { countTokens, textOf } from './prompt-text.ts';
import type { ReceivedRequest, WireChat, WireFailure, WirePrompt, WireTool } from './vendor-wire.ts';

/** Reads a request as OpenAI's Responses API does. Source: OpenAI API reference, "Create a model response". */
export function readResponsesRequest(request: ReceivedRequest): WireChat | WireFailure {
  const { body, path, method } = request;
  if (method !== 'POST' || path !== '/v1/responses') {
    return openaiFailure('wrong-path', { path: `${method} ${path}` });
  }
  const model = stringMember(body, 'model');
  const problem = isJsonObject(body) ? problemOf(body) : 'We could not parse the JSON body of your request.';
  if (!isJsonObject(body) || model === undefined || problem !== undefined) {
    return openaiFailure('invalid-request', { message: problem ?? 'you must provide a model parameter' });
  }
  return { kind: 'chat', model, streaming: body.stream === true, includeUsage: true, prompt: readPrompt(body) };
}

/** What OpenAI refuses of a request that another API would take. */
function problemOf(body: JsonObject): string | undefined {
  if (body.input === undefined || body.messages !== undefined) {
    return body.input === undefined ? "Missing required parameter: 'input'." : "Unknown parameter: 'messages'.";
  }
  const limit = numberMember(body, 'max_output_tokens') ?? 16;
  if (limit < 16) {
    return `Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got ${limit} instead.`;
  }
  const calls = new Set(arrayMember(body, 'input').map((item) => (isCall(item) ? member(item, 'call_id') : undefined)));
  const orphan = arrayMember(body, 'input').find((item) => isResult(item) && !calls.has(member(item, 'call_id')));
  return orphan === undefined ? undefined : 'No tool call found for function call output.';
}

function isCall(item: unknown): boolean {
  return /^(?:function|custom_tool)_call$/.test(stringMember(item, 'type') ?? '');
}

function isResult(item: unknown): boolean {
  return /^(?:function|custom_tool)_call_output$/.test(stringMember(item, 'type') ?? '');
}

function readPrompt(body: JsonObject): WirePrompt {
  const items = typeof body.input === 'string' ? [{ role: 'user', content: body.input }] : arrayMember(body, 'input');
  const last = items.at(-1);
  const lastUser = items.findLast((item) => stringMember(item, 'role') === 'user');
  return {
    lastUserText: textOf(member(lastUser, 'content')),
    toolResult: isResult(last) ? textOf(member(last, 'output')) : undefined,
    tools: arrayMember(body, 'tools').flatMap(readTool),
    toolChoice: readToolChoice(body.tool_choice),
    json: readJsonFormat(member(body.text, 'format')),
    inputTokens: countTokens(items) + (body.tools === undefined ? 0 : countTokens(body.tools)),
    maxTokens: numberMember(body, 'max_output_tokens'),
  };
}

function readTool(tool: unknown): WireTool[] {
  const name = stringMember(tool, 'name');
  return name === undefined ? [] : [{ name, schema: objectMember(tool, 'parameters') }];
}

function readToolChoice(choice: unknown): WirePrompt['toolChoice'] {
  const name = stringMember(choice, 'name');
  if (name !== undefined) {
    return { name };
  }
  return choice === 'required' || choice === 'none' ? choice : 'auto';
}

function readJsonFormat(format: unknown): WirePrompt['json'] {
  const type = stringMember(format, 'type');
  if (type === 'json_schema') {
    return { schema: objectMember(format, 'schema') };
  }
  return type === 'json_object' ? { schema: undefined } : undefined;
}
