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
import type { ReceivedRequest, WireChat, WireEmbeddings, WireFailure, WirePrompt, WireTool } from './vendor-wire.ts';

/** Reads a request as OpenAI does. Source: OpenAI API reference, "Create chat completion" and "Create embeddings". */
export function readOpenaiRequest(request: ReceivedRequest): WireChat | WireEmbeddings | WireFailure {
  const { body, path } = request;
  const isKnownPath = path === '/v1/chat/completions' || path === '/v1/embeddings';
  if (request.method !== 'POST' || !isKnownPath) {
    return openaiFailure('wrong-path', { path: `${request.method} ${path}` });
  }
  if (!isJsonObject(body)) {
    return openaiFailure('invalid-request', { message: 'We could not parse the JSON body of your request.' });
  }
  const model = stringMember(body, 'model');
  if (model === undefined) {
    return openaiFailure('invalid-request', { message: 'you must provide a model parameter' });
  }
  return path === '/v1/embeddings' ? readEmbeddings(body, model) : readChat(body, model);
}

function readChat(body: JsonObject, model: string): WireChat | WireFailure {
  const messages = arrayMember(body, 'messages');
  if (messages.length === 0) {
    return openaiFailure('invalid-request', { message: "Missing required parameter: 'messages'." });
  }
  return {
    kind: 'chat',
    model,
    streaming: body.stream === true,
    includeUsage: member(body.stream_options, 'include_usage') === true,
    prompt: readPrompt(body, messages),
  };
}

function readPrompt(body: JsonObject, messages: readonly unknown[]): WirePrompt {
  const last = messages.at(-1);
  const lastUser = messages.findLast((message) => stringMember(message, 'role') === 'user');
  return {
    lastUserText: textOf(member(lastUser, 'content')),
    toolResult: stringMember(last, 'role') === 'tool' ? textOf(member(last, 'content')) : undefined,
    tools: arrayMember(body, 'tools').flatMap(readTool),
    toolChoice: readToolChoice(body.tool_choice),
    json: readJsonFormat(body.response_format),
    inputTokens: countTokens(messages) + (body.tools === undefined ? 0 : countTokens(body.tools)),
    maxTokens: numberMember(body, 'max_completion_tokens') ?? numberMember(body, 'max_tokens'),
  };
}

function readTool(tool: unknown): WireTool[] {
  const described = objectMember(tool, 'function');
  const name = stringMember(described, 'name');
  return name === undefined ? [] : [{ name, schema: objectMember(described, 'parameters') }];
}

function readToolChoice(choice: unknown): WirePrompt['toolChoice'] {
  const name = stringMember(member(choice, 'function'), 'name');
  if (name !== undefined) {
    return { name };
  }
  return choice === 'required' || choice === 'none' ? choice : 'auto';
}

function readJsonFormat(format: unknown): WirePrompt['json'] {
  const type = stringMember(format, 'type');
  if (type === 'json_schema') {
    return { schema: objectMember(member(format, 'json_schema'), 'schema') };
  }
  return type === 'json_object' ? { schema: undefined } : undefined;
}

function readEmbeddings(body: JsonObject, model: string): WireEmbeddings | WireFailure {
  const { input } = body;
  if (input === undefined || (Array.isArray(input) && input.length === 0)) {
    return openaiFailure('invalid-request', { message: "'$.input' is invalid. Please check the API reference." });
  }
  // A list of numbers is one input in token ids; a list of anything else is several inputs.
  const inputs = Array.isArray(input) && typeof input[0] !== 'number' ? input : [input];
  return {
    kind: 'embeddings',
    model,
    inputs: inputs.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))),
    dimensions: numberMember(body, 'dimensions'),
    encoding: body.encoding_format === 'base64' ? 'base64' : 'float',
  };
}
