import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { protocolOfModel } from '../../../../functions/gateway/core/hosts/deployment-protocol.ts';
import type { Proof } from '../../../../functions/gateway/core/hosts/host.ts';
import { addressOf, hostOf } from '../../../../functions/gateway/core/hosts/hosts.ts';
import {
  KNOWN_HOSTS,
  type KnownHost,
  knownBaseUrl,
  speaks,
} from '../../../../functions/gateway/core/hosts/known-hosts.ts';
import { vendorOf } from '../../../../functions/gateway/core/hosts/vendor-of.ts';
import type { Operation } from '../../../../functions/gateway/core/model/dial.ts';
import type { Dialect } from '../../../../functions/gateway/core/model/dialect.ts';
import type { ProtocolName, Provider } from '../../../../functions/gateway/core/model/gateway-config.ts';

describe('the address of a call', () => {
  const rows: readonly (readonly [ProtocolName, string, Operation, string])[] = [
    ['openai', 'gpt-5.5', 'answer-stream', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'gpt-5.5', 'answer', 'https://api.openai.com/v1/chat/completions'],
    ['openai', 'text-embedding-3-small', 'embed', 'https://api.openai.com/v1/embeddings'],
    ['anthropic', 'claude-sonnet-5', 'answer-stream', 'https://api.anthropic.com/v1/messages'],
    ['anthropic', 'claude-sonnet-5', 'count-tokens', 'https://api.anthropic.com/v1/messages/count_tokens'],
    ['gemini', 'gemini-2.5-pro', 'answer-stream', '/models/gemini-2.5-pro:streamGenerateContent?alt=sse'],
    ['gemini', 'gemini-2.5-pro', 'answer', '/models/gemini-2.5-pro:generateContent'],
    ['gemini', 'models/gemini-2.5-pro', 'answer', '/models/gemini-2.5-pro:generateContent'],
    ['gemini', 'tunedModels/my tune', 'answer', '/tunedModels/my%20tune:generateContent'],
    [
      'gemini',
      'publishers/google/models/gemini-3?x',
      'answer',
      '/publishers/google/models/gemini-3%3Fx:generateContent',
    ],
    ['gemini', 'gemini-embedding-001', 'embed-batch', '/models/gemini-embedding-001:batchEmbedContents'],
    ['bedrock', 'us.amazon.nova-2-lite-v1:0', 'answer-stream', '/model/us.amazon.nova-2-lite-v1%3A0/converse-stream'],
    ['bedrock', 'arn:aws:bedrock:x/y', 'answer', '/model/arn%3Aaws%3Abedrock%3Ax%2Fy/converse'],
    ['bedrock', 'amazon.titan-embed-text-v2:0', 'embed', '/model/amazon.titan-embed-text-v2%3A0/invoke'],
  ];
  for (const [protocol, model, operation, end] of rows) {
    it(`for ${operation} of ${model} at ${protocol} ends with ${end}`, () => {
      const address = addressOf({ model, providerSettings: { protocol, region: 'eu-north-1' } }, { operation });
      assert.ok(`${address?.baseUrl}${address?.path}`.endsWith(end), `${address?.baseUrl}${address?.path}`);
    });
  }

  it("begins with the provider's own base URL where it has one", () => {
    const providerSettings = { protocol: 'openai', baseUrl: 'http://10.0.0.5:8000/v1' } as const;
    assert.deepEqual(addressOf({ model: 'm', providerSettings }, { operation: 'answer' }), {
      baseUrl: 'http://10.0.0.5:8000/v1',
      path: '/chat/completions',
    });
  });

  it('is unknown for Bedrock without a region', () => {
    assert.equal(
      addressOf({ model: 'm', providerSettings: { protocol: 'bedrock' } }, { operation: 'answer' }),
      undefined,
    );
  });
});

interface Row {
  readonly name: string;
  readonly provider: Provider;
  readonly model: string;
  readonly operation?: Operation;
  readonly dialect?: Dialect;
  readonly url: string;
}

const AZURE = { protocol: 'openai', baseUrl: 'https://r.openai.azure.com' } as const;
const FOUNDRY = { protocol: 'openai', baseUrl: 'https://r.services.ai.azure.com' } as const;
const VERTEX = { protocol: 'gemini', host: 'vertex', project: 'p-1', region: 'europe-west1' } as const;
const BEDROCK = { protocol: 'bedrock', region: 'eu-north-1' } as const;

describe('the address of a call at a host of its own', () => {
  const rows: readonly Row[] = [
    {
      name: 'chat on Azure, API v1',
      provider: AZURE,
      model: 'my-gpt',
      url: 'https://r.openai.azure.com/openai/v1/chat/completions',
    },
    {
      name: 'Responses on Azure, API v1',
      provider: AZURE,
      model: 'my-gpt',
      dialect: 'openai-responses',
      url: 'https://r.openai.azure.com/openai/v1/responses',
    },
    {
      name: 'embeddings on Azure, API v1',
      provider: AZURE,
      model: 'my-gpt',
      operation: 'embed',
      url: 'https://r.openai.azure.com/openai/v1/embeddings',
    },
    {
      name: "Azure's preview of v1",
      provider: { ...AZURE, apiVersion: 'preview' },
      model: 'my-gpt',
      url: 'https://r.openai.azure.com/openai/v1/chat/completions?api-version=preview',
    },
    {
      name: 'chat on Azure, classic',
      provider: { ...AZURE, apiVersion: '2024-10-21' },
      model: 'my gpt',
      url: 'https://r.openai.azure.com/openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    },
    {
      name: 'embeddings on Azure, classic',
      provider: { ...AZURE, apiVersion: '2024-10-21' },
      model: 'embed',
      operation: 'embed',
      url: 'https://r.openai.azure.com/openai/deployments/embed/embeddings?api-version=2024-10-21',
    },
    {
      name: 'Responses on Azure, classic',
      provider: { ...AZURE, apiVersion: '2025-04-01-preview' },
      model: 'my-gpt',
      dialect: 'openai-responses',
      url: 'https://r.openai.azure.com/openai/responses?api-version=2025-04-01-preview',
    },
    {
      name: 'Azure with the path in its address',
      provider: { ...AZURE, baseUrl: 'https://r.openai.azure.com/openai/v1' },
      model: 'my-gpt',
      url: 'https://r.openai.azure.com/openai/v1/chat/completions',
    },
    {
      name: 'Azure with half the path in its address',
      provider: { ...AZURE, baseUrl: 'https://r.openai.azure.com/openai' },
      model: 'my-gpt',
      url: 'https://r.openai.azure.com/openai/v1/chat/completions',
    },
    {
      name: 'Azure behind a proxy with a path of its own',
      provider: { ...AZURE, host: 'azure', baseUrl: 'https://proxy.example/llm' },
      model: 'my-gpt',
      url: 'https://proxy.example/llm/chat/completions',
    },
    {
      name: 'Claude on Foundry',
      provider: { ...FOUNDRY, protocol: 'anthropic' },
      model: 'claude-sonnet-5',
      url: 'https://r.services.ai.azure.com/anthropic/v1/messages',
    },
    {
      name: "Claude on Foundry by the SDK's address",
      provider: { protocol: 'anthropic', baseUrl: 'https://r.services.ai.azure.com/anthropic' },
      model: 'claude-sonnet-5',
      operation: 'count-tokens',
      url: 'https://r.services.ai.azure.com/anthropic/v1/messages/count_tokens',
    },
    {
      name: 'Gemini on Vertex AI',
      provider: VERTEX,
      model: 'gemini-2.5-pro',
      url: 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/publishers/google/models/gemini-2.5-pro:generateContent',
    },
    {
      name: 'Gemini on Vertex AI, streamed, everywhere',
      provider: { protocol: 'gemini', host: 'vertex', project: 'p-1' },
      model: 'gemini-2.5-pro',
      operation: 'answer-stream',
      url: 'https://aiplatform.googleapis.com/v1/projects/p-1/locations/global/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    },
    {
      name: 'Gemini on Vertex AI within the EU',
      provider: { ...VERTEX, region: 'eu' },
      model: 'gemini-2.5-pro',
      url: 'https://aiplatform.eu.rep.googleapis.com/v1/projects/p-1/locations/eu/publishers/google/models/gemini-2.5-pro:generateContent',
    },
    {
      name: 'a tuned model on Vertex AI',
      provider: VERTEX,
      model: 'endpoints/123',
      url: 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/endpoints/123:generateContent',
    },
    {
      name: 'Claude on Vertex AI',
      provider: { ...VERTEX, protocol: 'anthropic' },
      model: 'claude-sonnet-4-5@20250929',
      url: 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict',
    },
    {
      name: 'Claude on Vertex AI, streamed',
      provider: { ...VERTEX, protocol: 'anthropic', region: 'global' },
      model: 'claude-opus-5',
      operation: 'answer-stream',
      url: 'https://aiplatform.googleapis.com/v1/projects/p-1/locations/global/publishers/anthropic/models/claude-opus-5:streamRawPredict',
    },
    {
      name: "the count of Claude's tokens on Vertex AI",
      provider: { ...VERTEX, protocol: 'anthropic', region: 'global' },
      model: 'claude-opus-5',
      operation: 'count-tokens',
      url: 'https://aiplatform.googleapis.com/v1/projects/p-1/locations/global/publishers/anthropic/models/count-tokens:rawPredict',
    },
    {
      name: 'Vertex AI in express mode',
      provider: { protocol: 'gemini', host: 'vertex', apiKey: 'K' },
      model: 'gemini-2.5-pro',
      url: 'https://aiplatform.googleapis.com/v1/publishers/google/models/gemini-2.5-pro:generateContent',
    },
    {
      name: 'another model on Vertex AI by the API of OpenAI',
      provider: { ...VERTEX, protocol: 'openai' },
      model: 'meta/llama-4',
      url: 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/endpoints/openapi/chat/completions',
    },
    {
      name: "Claude on Bedrock in Anthropic's words",
      provider: BEDROCK,
      model: 'us.anthropic.claude-sonnet-5',
      dialect: 'anthropic-messages',
      url: 'https://bedrock-runtime.eu-north-1.amazonaws.com/model/us.anthropic.claude-sonnet-5/invoke',
    },
    {
      name: "Claude on Bedrock in Anthropic's words, streamed",
      provider: BEDROCK,
      model: 'arn:aws:bedrock:x/y',
      dialect: 'anthropic-messages',
      operation: 'answer-stream',
      url: 'https://bedrock-runtime.eu-north-1.amazonaws.com/model/arn%3Aaws%3Abedrock%3Ax%2Fy/invoke-with-response-stream',
    },
    {
      name: 'Bedrock by the API of OpenAI',
      provider: { protocol: 'openai', host: 'bedrock', region: 'us-west-2' },
      model: 'openai.gpt-oss-120b-1:0',
      url: 'https://bedrock-runtime.us-west-2.amazonaws.com/openai/v1/chat/completions',
    },
    {
      name: 'Bedrock by the Responses API of OpenAI at the address of the newer endpoint',
      provider: { protocol: 'openai', baseUrl: 'https://bedrock-mantle.us-west-2.api.aws/v1' },
      model: 'openai.gpt-oss-120b',
      dialect: 'openai-responses',
      url: 'https://bedrock-mantle.us-west-2.api.aws/v1/responses',
    },
    {
      name: 'Bedrock in China',
      provider: { protocol: 'bedrock', region: 'cn-north-1' },
      model: 'm',
      url: 'https://bedrock-runtime.cn-north-1.amazonaws.com.cn/model/m/converse',
    },
    {
      name: 'Claude at DeepSeek',
      provider: { protocol: 'anthropic', host: 'deepseek' },
      model: 'deepseek-chat',
      url: 'https://api.deepseek.com/anthropic/v1/messages',
    },
    {
      name: 'Gemini by the API of OpenAI',
      provider: { protocol: 'openai', host: 'google-ai' },
      model: 'gemini-2.5-pro',
      url: 'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    },
  ];
  for (const { name, provider, model, operation = 'answer', dialect, url } of rows) {
    it(`is right for ${name}`, () => {
      const request = { operation, ...(dialect !== undefined && { dialect }) };
      const address = addressOf({ model, providerSettings: provider }, request) ?? assert.fail();
      assert.equal(`${address.baseUrl}${address.path}`, url);
    });
  }
});

describe('what proves who we are', () => {
  const ENTRA = { tenantId: 't', clientId: 'c' };
  const rows: readonly (readonly [string, Provider, Proof, object])[] = [
    ['OpenAI', { protocol: 'openai', apiKey: 'K' }, 'credential', { authorization: 'Bearer key' }],
    [
      'OpenAI with an organization and a project',
      { protocol: 'openai', apiKey: 'K', organization: 'org-1', project: 'proj-1' },
      'credential',
      { authorization: 'Bearer key', 'openai-organization': 'org-1', 'openai-project': 'proj-1' },
    ],
    ['a server of one’s own', { protocol: 'openai', host: 'vllm' }, 'nothing', { authorization: 'Bearer key' }],
    ['Anthropic', { protocol: 'anthropic', apiKey: 'K' }, 'credential', { 'x-api-key': 'key' }],
    ['Gemini', { protocol: 'gemini', apiKey: 'K' }, 'credential', { 'x-goog-api-key': 'key' }],
    [
      'Gemini by the API of OpenAI',
      { protocol: 'openai', host: 'google-ai', apiKey: 'K' },
      'credential',
      { authorization: 'Bearer key' },
    ],
    ['Bedrock with a key', { ...BEDROCK, apiKey: 'K' }, 'credential', { authorization: 'Bearer key' }],
    ['Bedrock with the role', BEDROCK, 'aws-sigv4', { authorization: 'Bearer key' }],
    [
      'Bedrock by the API of OpenAI with the role',
      { protocol: 'openai', host: 'bedrock', region: 'us-west-2' },
      'aws-sigv4',
      { authorization: 'Bearer key' },
    ],
    ['Azure with a key', { ...AZURE, apiKey: 'K' }, 'credential', { 'api-key': 'key' }],
    ['Azure with Entra', { ...AZURE, apiKey: 'K', entra: ENTRA }, 'entra-token', { authorization: 'Bearer key' }],
    ['Foundry', { ...FOUNDRY, protocol: 'anthropic', apiKey: 'K' }, 'credential', { 'x-api-key': 'key' }],
    [
      'Foundry with Entra',
      { ...FOUNDRY, protocol: 'anthropic', apiKey: 'K', entra: ENTRA },
      'entra-token',
      { authorization: 'Bearer key' },
    ],
    ['Vertex AI', { ...VERTEX, apiKey: 'K' }, 'google-token', { authorization: 'Bearer key' }],
    [
      'Vertex AI with the AWS role',
      { ...VERTEX, workloadIdentity: { audience: '//iam' } },
      'google-token',
      { authorization: 'Bearer key' },
    ],
    [
      'Vertex AI in express mode',
      { protocol: 'gemini', host: 'vertex', apiKey: 'K' },
      'credential',
      { 'x-goog-api-key': 'key' },
    ],
  ];
  for (const [name, provider, proof, headers] of rows) {
    it(`is ${proof} as ${Object.keys(headers)} at ${name}`, () => {
      assert.equal(hostOf(provider).proof(provider), proof);
      assert.deepEqual(hostOf(provider).credentialHeaders('key', provider), headers);
    });
  }
});

describe('the protocol of a model', () => {
  const rows: readonly (readonly [string, Provider, string, ProtocolName | undefined])[] = [
    ['Gemini on Vertex AI', VERTEX, 'gemini-2.5-pro', undefined],
    ['Claude on Vertex AI', VERTEX, 'claude-sonnet-5', 'anthropic'],
    ['Claude on Azure', FOUNDRY, 'claude-sonnet-5', 'anthropic'],
    ['Claude on Bedrock', BEDROCK, 'us.anthropic.claude-sonnet-5', undefined],
    ['a Claude elsewhere', { protocol: 'openai', baseUrl: 'http://10.0.0.5' }, 'claude-x', undefined],
  ];
  for (const [name, provider, model, protocol] of rows) {
    it(`is ${protocol ?? "its provider's"} for ${name}`, () => {
      assert.equal(protocolOfModel(provider, model), protocol);
    });
  }
});

describe('the known hosts', () => {
  it('are called at an https address, or on this machine', () => {
    for (const [vendor, { baseUrl, others = {} }] of Object.entries<KnownHost>(KNOWN_HOSTS)) {
      for (const url of [baseUrl, ...Object.values(others)]) {
        assert.match(url ?? 'https://', /^(?:https:\/\/|http:\/\/127\.0\.0\.1:)/, vendor);
      }
    }
  });

  it('are found again by the hostname of their address, so that rules about them hold either way', () => {
    for (const [vendor, { protocol, baseUrl, credential }] of Object.entries<KnownHost>(KNOWN_HOSTS)) {
      if (baseUrl !== undefined && credential !== undefined) {
        assert.equal(vendorOf({ protocol, baseUrl }), vendor);
      }
    }
  });

  it('give a base URL for each protocol that they speak, and none for others', () => {
    assert.equal(speaks('groq', 'openai'), true);
    assert.equal(speaks('groq', 'openai-responses'), true);
    assert.equal(speaks('groq', 'anthropic'), false);
    assert.equal(speaks('moonshot', 'anthropic'), true);
    assert.equal(knownBaseUrl({ protocol: 'openai', host: 'groq' }), 'https://api.groq.com/openai/v1');
    assert.equal(knownBaseUrl({ protocol: 'anthropic', host: 'moonshot' }), 'https://api.moonshot.ai/anthropic/v1');
    assert.equal(knownBaseUrl({ protocol: 'anthropic', host: 'groq' }), undefined);
  });
});
