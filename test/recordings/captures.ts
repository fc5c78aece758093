import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import type { ProtocolName } from '../../functions/gateway/core/model/gateway-config.ts';
import { callableTools } from '../../functions/gateway/core/surfaces/openai-responses/tool-names.ts';
import {
  arrayMember,
  isJsonObject,
  type JsonObject,
  objectMember,
  stringMember,
} from '../../functions/gateway/core/wire/json.ts';
import type { FakeRequest } from '../support/fake-provider.ts';
import type { Step } from '../support/fake-provider-step.ts';
import { deploymentId, type RunningGateway, runningGateway } from '../support/running-gateway.ts';

const PROTOCOLS = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'] as const satisfies ProtocolName[];

/** A request that a client was seen to send. */
interface Captured {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/**
 * What clients were seen to send, by files of `{"requests": [{"method", "path", "headers", "body"}]}`, goes through the running gateway to a
 * fake of each protocol, as a stream and as one body. The model says something, and calls every tool that it is offered.
 */
export function replayCaptures(folder: string): void {
  const captured = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => capturedIn(folder, file));
  for (const protocol of PROTOCOLS) {
    describe(`what clients send, over a provider of the ${protocol} protocol`, () => {
      let gateway: RunningGateway<'only'>;
      before(async () => {
        gateway = await runningGateway({ fakes: { only: protocol } });
      });
      after(() => gateway.close());

      for (const request of captured) {
        it(request.name, () => replay(gateway, request, protocol));
      }
    });
  }
}

function capturedIn(folder: string, file: string): readonly Captured[] {
  const requests = arrayMember(JSON.parse(readFileSync(join(folder, file), 'utf8')), 'requests').filter(isJsonObject);
  return requests.map((request, index) => ({
    name: `${file} ${index}`,
    method: stringMember(request, 'method') ?? 'POST',
    path: stringMember(request, 'path') ?? '',
    headers: (objectMember(request, 'headers') ?? {}) as Readonly<Record<string, string>>,
    body: objectMember(request, 'body') ?? {},
  }));
}

async function replay(gateway: RunningGateway<'only'>, request: Captured, protocol: ProtocolName): Promise<void> {
  const { method, path, body } = request;
  if (method === 'GET') {
    assert.equal(await statusOf(gateway, request), path === '/v1/responses' ? 426 : 200);
  } else if (path.includes('count_tokens')) {
    await assertCounts(gateway, request);
  } else if (body.previous_response_id !== undefined) {
    const response = await post(gateway, request);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /previous_response_id/);
  } else if (isServersToolAlone(body) && protocol !== 'anthropic') {
    const response = await post(gateway, request);
    assert.equal(response.status, 400);
    assert.match(await response.text(), /web_search_20250305|tools of type/);
  } else {
    const seen = expected(request, protocol);
    gateway.fakes.only.byDefault((asked) => stepFor(asked, protocol, seen.calls.length > 0));
    const [streamed, plain] = path.startsWith('/v1/messages')
      ? [await askMessages(gateway, request, true), await askMessages(gateway, request, false)]
      : [await askResponses(gateway, request, true), await askResponses(gateway, request, false)];
    assert.deepEqual(plain, streamed);
    assert.deepEqual(plain, seen);
  }
}

/** A search of the web that Claude Code has Anthropic do. */
function isServersToolAlone(body: JsonObject): boolean {
  return arrayMember(body, 'tools').some((tool) => stringMember(tool, 'type') === 'web_search_20250305');
}

/** With `Upgrade`, which `fetch` does not send. */
async function statusOf(gateway: RunningGateway<'only'>, request: Captured): Promise<number | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
  const headers = { ...passed(request), authorization: `Bearer ${gateway.key}` };
  get(gateway.origin + request.path, { headers }, (response) => {
    response.resume().on('end', () => resolve(response.statusCode));
  }).on('error', reject);
  return promise;
}

/** Of its headers those that a caller of this gateway would send. */
function passed({ headers }: Captured): Record<string, string> {
  const kept = ['anthropic-beta', 'anthropic-version', 'content-type', 'upgrade', 'connection'];
  return Object.fromEntries(Object.entries(headers).filter(([name]) => kept.includes(name)));
}

async function post(gateway: RunningGateway<'only'>, request: Captured): Promise<Response> {
  const body = JSON.stringify({ ...request.body, model: deploymentId('only') });
  return gateway.fetch(request.path, { method: 'POST', headers: passed(request), body });
}

async function assertCounts(gateway: RunningGateway<'only'>, request: Captured): Promise<void> {
  const response = await post(gateway, request);
  const text = await response.text();
  assert.equal(response.status, 200, text);
  assert.ok(Number(JSON.parse(text).input_tokens) > 0, text);
}

/** What a client saw: words, reasoning, and its own names of the tools that were called, with what they were given. */
interface SeenByClient {
  readonly text: string;
  readonly calls: readonly JsonObject[];
}

/** It is JSON of a schema, for who asked for one. */
const TEXT = '{"n":4}';
const INPUT = '{"input":"*** Begin Patch"}';

/** A tool that the client did not declare holds the answer to a schema, and is not called. */
function stepFor(request: FakeRequest, protocol: ProtocolName, callsTools: boolean): Step {
  const calls = offeredTools(request.body, protocol).map((name) => ({ name, arguments: INPUT }));
  return { kind: 'answer', reasoning: ['Hm.'], text: TEXT, ...(callsTools && { calls }) };
}

/** The functions that a vendor is offered, in its own words. */
function offeredTools(body: unknown, protocol: ProtocolName): readonly string[] {
  switch (protocol) {
    case 'openai':
      return arrayMember(body, 'tools').flatMap((tool) => stringMember(objectMember(tool, 'function'), 'name') ?? []);
    case 'gemini':
      return arrayMember(body, 'tools')
        .flatMap((tool) => arrayMember(tool, 'functionDeclarations'))
        .flatMap((tool) => stringMember(tool, 'name') ?? []);
    case 'bedrock':
      return arrayMember(objectMember(body, 'toolConfig'), 'tools').flatMap(
        (tool) => stringMember(objectMember(tool, 'toolSpec'), 'name') ?? [],
      );
    default:
      return arrayMember(body, 'tools').flatMap((tool) => (isFunction(tool) ? (stringMember(tool, 'name') ?? []) : []));
  }
}

/** A custom tool with a grammar calls for an event of its own, which the fake of OpenAI's does not send. */
function isFunction(tool: unknown): boolean {
  const type = stringMember(tool, 'type') ?? 'custom';
  return type === 'function' || (type === 'custom' && stringMember(objectMember(tool, 'format'), 'type') === undefined);
}

async function askResponses(
  gateway: RunningGateway<'only'>,
  { body }: Captured,
  stream: boolean,
): Promise<SeenByClient> {
  const asked = { ...body, model: deploymentId('only'), stream: undefined } as never;
  const { responses } = gateway.openai();
  const answer = stream ? await responses.stream(asked).finalResponse() : await responses.create(asked);
  assert.ok('output' in answer);
  const calls = (answer as { readonly output: readonly object[] }).output
    .filter((item) => ['function_call', 'custom_tool_call'].includes(stringMember(item, 'type') ?? ''))
    .map((item) => item as JsonObject)
    .map(({ type, name, namespace, arguments: text, input }) => ({
      type,
      name,
      ...(namespace !== undefined && { namespace }),
      input: text ?? input,
    }));
  return { text: (answer as { readonly output_text: string }).output_text, calls };
}

async function askMessages(gateway: RunningGateway<'only'>, request: Captured, stream: boolean): Promise<SeenByClient> {
  const { messages } = new Anthropic({ baseURL: gateway.origin, authToken: gateway.key, apiKey: null, maxRetries: 0 })
    .beta;
  const asked = { ...request.body, model: deploymentId('only'), stream: undefined } as never;
  const options = { headers: passed(request), timeout: 60_000 };
  const answer = stream
    ? await messages.stream(asked, options).finalMessage()
    : ((await messages.create(asked, options)) as Anthropic.Beta.BetaMessage);
  const texts = answer.content.map((block) => (block.type === 'text' ? block.text : ''));
  const calls = answer.content.flatMap((block) =>
    block.type === 'tool_use' ? [{ type: 'tool_use', name: block.name, input: JSON.stringify(block.input) }] : [],
  );
  return { text: texts.join(''), calls };
}

/** Every tool that the client declared, under its own name and in its own form. */
function expected({ path, body }: Captured, protocol: ProtocolName): SeenByClient {
  if (path.startsWith('/v1/messages')) {
    const tools = arrayMember(body, 'tools').filter(isFunction);
    return {
      text: TEXT,
      calls: tools.map((tool) => ({ type: 'tool_use', name: stringMember(tool, 'name'), input: INPUT })),
    };
  }
  const tools = callableTools(body).filter(
    ({ namespace, path: place, isCustom }) =>
      protocol !== 'openai-responses' || (namespace === undefined && !isCustom && place.startsWith('tools')),
  );
  return {
    text: TEXT,
    calls: tools.map(({ name, namespace, isCustom }) => ({
      type: isCustom ? 'custom_tool_call' : 'function_call',
      name,
      ...(namespace !== undefined && { namespace }),
      input: isCustom ? JSON.parse(INPUT).input : INPUT,
    })),
  };
}
