import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';
import { anthropicFailure } from './anthropic-failure.ts';
import { countTokens, textOf } from './prompt-text.ts';
import type { ReceivedRequest, WireChat, WireFailure, WirePrompt, WireTool } from './vendor-wire.ts';

/** Reads a request as Anthropic does, refusing what it refuses. Source: Anthropic API reference, "Messages". */
export function readAnthropicRequest(request: ReceivedRequest): WireChat | WireFailure {
  const { body, headers } = request;
  if (request.method !== 'POST' || request.path !== '/v1/messages') {
    return anthropicFailure('wrong-path');
  }
  if (headers['anthropic-version'] === undefined) {
    return anthropicFailure('invalid-request', { message: 'anthropic-version: header is required' });
  }
  if (!isJsonObject(body)) {
    return anthropicFailure('invalid-request', { message: 'The request body is not valid JSON' });
  }
  const message = CHECKS.map((check) => check(body)).find((found) => found !== undefined);
  if (message !== undefined) {
    return anthropicFailure('invalid-request', { message });
  }
  return {
    kind: 'chat',
    model: stringMember(body, 'model') ?? '',
    streaming: body.stream === true,
    includeUsage: true,
    prompt: readPrompt(body),
  };
}

/** What is wrong with a body, in Anthropic's words, or `undefined`. */
type Check = (body: JsonObject) => string | undefined;

const CHECKS: readonly Check[] = [
  (body) => (stringMember(body, 'model') === undefined ? 'model: Field required' : undefined),
  (body) => (numberMember(body, 'max_tokens') === undefined ? 'max_tokens: Field required' : undefined),
  (body) => (arrayMember(body, 'messages').length === 0 ? 'messages: at least one message is required' : undefined),
  unknownField,
  temperatureOutOfRange,
  wrongRole,
  blankText,
  badToolId,
];

const FIELDS: ReadonlySet<string> = new Set([
  'model',
  'messages',
  'max_tokens',
  'system',
  'stream',
  'stop_sequences',
  'temperature',
  'top_p',
  'top_k',
  'tools',
  'tool_choice',
  'thinking',
  'metadata',
  'service_tier',
  'output_config',
  'cache_control',
  'container',
  'context_management',
  'safeguards',
  'inference_geo',
]);

function unknownField(body: JsonObject): string | undefined {
  const unknown = Object.keys(body).find((key) => !FIELDS.has(key));
  return unknown === undefined ? undefined : `${unknown}: Extra inputs are not permitted`;
}

function temperatureOutOfRange(body: JsonObject): string | undefined {
  const temperature = numberMember(body, 'temperature') ?? 0;
  return temperature < 0 || temperature > 1 ? 'temperature: range: 0..1' : undefined;
}

function wrongRole(body: JsonObject): string | undefined {
  const known = ['user', 'assistant', 'system'];
  const index = arrayMember(body, 'messages').findIndex((one) => !known.includes(stringMember(one, 'role') ?? ''));
  return index === -1 ? undefined : `messages.${index}.role: Input should be 'user' or 'assistant'`;
}

function blankText(body: JsonObject): string | undefined {
  const blank = blocksOf(body).some(
    (block) => stringMember(block, 'type') === 'text' && stringMember(block, 'text')?.trim() === '',
  );
  return blank ? 'messages: text content blocks must be non-empty' : undefined;
}

function badToolId(body: JsonObject): string | undefined {
  const ids = blocksOf(body).map((block) => stringMember(block, 'id') ?? stringMember(block, 'tool_use_id') ?? 'none');
  return ids.every((id) => /^[a-zA-Z0-9_-]+$/.test(id))
    ? undefined
    : "messages: tool_use.id: String should match pattern '^[a-zA-Z0-9_-]+$'";
}

function blocksOf(body: JsonObject): unknown[] {
  return arrayMember(body, 'messages').flatMap((message) => arrayMember(message, 'content'));
}

function readPrompt(body: JsonObject): WirePrompt {
  const messages = arrayMember(body, 'messages');
  const isUserText = (message: unknown): boolean =>
    stringMember(message, 'role') === 'user' && textOf(member(message, 'content')) !== '';
  const results = arrayMember(messages.at(-1), 'content').filter(
    (block) => stringMember(block, 'type') === 'tool_result',
  );
  const format = member(body.output_config, 'format');
  return {
    lastUserText: textOf(member(messages.findLast(isUserText), 'content')),
    toolResult: results.length === 0 ? undefined : results.map((block) => textOf(member(block, 'content'))).join(''),
    tools: arrayMember(body, 'tools').flatMap(readTool),
    toolChoice: readToolChoice(body.tool_choice),
    json: isJsonObject(format) ? { schema: objectMember(format, 'schema') } : undefined,
    inputTokens: countTokens([body.system, messages, body.tools]),
    maxTokens: numberMember(body, 'max_tokens'),
  };
}

function readTool(tool: unknown): WireTool[] {
  const name = stringMember(tool, 'name');
  return name === undefined ? [] : [{ name, schema: objectMember(tool, 'input_schema') }];
}

function readToolChoice(choice: unknown): WirePrompt['toolChoice'] {
  const type = stringMember(choice, 'type');
  const name = stringMember(choice, 'name');
  if (type === 'tool' && name !== undefined) {
    return { name };
  }
  return type === 'none' ? 'none' : anyOrAuto(type);
}

function anyOrAuto(type: string | undefined): 'required' | 'auto' {
  return type === 'any' ? 'required' : 'auto';
}
