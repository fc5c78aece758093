import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import { countTokens, textOf } from '../../infra/local/simulated/prompt-text.ts';
import type {
  ReceivedRequest,
  WireChat,
  WireEmbeddings,
  WireFailure,
  WirePrompt,
  WireTool,
} from '../../infra/local/simulated/vendor-wire.ts';
import { bedrockFailure } from './bedrock-failure.ts';

/** Reads a request as Bedrock does. Source: Amazon Bedrock API reference, "Converse", "ConverseStream", "InvokeModel". */
export function readBedrockRequest(request: ReceivedRequest): WireChat | WireEmbeddings | WireFailure {
  // A model id whose slashes are not encoded is another path.
  const [, encodedModel, operation] = /^\/model\/([^/]+)\/(converse|converse-stream|invoke)$/.exec(request.path) ?? [];
  if (request.method !== 'POST' || encodedModel === undefined) {
    return bedrockFailure('wrong-path');
  }
  const { body } = request;
  if (!isJsonObject(body)) {
    return bedrockFailure('invalid-request', { message: 'Malformed input request.' });
  }
  const model = decodeURIComponent(encodedModel);
  return operation === 'invoke' ? readInvoke(body, model) : readChat(body, model, operation === 'converse-stream');
}

function readChat(body: JsonObject, model: string, streaming: boolean): WireChat | WireFailure {
  const message = CHECKS.map((check) => check(body, model)).find((found) => found !== undefined);
  if (message !== undefined) {
    return bedrockFailure('invalid-request', { message });
  }
  return { kind: 'chat', model, streaming, includeUsage: true, prompt: readPrompt(body) };
}

/** What is wrong with a body, in Bedrock's words, or `undefined`. */
type Check = (body: JsonObject, model: string) => string | undefined;

const CHECKS: readonly Check[] = [unknownField, firstIsNotUser, rolesDoNotAlternate, blankText, noToolConfig];

const FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'system',
  'inferenceConfig',
  'toolConfig',
  'guardrailConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'promptVariables',
  'requestMetadata',
  'performanceConfig',
  'serviceTier',
  'outputConfig',
]);

function unknownField(body: JsonObject): string | undefined {
  const unknown = Object.keys(body).find((key) => !FIELDS.has(key));
  return unknown === undefined ? undefined : `Unknown field ${unknown}.`;
}

/** Claude, Qwen, GLM and Kimi take a conversation that the assistant begins. */
function firstIsNotUser(body: JsonObject, model: string): string | undefined {
  const [first] = arrayMember(body, 'messages');
  const role = stringMember(first, 'role');
  return role === 'user' || /claude|qwen|glm|kimi/.test(model)
    ? undefined
    : 'A conversation must start with a user message.';
}

function rolesDoNotAlternate(body: JsonObject): string | undefined {
  const roles = arrayMember(body, 'messages').map((message) => stringMember(message, 'role'));
  const repeats = roles.some((role, index) => index > 0 && role === roles[index - 1]);
  return repeats ? 'A conversation must alternate between user and assistant roles.' : undefined;
}

function blankText(body: JsonObject): string | undefined {
  const blank = blocksOf(body).some((block) => stringMember(block, 'text')?.trim() === '');
  return blank ? 'The text field in the ContentBlock object is blank.' : undefined;
}

function noToolConfig(body: JsonObject): string | undefined {
  const hasToolBlocks = blocksOf(body).some(
    (block) => member(block, 'toolUse') !== undefined || member(block, 'toolResult') !== undefined,
  );
  return hasToolBlocks && body.toolConfig === undefined
    ? 'The toolConfig field must be defined when using toolUse and toolResult content blocks.'
    : undefined;
}

function blocksOf(body: JsonObject): unknown[] {
  return arrayMember(body, 'messages').flatMap((message) => arrayMember(message, 'content'));
}

function readPrompt(body: JsonObject): WirePrompt {
  const messages = arrayMember(body, 'messages');
  const isUserText = (message: unknown): boolean =>
    stringMember(message, 'role') === 'user' && textOf(member(message, 'content')) !== '';
  const results = arrayMember(messages.at(-1), 'content').flatMap((block) => {
    const result = objectMember(block, 'toolResult');
    return result === undefined ? [] : [textOf(result.content)];
  });
  return {
    lastUserText: textOf(member(messages.findLast(isUserText), 'content')),
    toolResult: results.length === 0 ? undefined : results.join(''),
    tools: arrayMember(body.toolConfig, 'tools').flatMap(readTool),
    toolChoice: readToolChoice(member(body.toolConfig, 'toolChoice')),
    json: member(body.outputConfig, 'textFormat') === undefined ? undefined : { schema: undefined },
    inputTokens: countTokens([body.system, messages, body.toolConfig]),
    maxTokens: numberMember(body.inferenceConfig, 'maxTokens'),
  };
}

function readTool(tool: unknown): WireTool[] {
  const spec = objectMember(tool, 'toolSpec');
  const name = stringMember(spec, 'name');
  return name === undefined ? [] : [{ name, schema: objectMember(member(spec, 'inputSchema'), 'json') }];
}

function readToolChoice(choice: unknown): WirePrompt['toolChoice'] {
  const name = stringMember(member(choice, 'tool'), 'name');
  if (name !== undefined) {
    return { name };
  }
  return member(choice, 'any') === undefined ? 'auto' : 'required';
}

/** InvokeModel takes whatever the model takes: Titan one text, Cohere several. */
function readInvoke(body: JsonObject, model: string): WireEmbeddings | WireFailure {
  const text = stringMember(body, 'inputText');
  const texts = arrayMember(body, 'texts').map(String);
  const inputs = text === undefined ? texts : [text];
  return inputs.length === 0
    ? bedrockFailure('invalid-request', { message: 'Malformed input request: required key [inputText] not found.' })
    : { kind: 'embeddings', model, inputs, dimensions: numberMember(body, 'dimensions'), encoding: 'float' };
}
