import { systemClock } from '../../../functions/gateway/adapters/system-clock.ts';
import type { Dial, DialResult, UpstreamCall } from '../../../functions/gateway/core/model/dial.ts';
import type { ProtocolName } from '../../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../../functions/gateway/core/model/request-record.ts';
import type { GatewayPorts } from '../../../functions/gateway/core/serve/ports.ts';
import type { JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import type { WireAnswer, WireChat, WireEmbeddings } from '../../../infra/local/simulated/vendor-wire.ts';
import { memoryStore } from '../../bench/routing/memory-store.ts';
import { virtualGateway } from '../../faults/support/virtual-fleet.ts';
import { wireOf } from '../../support/wire-of.ts';

/** The wire formats of vendors. */
export const EVERY_PROTOCOL: readonly ProtocolName[] = ['openai', 'openai-responses', 'anthropic', 'gemini', 'bedrock'];

/** An answer, its stream read to the end. */
export interface SeenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A gateway over one vendor of a protocol, without a network. */
export interface ProtocolGateway {
  readonly ask: (path: string, body: string, headers?: Readonly<Record<string, string>>) => Promise<SeenAnswer>;
  /** What the vendor was sent, all of it. */
  readonly sent: readonly JsonObject[];
  readonly records: readonly RequestRecord[];
}

/** The name of the chat route; the vectors are `vectors`. */
export const ROUTE = 'all';

interface ProtocolGatewayOptions {
  /** Settings of the vendor's. */
  readonly provider?: object;
  /** How many candidates the route has. */
  readonly deployments?: number;
  readonly ports?: Partial<GatewayPorts>;
}

export function protocolGateway(
  protocol: ProtocolName,
  { provider = {}, deployments = 1, ports = {} }: ProtocolGatewayOptions = {},
): ProtocolGateway {
  const sent: JsonObject[] = [];
  const records: RequestRecord[] = [];
  const ids = Array.from({ length: deployments }, (_, index) => `chat${index}`);
  const settings = { protocol, baseUrl: 'http://v.test/v1', ...(protocol === 'bedrock' && { region: 'us-east-1' }) };
  const gateway = virtualGateway({
    config: {
      providers: { one: { ...settings, ...provider } },
      deployments: {
        ...Object.fromEntries(ids.map((id) => [id, { provider: 'one', model: 'model' }])),
        ...(EMBEDS.has(protocol) && { vectors: { provider: 'one', model: modelOf(protocol), kind: 'embeddings' } }),
      },
      routes: { [ROUTE]: { strategy: 'ordered', deployments: ids } },
    },
    clock: systemClock,
    dial: answering(sent),
    store: memoryStore(systemClock),
    seed: 1,
    onRecord: (record) => records.push(record),
    ports,
  });
  const ask: ProtocolGateway['ask'] = async (path, body, headers = {}) => {
    const response = await gateway({
      method: 'POST',
      path,
      headers: { authorization: 'Bearer key', ...headers },
      readBody: async () => new TextEncoder().encode(body),
      signal: new AbortController().signal,
    });
    const parts: string[] = [];
    for await (const part of typeof response.body === 'string' ? [response.body] : response.body) {
      parts.push(part);
    }
    await response.afterEnd();
    return { status: response.status, headers: response.headers, text: parts.join('') };
  };
  return { ask, sent, records };
}

/** Those that have vectors. */
export const EMBEDS: ReadonlySet<ProtocolName> = new Set(['openai', 'gemini', 'bedrock']);

/** The model that is asked for at a path. */
export function modelAt(path: string): string {
  return path === '/v1/embeddings' ? 'vectors' : ROUTE;
}

function modelOf(protocol: ProtocolName): string {
  return protocol === 'bedrock' ? 'cohere.embed-english-v3' : 'model';
}

/** A vendor that answers whatever it is asked. */
function answering(sent: JsonObject[]): Dial {
  return async (call) => {
    sent.push(call.request.body);
    return answered(call);
  };
}

/** What a vendor says that has nothing against the call. */
export function answered(call: UpstreamCall): DialResult {
  return { kind: 'answered', status: 200, headers: {}, body: pieces(answerTo(call)) };
}

async function* pieces(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

function answerTo({ deployment, request }: UpstreamCall): readonly Uint8Array[] {
  const { protocol } = deployment.providerSettings;
  const wire = wireOf(request.dialect === 'openai-responses' ? 'openai-responses' : protocol);
  if (request.operation === 'answer-stream') {
    const { prelude, content, ending } = wire.stream(ANSWER, ASKED);
    return [...prelude, ...content, ...ending];
  }
  if (request.operation === 'count-tokens') {
    return [new TextEncoder().encode('{"input_tokens":7}')];
  }
  if (request.operation === 'answer') {
    return [new TextEncoder().encode(JSON.stringify(wire.body(ANSWER)))];
  }
  const count = inputsOf(request.body);
  const asked: WireEmbeddings = {
    kind: 'embeddings',
    model: deployment.model,
    inputs: Array.from({ length: count }, () => ''),
    dimensions: undefined,
    encoding: 'float',
  };
  const body =
    wire.embeddings?.(
      asked.inputs.map(() => [0.5]),
      asked,
    ) ?? {};
  return [new TextEncoder().encode(JSON.stringify(body))];
}

function inputsOf({ input, texts, requests }: JsonObject): number {
  const list = [input, texts, requests].find((value) => Array.isArray(value));
  return Array.isArray(list) ? list.length : 1;
}

const ANSWER: WireAnswer = {
  id: 'a',
  model: 'model',
  createdSeconds: 1,
  parts: [{ kind: 'text', fragments: ['Hello', ' there'] }],
  finish: 'stop',
  usage: { inputTokens: 1, outputTokens: 2 },
};

/** A streamed chat, as vendors' wires are asked for one. */
export const ASKED: WireChat = {
  kind: 'chat',
  model: 'model',
  streaming: true,
  includeUsage: true,
  prompt: {
    lastUserText: '',
    toolResult: undefined,
    tools: [],
    toolChoice: 'auto',
    json: undefined,
    inputTokens: 1,
    maxTokens: undefined,
  },
};
