import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import type { Dial, UpstreamRequest } from '../../functions/gateway/core/model/dial.ts';
import type { GatewayConfig } from '../../functions/gateway/core/model/gateway-config.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import type { WireAnswer } from '../../infra/local/simulated/vendor-wire.ts';
import { coreGateway } from '../support/core-gateway.ts';
import { wireOf } from '../support/wire-of.ts';
import { SURFACE_CALLERS, type SurfaceName } from './surface-callers.ts';

/** A refusal to stream, in a vendor's words. */
interface Refusal {
  readonly says: string;
  readonly status: number;
  readonly body: object;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the vendor streams other requests. */
  readonly withTools?: true;
}

/** A provider and its model, and how it refuses. */
interface Refuser {
  readonly name: string;
  readonly provider: { readonly protocol: Parameters<typeof wireOf>[0]; readonly [more: string]: unknown };
  readonly model: string;
  readonly refusals: readonly Refusal[];
}

function openAi(says: string, status: number, error: object): Refusal {
  return { says, status, body: { error: { message: says, type: 'invalid_request_error', ...error } } };
}

function detail(name: string, says: string): Refusal {
  return { says, status: 422, body: { detail: [{ type: 'x', loc: ['body', name], msg: says, input: true }] } };
}

const UNVERIFIED = openAi('Your organization must be verified to stream this model.', 400, {
  param: 'stream',
  code: 'unsupported_value',
});

const OF_OPENAI: readonly Refusal[] = [
  UNVERIFIED,
  openAi(
    "Unsupported value: 'stream' does not support true with this model. Only the default (false) value is supported.",
    400,
    {
      param: 'stream',
      code: 'unsupported_value',
    },
  ),
  openAi('Invalid value.', 400, { param: 'stream', code: null }),
  openAi('This model does not support streaming.', 400, {}),
];

/** In the vendors' own words: "not implemented" is what a server says, and no part of this one. */
const OF_SERVERS: readonly Refusal[] = [
  openAi('Streaming is not supported for this model', 400, {}),
  openAi('Streaming with response_format is not supported for reasoning models', 400, {}),
  { ...openAi('Tools with streaming are not supported', 400, {}), withTools: true },
  openAi("Unknown parameter: 'stream_options'.", 400, { param: 'stream_options', code: 'unknown_parameter' }),
  openAi('stream_options is not allowed', 422, {}),
  openAi('Streaming is not implemented', 501, { type: 'not_implemented' }),
  detail('stream', 'Input should be False'),
  detail('stream_options', 'Extra inputs are not permitted'),
  {
    says: 'streaming disabled',
    status: 400,
    body: { object: 'error', message: 'Streaming is disabled on this server' },
  },
];

function anthropic(says: string): Refusal {
  return { says, status: 400, body: { type: 'error', error: { type: 'invalid_request_error', message: says } } };
}

function google(says: string, status: number, name: string): Refusal {
  return { says, status, body: { error: { code: status, message: says, status: name } } };
}

function amazon(says: string, status: number, exception: string): Refusal {
  return { says, status, body: { message: says }, headers: { 'x-amzn-errortype': `${exception}:http://x/` } };
}

const OF_GOOGLE: readonly Refusal[] = [
  google('Streaming is not supported for this model.', 400, 'INVALID_ARGUMENT'),
  google('This model does not support streaming.', 501, 'UNIMPLEMENTED'),
];

const OF_AMAZON: readonly Refusal[] = [
  { ...amazon("This model doesn't support tool use in streaming mode.", 400, 'ValidationException'), withTools: true },
  amazon("The model doesn't support the ConverseStream operation.", 400, 'ValidationException'),
  amazon(
    'User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: bedrock:InvokeModelWithResponseStream on resource: x',
    403,
    'AccessDeniedException',
  ),
];

const REFUSERS: readonly Refuser[] = [
  { name: 'OpenAI', provider: { protocol: 'openai' }, model: 'gpt-4.1', refusals: OF_OPENAI },
  { name: 'OpenAI by Responses', provider: { protocol: 'openai-responses' }, model: 'gpt-4.1', refusals: OF_OPENAI },
  {
    name: 'Azure',
    provider: { protocol: 'openai', host: 'azure', baseUrl: 'https://r.openai.azure.com' },
    model: 'my-deployment',
    refusals: OF_OPENAI,
  },
  ...['groq', 'mistral', 'cerebras', 'openrouter', 'nvidia', 'vllm', 'ollama'].map(
    (host): Refuser => ({
      name: host,
      provider: { protocol: 'openai', host },
      model: 'some-model',
      refusals: OF_SERVERS,
    }),
  ),
  {
    name: 'Claude at Anthropic',
    provider: { protocol: 'anthropic' },
    model: 'claude-sonnet-4-5',
    refusals: [anthropic('Streaming is not supported for this model.')],
  },
  { name: 'Gemini', provider: { protocol: 'gemini' }, model: 'gemini-2.5-flash', refusals: OF_GOOGLE },
  {
    name: 'Converse',
    provider: { protocol: 'bedrock', region: 'us-east-1' },
    model: 'us.amazon.nova-pro-v1:0',
    refusals: OF_AMAZON,
  },
  {
    name: 'Claude by InvokeModel',
    provider: { protocol: 'anthropic', host: 'bedrock', region: 'us-east-1' },
    model: 'us.anthropic.claude-sonnet-4-5',
    refusals: [
      amazon("The model doesn't support InvokeModelWithResponseStream.", 400, 'ValidationException'),
      ...OF_AMAZON,
    ],
  },
  {
    name: 'OpenAI’s API on Bedrock',
    provider: { protocol: 'openai', host: 'bedrock', region: 'us-east-1' },
    model: 'openai.gpt-oss-120b-1:0',
    refusals: [...OF_AMAZON, openAi('Streaming is not supported with tools', 400, {})],
  },
  {
    name: 'Claude by rawPredict',
    provider: { protocol: 'anthropic', host: 'vertex', project: 'p', region: 'us-east5' },
    model: 'claude-sonnet-4-5@20250929',
    refusals: [anthropic('Streaming is not supported for this model.'), ...OF_GOOGLE],
  },
];

const ANSWER: WireAnswer = {
  id: 'a',
  model: 'm',
  createdSeconds: 1,
  parts: [{ kind: 'text', fragments: ['Whole.'] }],
  finish: 'stop',
  usage: { inputTokens: 3, cachedInputTokens: 0, outputTokens: 2 },
};

/** A vendor that answers in one body alone. */
function dialOf({ provider }: Refuser, refusal: Refusal, asked: UpstreamRequest[]): Dial {
  return async ({ request }) => {
    asked.push(request);
    const isRefused = request.operation === 'answer-stream';
    const spoken = request.dialect === 'openai-responses' ? 'openai-responses' : provider.protocol;
    const body = isRefused ? refusal.body : wireOf(spoken).body(ANSWER);
    return {
      kind: 'answered',
      status: isRefused ? refusal.status : 200,
      headers: { 'content-type': 'application/json', ...(isRefused && refusal.headers) },
      body: (async function* () {
        yield new TextEncoder().encode(JSON.stringify(body));
      })(),
    };
  };
}

function configOf({ provider, model }: Refuser): GatewayConfig {
  const parsed = parseConfig({
    providers: { it: { ...(provider.protocol !== 'bedrock' && { apiKey: 'KEY' }), ...provider } },
    deployments: { 'the/model': { provider: 'it', model } },
    probes: 'off',
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  return parsed.config;
}

const TOOLS: Readonly<Record<SurfaceName, object>> = {
  chat: { tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }] },
  responses: {
    tools: [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} }, strict: false }],
  },
  messages: { tools: [{ name: 'f', input_schema: { type: 'object', properties: {} } }] },
  completions: {},
};

interface Case {
  readonly refuser: Refuser;
  readonly refusal: Refusal;
  readonly surface: 'chat' | 'responses' | 'messages';
  readonly stream: boolean;
}

const CASES: readonly Case[] = REFUSERS.flatMap((refuser) =>
  refuser.refusals.flatMap((refusal) =>
    (['chat', 'responses', 'messages'] as const).flatMap((surface) =>
      [true, false].map((stream) => ({ refuser, refusal, surface, stream })),
    ),
  ),
);

/** Asks twice: the caller gets what it asked for, and the vendor is asked for a stream once. */
async function assertWholeInstead({ refuser, refusal, surface, stream }: Case): Promise<void> {
  const asked: UpstreamRequest[] = [];
  const records: RequestRecord[] = [];
  const config = configOf(refuser);
  const onRecord = (record: RequestRecord): void => void records.push(record);
  const ask = coreGateway(dialOf(refuser, refusal, asked), undefined, { config, onRecord });
  const { path, body } = SURFACE_CALLERS[surface];
  const sent = JSON.stringify({ ...body('the/model'), ...(refusal.withTools && TOOLS[surface]), stream });
  for (const _ of ['first', 'second']) {
    const { status, text } = await ask(path, new TextEncoder().encode(sent));
    assert.equal(status, 200, text);
    assert.ok(text.includes('Whole.') && /^(?:event|data): /m.test(text) === stream, text);
  }
  assert.deepEqual(
    asked.map(({ operation }) => operation),
    ['answer-stream', 'answer', 'answer'],
  );
  assert.ok(asked.slice(1).every(({ body: whole }) => whole.stream !== true && !('stream_options' in whole)));
  assert.deepEqual(
    records.map(({ attempts }) => attempts.length),
    [1, 1],
  );
}

describe('a vendor that gives no stream', () => {
  for (const one of CASES) {
    const { refuser, refusal, surface, stream } = one;
    const what = `${refuser.name}, "${refusal.says.slice(0, 70)}", ${surface}, ${stream ? 'streamed' : 'plain'}`;
    it(`is asked once more without, which is remembered: ${what}`, () => assertWholeInstead(one));
  }
});
