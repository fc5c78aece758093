import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, beforeEach, describe, it } from 'node:test';
import Anthropic from '@anthropic-ai/sdk';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { type LocalSystem, startLocalSystem } from '../../../infra/local/local-system.ts';
import { type CloudHost, startCloudHost } from '../../support/cloud-host.ts';
import type { SeenRequest } from '../../support/recording-server.ts';

const KEY = 'nemo_of-the-tests';
const PEM = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' });

interface Call {
  readonly name: string;
  readonly provider: object;
  /** More of the deployment. */
  readonly deployment: { readonly model: string; readonly [more: string]: unknown };
  /** What the gateway is asked at which of its paths. */
  readonly ask: readonly [path: string, body: object];
  readonly url: string;
  /** Headers that the host must see. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: object;
}

const CHAT = ['/chat/completions', { messages: [{ role: 'user', content: 'Hi' }] }] as const;
const MESSAGES = ['/messages', { max_tokens: 100, messages: [{ role: 'user', content: 'Hi' }] }] as const;
const RESPONSES = ['/responses', { input: 'Hi' }] as const;
const EMBEDDINGS = ['/embeddings', { input: 'Hi' }] as const;

const AZURE = { host: 'azure', apiKey: 'AZURE_OPENAI_API_KEY' };
const ENTRA = { tenantId: 'tenant-1', clientId: 'client-1' };
const VERTEX = { host: 'vertex', project: 'p-1', region: 'europe-west1', apiKey: 'GOOGLE_SERVICE_ACCOUNT' };
const BEDROCK = { host: 'bedrock', region: 'us-east-1' };
const PLACE = '/v1/projects/p-1/locations/europe-west1';

const CALLS: readonly Call[] = [
  {
    name: 'chat on Azure by its API v1',
    provider: AZURE,
    deployment: { model: 'my-gpt' },
    ask: CHAT,
    url: '/openai/v1/chat/completions',
    headers: { 'api-key': 'key-of-azure' },
    body: { model: 'my-gpt' },
  },
  {
    name: 'chat on Azure by its classic paths',
    provider: { ...AZURE, apiVersion: '2024-10-21' },
    deployment: { model: 'my-gpt' },
    ask: CHAT,
    url: '/openai/deployments/my-gpt/chat/completions?api-version=2024-10-21',
    headers: { 'api-key': 'key-of-azure' },
  },
  {
    name: 'Responses on Azure',
    provider: AZURE,
    deployment: { model: 'gpt-5.5' },
    ask: RESPONSES,
    url: '/openai/v1/responses',
    headers: { 'api-key': 'key-of-azure' },
  },
  {
    name: 'embeddings on Azure by its classic paths, with a token',
    provider: { ...AZURE, apiVersion: '2024-10-21', entra: ENTRA },
    deployment: { model: 'my-embeddings', kind: 'embeddings' },
    ask: EMBEDDINGS,
    url: '/openai/deployments/my-embeddings/embeddings?api-version=2024-10-21',
    headers: { authorization: 'Bearer token-1' },
  },
  {
    name: 'Claude on Foundry',
    provider: AZURE,
    deployment: { model: 'claude-sonnet-5' },
    ask: MESSAGES,
    url: '/anthropic/v1/messages',
    headers: { 'x-api-key': 'key-of-azure', 'anthropic-version': '2023-06-01' },
  },
  {
    name: 'Gemini on Vertex AI',
    provider: VERTEX,
    deployment: { model: 'gemini-2.5-pro' },
    ask: CHAT,
    url: `${PLACE}/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse`,
    headers: { authorization: 'Bearer token-1' },
  },
  {
    name: 'embeddings on Vertex AI',
    provider: VERTEX,
    deployment: { model: 'text-embedding-005', kind: 'embeddings' },
    ask: ['/embeddings', { input: 'Hi', dimensions: 1 }],
    url: `${PLACE}/publishers/google/models/text-embedding-005:predict`,
    headers: { authorization: 'Bearer token-1' },
    body: { instances: [{ content: 'Hi' }], parameters: { autoTruncate: false, outputDimensionality: 1 } },
  },
  {
    name: 'Claude on Vertex AI',
    provider: VERTEX,
    deployment: { model: 'claude-sonnet-4-5@20250929', streaming: false },
    ask: MESSAGES,
    url: `${PLACE}/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict`,
    headers: { authorization: 'Bearer token-1' },
    body: { anthropic_version: 'vertex-2023-10-16', max_tokens: 100 },
  },
  {
    name: 'Claude on Vertex AI for who speaks OpenAI’s chat, streamed',
    provider: VERTEX,
    deployment: { model: 'claude-opus-5' },
    ask: CHAT,
    url: `${PLACE}/publishers/anthropic/models/claude-opus-5:streamRawPredict`,
    headers: { authorization: 'Bearer token-1' },
    body: { anthropic_version: 'vertex-2023-10-16', stream: true },
  },
  {
    name: 'Messages to Claude on Bedrock, streamed, signed by the role',
    provider: BEDROCK,
    deployment: { model: 'us.anthropic.claude-sonnet-5' },
    ask: MESSAGES,
    url: '/model/us.anthropic.claude-sonnet-5/invoke-with-response-stream',
    headers: { authorization: 'signed for bedrock in us-east-1' },
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 100 },
  },
  {
    name: 'Messages to Claude on Bedrock with a key',
    provider: { ...BEDROCK, apiKey: 'AWS_BEARER_TOKEN_BEDROCK' },
    deployment: { model: 'us.anthropic.claude-sonnet-5', streaming: false },
    ask: MESSAGES,
    url: '/model/us.anthropic.claude-sonnet-5/invoke',
    headers: { authorization: 'Bearer key-of-bedrock' },
  },
  {
    name: 'another model on Bedrock by the API of OpenAI, with a tier',
    provider: BEDROCK,
    deployment: { model: 'openai.gpt-oss-120b-1:0', protocol: 'openai' },
    ask: ['/chat/completions', { ...CHAT[1], service_tier: 'flex' }],
    url: '/openai/v1/chat/completions',
    headers: { authorization: 'signed for bedrock in us-east-1' },
    body: { model: 'openai.gpt-oss-120b-1:0', service_tier: 'flex' },
  },
  {
    name: 'OpenAI with an organization and a project',
    provider: { host: 'openai', apiKey: 'OPENAI_API_KEY', organization: 'org-1', project: 'proj_1' },
    deployment: { model: 'gpt-5-mini' },
    ask: CHAT,
    url: '/chat/completions',
    headers: { authorization: 'Bearer key-of-openai', 'openai-organization': 'org-1', 'openai-project': 'proj_1' },
  },
  {
    name: 'a known host',
    provider: { host: 'groq', apiKey: 'GROQ_API_KEY' },
    deployment: { model: 'llama-3.3-70b-versatile' },
    ask: CHAT,
    url: '/chat/completions',
    headers: { authorization: 'Bearer key-of-groq' },
  },
];

describe('a call to a host', () => {
  let cloud: CloudHost;
  before(async () => {
    cloud = await startCloudHost();
  });
  after(() => cloud.close());
  beforeEach(() => cloud.forget());

  for (const call of CALLS) {
    it(`has its path, query, headers and body: ${call.name}`, async () => {
      await using own = await startCloudHost();
      await using system = await systemOver(own, call);
      const status = await ask(system.baseUrl, call.ask);
      assert.equal(status, 200);
      const [seen] = own.calls();
      assert.equal(seen?.url, call.url);
      assert.deepEqual(pick(seen.headers, Object.keys(call.headers)), call.headers);
      assert.deepEqual(pick(seen.body, Object.keys(call.body ?? {})), call.body ?? {});
      assert.equal(own.calls().length, 1);
    });
  }

  it('to Claude on Bedrock gives Anthropic’s own client what Claude said, signature and cache hits whole', async () => {
    await using system = await systemOver(cloud, {
      provider: BEDROCK,
      deployment: { model: 'us.anthropic.claude-sonnet-5' },
    });
    const client = new Anthropic({ baseURL: system.baseUrl.replace(/\/v1$/, ''), apiKey: KEY, maxRetries: 0 });
    const stream = client.messages.stream({
      model: 'the/model',
      ...MESSAGES[1],
      messages: [{ role: 'user', content: 'Hi' }],
    });
    const { content, stop_reason, usage } = await stream.finalMessage();
    assert.deepEqual(content, [
      { type: 'thinking', thinking: 'Hm.', signature: 'c2lnbmF0dXJl' },
      { type: 'text', text: 'Hello.' },
    ]);
    assert.deepEqual([stop_reason, usage.cache_read_input_tokens], ['end_turn', 900]);
  });

  it('counts the tokens of a Claude on Vertex AI', async () => {
    await using system = await systemOver(cloud, { provider: VERTEX, deployment: { model: 'claude-opus-5' } });
    const response = await post(system.baseUrl, '/messages/count_tokens', MESSAGES[1]);
    assert.deepEqual(await response.json(), { input_tokens: 42 });
    assert.equal(cloud.calls()[0]?.url, `${PLACE}/publishers/anthropic/models/count-tokens:rawPredict`);
  });

  for (const [name, provider, model] of [
    ['Entra ID', { ...AZURE, entra: ENTRA }, 'my-gpt'],
    ['Google', VERTEX, 'gemini-2.5-pro'],
  ] as const) {
    it(`uses one token of ${name}'s for many calls at once`, async () => {
      await using own = await startCloudHost();
      await using system = await systemOver(own, { provider, deployment: { model } });
      const statuses = await Promise.all(Array.from({ length: 5 }, () => ask(system.baseUrl, CHAT)));
      assert.deepEqual(statuses, Array(5).fill(200));
      assert.equal(own.seen.length - own.calls().length, 1);
    });
  }
});

const SECRETS: Readonly<Record<string, string>> = {
  AZURE_OPENAI_API_KEY: 'key-of-azure',
  AWS_BEARER_TOKEN_BEDROCK: 'key-of-bedrock',
  OPENAI_API_KEY: 'key-of-openai',
  GROQ_API_KEY: 'key-of-groq',
};

/** A gateway whose one provider is at the fake cloud. */
async function systemOver(
  cloud: CloudHost,
  { provider, deployment }: Pick<Call, 'provider' | 'deployment'>,
): Promise<LocalSystem & AsyncDisposable> {
  const entra = 'entra' in provider ? { entra: { ...ENTRA, authority: cloud.origin } } : {};
  const parsed = parseConfig({
    providers: { it: { ...provider, ...entra, baseUrl: cloud.origin } },
    deployments: { 'the/model': { provider: 'it', ...deployment } },
    probes: 'off',
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const account = { client_email: 'a@p.iam', private_key: PEM, token_uri: `${cloud.origin}/token` };
  const system = await startLocalSystem({
    config: parsed.config,
    key: KEY,
    port: 0,
    credentials: async (name) => (name === 'GOOGLE_SERVICE_ACCOUNT' ? JSON.stringify(account) : SECRETS[name]),
    sign: async (_request, region, service) => ({ authorization: `signed for ${service} in ${region}` }),
    onRecord: () => undefined,
    onStoreError: () => undefined,
  });
  return { ...system, [Symbol.asyncDispose]: system.close };
}

function post(baseUrl: string, path: string, body: object): Promise<Response> {
  return fetch(baseUrl + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'the/model', ...body }),
  });
}

async function ask(baseUrl: string, [path, body]: Call['ask']): Promise<number> {
  const response = await post(baseUrl, path, body);
  const text = await response.text();
  assert.ok(response.status === 200, text);
  return response.status;
}

function pick(from: SeenRequest['headers'] | unknown, names: readonly string[]): object {
  const all = Object(from) as Record<string, unknown>;
  return Object.fromEntries(names.map((name) => [name, all[name]]));
}
