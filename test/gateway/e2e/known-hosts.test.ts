import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { HOST_NAMES } from '../../../functions/gateway/config/host-names.ts';
import { parseConfig } from '../../../functions/gateway/config/parse-config.ts';
import { addressOf } from '../../../functions/gateway/core/hosts/hosts.ts';
import { modelDirectory } from '../../../functions/gateway/core/routing/model-directory.ts';
import { isJsonObject, type JsonObject } from '../../../functions/gateway/core/wire/json.ts';
import { startCloudHost } from '../../support/cloud-host.ts';
import { startCloudSystem } from '../../support/cloud-system.ts';
import type { SeenRequest } from '../../support/recording-server.ts';

/** A host as its documentation has it, written out here and not read from the code. */
interface Known {
  readonly host: string;
  /** Its public address, with the path that a chat is asked at. */
  readonly url: string;
  readonly model: string;
  /** The header that shows the credential, and its value. */
  readonly proof?: readonly [header: string, value: string];
  /** Members of the request as the host knows them; `undefined`: not there. */
  readonly body: JsonObject;
  /** More of the provider. */
  readonly provider?: JsonObject;
  readonly deployment?: JsonObject;
  /** What is asked in place of `CHAT`. */
  readonly asks?: readonly [path: string, body: JsonObject];
}

/** With what hosts disagree about: the role of instructions, the name of the limit, OpenAI's own members. */
const CHAT: JsonObject = {
  messages: [
    { role: 'developer', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ],
  max_completion_tokens: 50,
  seed: 7,
  store: false,
  metadata: { a: 'b' },
};
const MESSAGES: JsonObject = { max_tokens: 50, messages: [{ role: 'user', content: 'Hi' }] };

/** The names under which credentials are usually kept. */
const CREDENTIALS: Readonly<Record<string, string>> = {
  openai: 'OPENAI_API_KEY',
  anthropic: 'ANTHROPIC_API_KEY',
  google: 'GEMINI_API_KEY',
  azure: 'AZURE_OPENAI_API_KEY',
  vertex: 'GOOGLE_SERVICE_ACCOUNT',
  groq: 'GROQ_API_KEY',
  mistral: 'MISTRAL_API_KEY',
  deepseek: 'DEEPSEEK_API_KEY',
  xai: 'XAI_API_KEY',
  cerebras: 'CEREBRAS_API_KEY',
  together: 'TOGETHER_API_KEY',
  fireworks: 'FIREWORKS_API_KEY',
  openrouter: 'OPENROUTER_API_KEY',
  perplexity: 'PERPLEXITY_API_KEY',
  nvidia: 'NVIDIA_API_KEY',
  moonshot: 'MOONSHOT_API_KEY',
  zhipu: 'ZAI_API_KEY',
  dashscope: 'DASHSCOPE_API_KEY',
  sambanova: 'SAMBANOVA_API_KEY',
  deepinfra: 'DEEPINFRA_API_KEY',
  huggingface: 'HF_TOKEN',
  'github-models': 'GITHUB_TOKEN',
};

function bearer(credential: string): readonly [string, string] {
  return ['authorization', `Bearer value of ${credential}`];
}

const SYSTEM = [
  { role: 'system', content: 'Be brief.' },
  { role: 'user', content: 'Hi' },
];
const USUAL = { messages: SYSTEM, max_completion_tokens: 50, seed: 7, store: undefined, metadata: undefined };
const OLDER = { ...USUAL, max_tokens: 50, max_completion_tokens: undefined };

function compatible(host: string, url: string, model: string, body: JsonObject): Known {
  return { host, url, model, proof: bearer(CREDENTIALS[host] ?? ''), body };
}

/** The sixteen compatible servers that need no more than a name and a key, or for one's own no more than a name. */
const COMPATIBLE: readonly Known[] = [
  compatible('groq', 'https://api.groq.com/openai/v1/chat/completions', 'llama-3.3-70b-versatile', USUAL),
  compatible('mistral', 'https://api.mistral.ai/v1/chat/completions', 'mistral-large-latest', {
    ...OLDER,
    seed: undefined,
    random_seed: 7,
    stream_options: undefined,
  }),
  compatible('deepseek', 'https://api.deepseek.com/v1/chat/completions', 'deepseek-chat', OLDER),
  compatible('xai', 'https://api.x.ai/v1/chat/completions', 'grok-4', USUAL),
  compatible('cerebras', 'https://api.cerebras.ai/v1/chat/completions', 'llama-3.3-70b', USUAL),
  compatible('together', 'https://api.together.xyz/v1/chat/completions', 'meta-llama/Llama-3', OLDER),
  compatible(
    'fireworks',
    'https://api.fireworks.ai/inference/v1/chat/completions',
    'accounts/fireworks/models/x',
    USUAL,
  ),
  compatible('openrouter', 'https://openrouter.ai/api/v1/chat/completions', 'meta-llama/llama-3', {
    ...USUAL,
    metadata: { a: 'b' },
  }),
  compatible('perplexity', 'https://api.perplexity.ai/chat/completions', 'sonar-pro', OLDER),
  compatible('nvidia', 'https://integrate.api.nvidia.com/v1/chat/completions', 'meta/llama-3', OLDER),
  compatible('moonshot', 'https://api.moonshot.ai/v1/chat/completions', 'kimi-k2-0905', USUAL),
  compatible('zhipu', 'https://api.z.ai/api/paas/v4/chat/completions', 'glm-4.6', OLDER),
  compatible('dashscope', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/chat/completions', 'qwen-max', OLDER),
  { host: 'ollama', url: 'http://127.0.0.1:11434/v1/chat/completions', model: 'llama3.3', body: OLDER },
  { host: 'vllm', url: 'http://127.0.0.1:8000/v1/chat/completions', model: 'Qwen/Qwen3-32B', body: USUAL },
  { host: 'llama.cpp', url: 'http://127.0.0.1:8080/v1/chat/completions', model: 'llama-3', body: USUAL },
];

const OTHERS: readonly Known[] = [
  compatible('sambanova', 'https://api.sambanova.ai/v1/chat/completions', 'Meta-Llama-3', OLDER),
  compatible('deepinfra', 'https://api.deepinfra.com/v1/openai/chat/completions', 'x/y', OLDER),
  compatible('huggingface', 'https://router.huggingface.co/v1/chat/completions', 'x/y', OLDER),
  compatible('github-models', 'https://models.github.ai/inference/chat/completions', 'x/y', USUAL),
  {
    host: 'openai',
    url: 'https://api.openai.com/v1/chat/completions',
    model: 'gpt-4.1',
    proof: bearer('OPENAI_API_KEY'),
    body: { ...CHAT, model: 'gpt-4.1' },
  },
  {
    host: 'anthropic',
    url: 'https://api.anthropic.com/v1/messages',
    model: 'claude-sonnet-4-5',
    proof: ['x-api-key', 'value of ANTHROPIC_API_KEY'],
    body: { system: 'Be brief.', max_tokens: 50, store: undefined, seed: undefined },
  },
  {
    host: 'google',
    url: 'https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse',
    model: 'gemini-2.5-flash',
    proof: ['x-goog-api-key', 'value of GEMINI_API_KEY'],
    body: { generationConfig: { maxOutputTokens: 50, seed: 7 }, model: undefined },
  },
  {
    host: 'azure',
    url: 'https://r.openai.azure.com/openai/v1/chat/completions',
    model: 'my-deployment',
    proof: ['api-key', 'value of AZURE_OPENAI_API_KEY'],
    body: { ...CHAT, model: 'my-deployment' },
    provider: { baseUrl: 'https://r.openai.azure.com' },
  },
  {
    host: 'vertex',
    url: 'https://europe-west1-aiplatform.googleapis.com/v1/projects/p-1/locations/europe-west1/publishers/google/models/gemini-2.5-pro:streamGenerateContent?alt=sse',
    model: 'gemini-2.5-pro',
    proof: ['authorization', 'Bearer token-1'],
    body: { generationConfig: { maxOutputTokens: 50, seed: 7 }, model: undefined },
    provider: { project: 'p-1', region: 'europe-west1' },
  },
  {
    host: 'bedrock',
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.amazon.nova-pro-v1%3A0/converse-stream',
    model: 'us.amazon.nova-pro-v1:0',
    proof: ['authorization', 'signed for bedrock in us-east-1'],
    body: { system: [{ text: 'Be brief.' }], inferenceConfig: { maxTokens: 50 }, requestMetadata: { a: 'b' } },
    provider: { region: 'us-east-1' },
  },
  {
    host: 'compatible',
    url: 'http://10.0.0.5:9000/v1/chat/completions',
    model: 'some-model',
    proof: bearer('LLM_API_KEY'),
    body: USUAL,
    provider: { baseUrl: 'http://10.0.0.5:9000/v1', apiKey: 'LLM_API_KEY' },
  },
];

/** The other ways into Bedrock and to Claude. */
const OTHER_WAYS: readonly Known[] = [
  {
    host: 'bedrock',
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5/invoke-with-response-stream',
    model: 'us.anthropic.claude-sonnet-4-5',
    proof: ['authorization', 'signed for bedrock in us-east-1'],
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 50, model: undefined, stream: undefined },
    provider: { region: 'us-east-1' },
    asks: ['/v1/messages', MESSAGES],
  },
  {
    host: 'bedrock',
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/openai/v1/chat/completions',
    model: 'openai.gpt-oss-120b-1:0',
    proof: ['authorization', 'Bearer value of AWS_BEARER_TOKEN_BEDROCK'],
    body: { ...USUAL, model: 'openai.gpt-oss-120b-1:0' },
    provider: { region: 'us-east-1', apiKey: 'AWS_BEARER_TOKEN_BEDROCK' },
    deployment: { protocol: 'openai' },
  },
  {
    host: 'bedrock',
    url: 'https://bedrock-runtime.us-east-1.amazonaws.com/model/us.anthropic.claude-sonnet-4-5/converse-stream',
    model: 'us.anthropic.claude-sonnet-4-5',
    proof: ['authorization', 'signed for bedrock in us-east-1'],
    body: { system: [{ text: 'Be brief.' }], inferenceConfig: { maxTokens: 50 }, serviceTier: { type: 'priority' } },
    provider: { region: 'us-east-1' },
    asks: ['/v1/chat/completions', { ...CHAT, service_tier: 'priority' }],
  },
  {
    host: 'azure',
    url: 'https://r.services.ai.azure.com/anthropic/v1/messages',
    model: 'claude-sonnet-4-5',
    proof: ['x-api-key', 'value of AZURE_OPENAI_API_KEY'],
    body: { model: 'claude-sonnet-4-5', max_tokens: 50 },
    provider: { baseUrl: 'https://r.services.ai.azure.com' },
    asks: ['/v1/messages', MESSAGES],
  },
  {
    host: 'vertex',
    url: 'https://us-east5-aiplatform.googleapis.com/v1/projects/p-1/locations/us-east5/publishers/anthropic/models/claude-sonnet-4-5@20250929:streamRawPredict',
    model: 'claude-sonnet-4-5@20250929',
    proof: ['authorization', 'Bearer token-1'],
    body: { anthropic_version: 'vertex-2023-10-16', max_tokens: 50, model: undefined },
    provider: { project: 'p-1', region: 'us-east5' },
    asks: ['/v1/messages', MESSAGES],
  },
];

/** Hosts that speak Anthropic's Messages beside OpenAI's chat. */
const IN_MESSAGES: readonly Known[] = (
  [
    ['deepseek', 'https://api.deepseek.com/anthropic/v1/messages'],
    ['moonshot', 'https://api.moonshot.ai/anthropic/v1/messages'],
    ['zhipu', 'https://api.z.ai/api/anthropic/v1/messages'],
    ['openrouter', 'https://openrouter.ai/api/v1/messages'],
    ['ollama', 'http://127.0.0.1:11434/v1/messages'],
    ['vllm', 'http://127.0.0.1:8000/v1/messages'],
    ['llama.cpp', 'http://127.0.0.1:8080/v1/messages'],
  ] as const
).map(([host, url]): Known => {
  const credential = CREDENTIALS[host];
  return {
    host,
    url,
    model: 'some-model',
    ...(credential !== undefined && { proof: ['x-api-key', `value of ${credential}`] }),
    body: { model: 'some-model', max_tokens: 50 },
    provider: { protocol: 'anthropic' },
    asks: ['/v1/messages', MESSAGES],
  };
});

/** Embeddings stand beside chat, at Perplexity under a path of their own. */
const EMBEDDINGS: readonly Known[] = (
  [
    ['openai', 'https://api.openai.com/v1/embeddings'],
    ['mistral', 'https://api.mistral.ai/v1/embeddings'],
    ['together', 'https://api.together.xyz/v1/embeddings'],
    ['fireworks', 'https://api.fireworks.ai/inference/v1/embeddings'],
    ['dashscope', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1/embeddings'],
    ['deepinfra', 'https://api.deepinfra.com/v1/openai/embeddings'],
    ['ollama', 'http://127.0.0.1:11434/v1/embeddings'],
    ['vllm', 'http://127.0.0.1:8000/v1/embeddings'],
  ] as const
).map(([host, url]): Known => {
  const credential = CREDENTIALS[host];
  return {
    host,
    url,
    model: 'some-embeddings',
    ...(credential !== undefined && { proof: bearer(credential) }),
    body: { model: 'some-embeddings' },
    deployment: { kind: 'embeddings' },
    asks: ['/v1/embeddings', { input: 'Hi' }],
  };
});

const KNOWN = [...COMPATIBLE, ...OTHERS, ...OTHER_WAYS, ...IN_MESSAGES, ...EMBEDDINGS];

/** Name, and credential where it wants one: what stands in a configuration. */
function providerOf({ host, provider }: Known): JsonObject {
  const credential = CREDENTIALS[host];
  return { host, ...(credential !== undefined && { apiKey: credential }), ...provider };
}

/** The address that the host's name stands for, before the path of a call. */
function addressFor(known: Known): string {
  const parsed = parseConfig({
    providers: { it: providerOf(known) },
    deployments: { 'the/model': { provider: 'it', model: known.model, ...known.deployment } },
  });
  assert.ok(parsed.kind === 'parsed', JSON.stringify(parsed));
  const found = modelDirectory(parsed.config).deployments.get('the/model');
  const address = found && addressOf(found, { operation: 'answer-stream' });
  assert.ok(address !== undefined);
  return address.baseUrl;
}

function assertCalled(seen: SeenRequest | undefined, { url, model, proof, body }: Known): void {
  const { pathname, search } = new URL(url);
  assert.equal(seen?.url, pathname + search);
  assert.equal(proof && seen?.headers[proof[0]], proof?.[1]);
  const sent = isJsonObject(seen?.body) ? seen.body : {};
  assert.deepEqual(Object.fromEntries(Object.keys(body).map((name) => [name, sent[name]])), body);
  assert.ok(decodeURIComponent(pathname).includes(model) || sent.model === model);
}

describe('a known host', () => {
  for (const known of KNOWN) {
    const { host, url, model, deployment, asks } = known;
    it(`is called by its name with its address, path, proof and words: ${host}, ${new URL(url).pathname}`, async () => {
      await using cloud = await startCloudHost();
      const { origin } = new URL(url);
      const address = new URL(addressFor(known));
      assert.equal(address.origin, origin);
      // At the cloud the same path.
      const baseUrl = cloud.origin + address.pathname.replace(/\/$/, '');
      await using system = await startCloudSystem(cloud, {
        providers: { it: { ...providerOf(known), baseUrl } },
        deployments: { 'the/model': { provider: 'it', model, ...deployment } },
      });
      const [path, asked] = asks ?? ['/v1/chat/completions', CHAT];
      const { status, text } = await system.ask(path, { model: 'the/model', ...asked });
      assert.equal(status, 200, text);
      assert.ok(text.includes(path === '/v1/embeddings' ? '0.5' : 'Hello.'), text);
      assertCalled(cloud.calls()[0], known);
    });
  }

  it('is in the table above, whichever it is, the sixteen compatible ones by the names that one writes', () => {
    const named = new Set(KNOWN.map(({ host }) => (host === 'google' ? 'google-ai' : host)));
    assert.deepEqual(
      HOST_NAMES.filter((name) => !named.has(name) && name !== 'google'),
      [],
    );
    assert.equal(COMPATIBLE.length, 16);
  });
});
