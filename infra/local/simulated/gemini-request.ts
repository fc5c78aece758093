import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  member,
  numberMember,
  objectMember,
  stringMember,
} from '../../../functions/gateway/core/wire/json.ts';
import { geminiFailure } from './gemini-failure.ts';
import { countTokens, textOf } from './prompt-text.ts';
import type { ReceivedRequest, WireChat, WireEmbeddings, WireFailure, WirePrompt, WireTool } from './vendor-wire.ts';

/** Reads a request as Gemini does. Source: Gemini API reference, "Generating content" and "Embeddings". */
export function readGeminiRequest(request: ReceivedRequest): WireChat | WireEmbeddings | WireFailure {
  const [, model, method] = /^\/v1(?:beta\d?)?\/(?:.+\/)?models\/([^/:]+):(\w+)$/.exec(request.path) ?? [];
  if (request.method !== 'POST' || model === undefined || method === undefined || !METHODS.has(method)) {
    return geminiFailure('wrong-path');
  }
  const { body } = request;
  if (!isJsonObject(body)) {
    return geminiFailure('invalid-request', { message: 'Invalid JSON payload received.' });
  }
  if (method === 'batchEmbedContents') {
    return readEmbeddings(body, decodeURIComponent(model));
  }
  // Without `alt=sse` the real API streams one JSON array, which nothing here asks for.
  const streaming = method === 'streamGenerateContent';
  return streaming && request.query.get('alt') !== 'sse'
    ? geminiFailure('invalid-request', { message: 'The simulation streams server-sent events only: add ?alt=sse.' })
    : readChat(body, decodeURIComponent(model), streaming);
}

const METHODS: ReadonlySet<string> = new Set(['generateContent', 'streamGenerateContent', 'batchEmbedContents']);

const FIELDS: ReadonlySet<string> = new Set([
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'safetySettings',
  'cachedContent',
  'serviceTier',
  'labels',
]);

function readChat(body: JsonObject, model: string, streaming: boolean): WireChat | WireFailure {
  const unknown = Object.keys(body).find((key) => !FIELDS.has(key));
  if (unknown !== undefined) {
    const message = `Invalid JSON payload received. Unknown name "${unknown}": Cannot find field.`;
    return geminiFailure('invalid-request', { message });
  }
  const contents = arrayMember(body, 'contents');
  if (contents.length === 0) {
    return geminiFailure('invalid-request', {
      message: '* GenerateContentRequest.contents: contents is not specified',
    });
  }
  return { kind: 'chat', model, streaming, includeUsage: true, prompt: readPrompt(body, contents) };
}

function readPrompt(body: JsonObject, contents: readonly unknown[]): WirePrompt {
  const isUserText = (content: unknown): boolean =>
    stringMember(content, 'role') !== 'model' && textOf(member(content, 'parts')) !== '';
  const results = arrayMember(contents.at(-1), 'parts').flatMap((part) => {
    const result = objectMember(part, 'functionResponse');
    return result === undefined ? [] : [JSON.stringify(result.response)];
  });
  const settings = body.generationConfig;
  return {
    lastUserText: textOf(member(contents.findLast(isUserText), 'parts')),
    toolResult: results.length === 0 ? undefined : results.join(''),
    tools: arrayMember(body, 'tools').flatMap((tool) => arrayMember(tool, 'functionDeclarations').flatMap(readTool)),
    toolChoice: readToolChoice(member(body.toolConfig, 'functionCallingConfig')),
    json: readJsonFormat(settings),
    inputTokens: countTokens([body.systemInstruction, contents, body.tools]),
    maxTokens: numberMember(settings, 'maxOutputTokens'),
  };
}

function readTool(declaration: unknown): WireTool[] {
  const name = stringMember(declaration, 'name');
  const schema = objectMember(declaration, 'parametersJsonSchema') ?? objectMember(declaration, 'parameters');
  return name === undefined ? [] : [{ name, schema }];
}

function readToolChoice(config: unknown): WirePrompt['toolChoice'] {
  const [name] = arrayMember(config, 'allowedFunctionNames');
  switch (stringMember(config, 'mode')) {
    case 'ANY':
      return typeof name === 'string' ? { name } : 'required';
    case 'NONE':
      return 'none';
    default:
      return 'auto';
  }
}

function readJsonFormat(settings: unknown): WirePrompt['json'] {
  const schema = objectMember(settings, 'responseJsonSchema') ?? objectMember(settings, 'responseSchema');
  return stringMember(settings, 'responseMimeType') === 'application/json' ? { schema } : undefined;
}

function readEmbeddings(body: JsonObject, model: string): WireEmbeddings | WireFailure {
  const requests = arrayMember(body, 'requests');
  if (requests.length === 0 || requests.length > 100) {
    return geminiFailure('invalid-request', { message: '* BatchEmbedContentsRequest.requests: at most 100 requests' });
  }
  return {
    kind: 'embeddings',
    model,
    inputs: requests.map((one) => textOf(member(member(one, 'content'), 'parts'))),
    dimensions: numberMember(requests[0], 'outputDimensionality'),
    encoding: 'float',
  };
}
