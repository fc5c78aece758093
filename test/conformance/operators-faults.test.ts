import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseConfig } from '../../functions/gateway/config/parse-config.ts';
import { embeddedMetricLines } from '../../functions/gateway/core/metrics/embedded-metric-lines.ts';
import type { Dial } from '../../functions/gateway/core/model/dial.ts';
import type { RequestRecord } from '../../functions/gateway/core/model/request-record.ts';
import { decisionOf } from '../../functions/gateway/core/status/decision.ts';
import { isJsonObject, type JsonObject, parseJson } from '../../functions/gateway/core/wire/json.ts';
import { requestLine } from '../../infra/local/request-line.ts';
import type { WireAnswer } from '../../infra/local/simulated/vendor-wire.ts';
import { coreGateway } from '../support/core-gateway.ts';
import { wireOf } from '../support/wire-of.ts';

/** How a host tells the operator's own fault, and a word of what to do where that is known. */
interface Told {
  readonly name: string;
  readonly provider: JsonObject;
  readonly model: string;
  readonly status: number;
  readonly says: string;
  readonly body: (says: string) => JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
  readonly advice?: RegExp;
}

function openAi(more: JsonObject = {}): (says: string) => JsonObject {
  return (message) => ({ error: { message, type: 'invalid_request_error', ...more } });
}

function anthropic(type: string): (says: string) => JsonObject {
  return (message) => ({ type: 'error', error: { type, message } });
}

function google(code: number, status: string): (says: string) => JsonObject {
  return (message) => ({ error: { code, message, status } });
}

function amazon(name: string): Pick<Told, 'body' | 'headers'> {
  return { body: (message) => ({ message }), headers: { 'x-amzn-errortype': `${name}:http://x/` } };
}

function host(name: string): JsonObject {
  return { protocol: 'openai', host: name };
}

const BEDROCK = { protocol: 'bedrock', region: 'us-east-1' };

/** What Bedrock says of accounts: public bug reports, read 2026-11. */
const BEDROCKS_ACCOUNTS: readonly string[] = [
  'Model access is denied due to INVALID_PAYMENT_INSTRUMENT:A valid payment instrument must be provided.',
  'Operation not allowed',
  'Model use case details have not been submitted for this account.',
];

const TOLD: readonly Told[] = [
  {
    name: 'a credential that OpenAI does not know',
    provider: host('openai'),
    model: 'gpt-4.1',
    status: 401,
    says: 'Incorrect API key provided.',
    body: openAi({ code: 'invalid_api_key' }),
    advice: /secrets check/,
  },
  {
    name: 'a model that the project may not use at OpenAI',
    provider: host('openai'),
    model: 'gpt-9',
    status: 403,
    says: 'Project `proj_1` does not have access to model `gpt-9`.',
    body: openAi({ code: 'model_not_found' }),
  },
  {
    name: 'a deployment that Azure does not have',
    provider: { protocol: 'openai', host: 'azure', baseUrl: 'https://r.openai.azure.com' },
    model: 'gpt-4.1',
    status: 404,
    says: 'The API deployment for this resource does not exist.',
    body: openAi({ code: 'DeploymentNotFound' }),
    advice: /name of the deployment on Azure/,
  },
  {
    name: 'an organisation that is disabled at Anthropic',
    provider: { protocol: 'anthropic' },
    model: 'claude-sonnet-4-5',
    status: 400,
    says: 'This organization has been disabled.',
    body: anthropic('invalid_request_error'),
  },
  {
    name: 'money that is spent at Anthropic',
    provider: { protocol: 'anthropic' },
    model: 'claude-sonnet-4-5',
    status: 400,
    says: 'Your credit balance is too low to access the Anthropic API.',
    body: anthropic('invalid_request_error'),
    advice: /top up/,
  },
  {
    name: 'an API that is not enabled at Google',
    provider: { protocol: 'gemini' },
    model: 'gemini-2.5-flash',
    status: 403,
    says: 'Generative Language API has not been used in project 1 before or it is disabled. Enable it by visiting https://x.',
    body: google(403, 'PERMISSION_DENIED'),
    advice: /enable the API/,
  },
  {
    name: 'a model that Vertex AI does not have there',
    provider: { protocol: 'gemini', host: 'vertex', project: 'p', region: 'europe-west1' },
    model: 'gemini-9',
    status: 404,
    says: 'Publisher Model `projects/p/locations/l/publishers/google/models/gemini-9` was not found.',
    body: google(404, 'NOT_FOUND'),
    advice: /"model"/,
  },
  {
    name: 'a model on Bedrock that wants an inference profile',
    provider: BEDROCK,
    model: 'deepseek.r1-v1:0',
    status: 400,
    says: "Invocation of model ID deepseek.r1-v1:0 with on-demand throughput isn't supported. Retry your request with the ID or ARN of an inference profile.",
    ...amazon('ValidationException'),
    advice: /inference profile/,
  },
  {
    name: 'a model on Bedrock to which nobody has asked for access',
    provider: BEDROCK,
    model: 'us.amazon.nova-pro-v1:0',
    status: 403,
    says: "You don't have access to the model with the specified model ID.",
    ...amazon('AccessDeniedException'),
    advice: /Bedrock console/,
  },
  {
    name: 'the same by OpenAI’s API on Bedrock',
    provider: { protocol: 'openai', host: 'bedrock', region: 'us-east-1' },
    model: 'openai.gpt-oss-120b-1:0',
    status: 403,
    says: "You don't have access to the model with the specified model ID.",
    ...amazon('AccessDeniedException'),
    advice: /Bedrock console/,
  },
  ...(
    [
      ['an account on Bedrock without a way to pay', 403, 'AccessDeniedException', /payment method/],
      ['an account on Bedrock that may not invoke', 400, 'ValidationException', /AWS Support/],
      ['a use case that Bedrock does not know', 404, 'ResourceNotFoundException', /use cases/],
    ] as const
  ).flatMap(([name, status, exception, advice], index) =>
    ['bedrock', 'anthropic'].map(
      (protocol): Told => ({
        name: `${name}, over ${protocol}`,
        provider: { ...BEDROCK, protocol, host: 'bedrock' },
        model: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
        status,
        says: BEDROCKS_ACCOUNTS[index] ?? '',
        ...amazon(exception),
        advice,
      }),
    ),
  ),
  ...(
    [
      ['mistral', 400, 'Invalid model: mistral-none', { type: 'invalid_model', code: '1500' }],
      ['openrouter', 400, 'openai/gpt-none is not a valid model ID', { code: 400 }],
      ['deepseek', 400, 'The supported API model names are deepseek-v4-pro, but you passed x.', {}],
      [
        'groq',
        400,
        'The model `x` has been decommissioned and is no longer supported.',
        { code: 'model_decommissioned' },
      ],
      ['dashscope', 400, 'Access denied, please make sure your account is in good standing.', { code: 'Arrearage' }],
      ['nvidia', 410, 'The model x has reached its end of life.', {}],
      ['xai', 403, 'The model x does not exist or your team does not have access to it.', {}],
      ['perplexity', 401, 'Invalid API key provided.', {}],
    ] as const
  ).map(
    ([vendor, status, says, more]): Told => ({
      name: `what ${vendor} says with ${status}`,
      provider: host(vendor),
      model: 'x',
      status,
      says,
      body: openAi(more),
    }),
  ),
];

const ANSWER: WireAnswer = {
  id: 'a',
  model: 'm',
  createdSeconds: 1,
  parts: [{ kind: 'text', fragments: ['Served.'] }],
  finish: 'stop',
  usage: { inputTokens: 3, cachedInputTokens: 0, outputTokens: 2 },
};

async function recordOf(told: Told, says: string, stream: boolean): Promise<RequestRecord> {
  const { provider, model, status, body, headers = {} } = told;
  const apiKey = provider.region === 'us-east-1' ? {} : { apiKey: 'KEY' };
  const parsed = parseConfig({
    providers: { it: { ...apiKey, ...provider }, other: { protocol: 'openai', baseUrl: 'http://other.test/v1' } },
    deployments: { 'it/m': { provider: 'it', model }, 'other/m': { provider: 'other', model: 'm' } },
    routes: { all: { strategy: 'ordered', deployments: ['it/m', 'other/m'] } },
    probes: 'off',
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const dial: Dial = async ({ deployment }) => {
    const isIt = deployment.provider === 'it';
    return {
      kind: 'answered',
      status: isIt ? status : 200,
      headers: { 'content-type': 'application/json', ...(isIt && headers) },
      body: (async function* () {
        yield new TextEncoder().encode(JSON.stringify(isIt ? body(says) : wireOf('openai').body(ANSWER)));
      })(),
    };
  };
  const records: RequestRecord[] = [];
  const onRecord = (record: RequestRecord): void => void records.push(record);
  const ask = coreGateway(dial, undefined, { config: parsed.config, onRecord });
  const sent = { model: 'all', messages: [{ role: 'user', content: 'Hi' }], stream };
  const answer = await ask('/v1/chat/completions', new TextEncoder().encode(JSON.stringify(sent)));
  assert.equal(answer.status, 200, answer.text);
  assert.ok(!answer.text.includes(says), 'the caller is told nothing of it');
  const [record] = records;
  assert.ok(record !== undefined);
  return record;
}

/** The three places where an operator looks. */
function shownOf(record: RequestRecord): Readonly<Record<string, string>> {
  const lines = embeddedMetricLines(record, 'test', 0, '0').map(parseJson).filter(isJsonObject);
  const { vendorMessage, advice } = lines.find(({ line }) => line === 'attempt') ?? {};
  return {
    'the terminal': requestLine(record),
    'the log': [vendorMessage, advice].join(' '),
    'the page': unescaped(JSON.stringify(decisionOf(record))),
  };
}

function unescaped(json: string): string {
  return json.replaceAll('\\"', '"');
}

const SECRET = 'sk-proj-abcdefghijklmnopqrstuvwxyz0123456789';

describe("the operator's own fault", () => {
  for (const told of TOLD) {
    for (const stream of [true, false]) {
      it(`is told in the vendor's own sentence, and what to do: ${told.name}, ${stream ? 'streamed' : 'plain'}`, async () => {
        const shown = shownOf(await recordOf(told, told.says, stream));
        for (const [place, text] of Object.entries(shown)) {
          assert.ok(text.includes(told.says.slice(0, 120)), `${place}: ${text}`);
          assert.match(text, told.advice ?? /(?:)/, place);
        }
      });
    }

    it(`is told without credentials, and no more than 300 characters of it: ${told.name}`, async () => {
      const shown = shownOf(await recordOf(told, `${told.says} ${SECRET} ${'long '.repeat(200)}END`, false));
      for (const [place, text] of Object.entries(shown)) {
        assert.ok(text.includes(told.says.slice(0, 120)), `${place}: ${text}`);
        assert.ok(!text.includes(SECRET) && !text.includes('END'), `${place}: ${text}`);
        assert.ok((text.match(/long/g)?.length ?? 0) <= 60, place);
      }
    });
  }
});
