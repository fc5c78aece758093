import { defined } from '../model/defined.ts';
import type { ProtocolName, Provider } from '../model/gateway-config.ts';
import type { Vendor } from '../model/vendor.ts';
import { missingPath } from './missing-path.ts';
import { vendorOf } from './vendor-of.ts';

/** What is known of a vendor, or of a server that one runs oneself, without a word of configuration. */
export interface KnownHost {
  /** The wire format that is spoken where the configuration names none. */
  readonly protocol: ProtocolName;
  /** Its address for that; absent where it depends on the configuration. */
  readonly baseUrl?: string;
  /** What stands before the path of embeddings alone, where the address does not have it. */
  readonly embeddingsPath?: string;
  /** Its addresses for other wire formats. */
  readonly others?: Readonly<Partial<Record<ProtocolName, string>>>;
  /** The name that its credential usually has; absent where it wants none. */
  readonly credential?: string;
}

/** The known hosts by vendor, each with who says so and when it was read. `compatible` is any other server that speaks OpenAI's API. A new one is a line. */
export const KNOWN_HOSTS = {
  // developers.openai.com/api/reference, 2026-11
  openai: host('openai', 'https://api.openai.com/v1', 'OPENAI_API_KEY'),
  // learn.microsoft.com/azure/foundry/openai, 2026-11
  azure: {
    protocol: 'openai',
    credential: 'AZURE_OPENAI_API_KEY',
  },
  // platform.claude.com/docs/en/api, 2026-11
  anthropic: host('anthropic', 'https://api.anthropic.com/v1', 'ANTHROPIC_API_KEY'),
  // ai.google.dev/api, 2026-11
  'google-ai': {
    ...host('gemini', 'https://generativelanguage.googleapis.com/v1beta', 'GEMINI_API_KEY'),
    others: { openai: 'https://generativelanguage.googleapis.com/v1beta/openai' },
  },
  // cloud.google.com/vertex-ai/docs, 2026-11
  vertex: {
    protocol: 'gemini',
    credential: 'GOOGLE_SERVICE_ACCOUNT',
  },
  // docs.aws.amazon.com/bedrock/latest/userguide, 2026-11
  bedrock: {
    protocol: 'bedrock',
    credential: 'AWS_BEARER_TOKEN_BEDROCK',
  },
  // inference-docs.cerebras.ai, 2026-11
  cerebras: host('openai', 'https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'),
  // alibabacloud.com/help/en/model-studio, 2026-11
  dashscope: host('openai', 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'DASHSCOPE_API_KEY'),
  // deepinfra.com/docs, 2026-11
  deepinfra: host('openai', 'https://api.deepinfra.com/v1/openai', 'DEEPINFRA_API_KEY'),
  // api-docs.deepseek.com, 2026-11
  deepseek: {
    ...host('openai', 'https://api.deepseek.com/v1', 'DEEPSEEK_API_KEY'),
    others: { anthropic: 'https://api.deepseek.com/anthropic/v1' },
  },
  // docs.fireworks.ai, 2026-11
  fireworks: host('openai', 'https://api.fireworks.ai/inference/v1', 'FIREWORKS_API_KEY'),
  // docs.github.com/rest/models, 2026-11
  'github-models': host('openai', 'https://models.github.ai/inference', 'GITHUB_TOKEN'),
  // console.groq.com/docs/openai, 2026-11
  groq: host('openai', 'https://api.groq.com/openai/v1', 'GROQ_API_KEY'),
  // huggingface.co/docs/inference-providers, 2026-11
  huggingface: host('openai', 'https://router.huggingface.co/v1', 'HF_TOKEN'),
  // github.com/ggml-org/llama.cpp tools/server/README.md, 2026-11
  'llama.cpp': {
    ...host('openai', 'http://127.0.0.1:8080/v1', undefined),
    others: { anthropic: 'http://127.0.0.1:8080/v1' },
  },
  // docs.mistral.ai/api, 2026-11
  mistral: host('openai', 'https://api.mistral.ai/v1', 'MISTRAL_API_KEY'),
  // platform.moonshot.ai/docs, 2026-11
  moonshot: {
    ...host('openai', 'https://api.moonshot.ai/v1', 'MOONSHOT_API_KEY'),
    others: { anthropic: 'https://api.moonshot.ai/anthropic/v1' },
  },
  // docs.api.nvidia.com/nim, 2026-11
  nvidia: host('openai', 'https://integrate.api.nvidia.com/v1', 'NVIDIA_API_KEY'),
  // docs.ollama.com/api/openai-compatibility, 2026-11
  ollama: {
    ...host('openai', 'http://127.0.0.1:11434/v1', undefined),
    others: { anthropic: 'http://127.0.0.1:11434/v1' },
  },
  // openrouter.ai/docs/api, 2026-11
  openrouter: {
    ...host('openai', 'https://openrouter.ai/api/v1', 'OPENROUTER_API_KEY'),
    others: { anthropic: 'https://openrouter.ai/api/v1' },
  },
  // docs.perplexity.ai/api-reference, 2026-11
  perplexity: {
    ...host('openai', 'https://api.perplexity.ai', 'PERPLEXITY_API_KEY'),
    embeddingsPath: '/v1',
  },
  // docs.sambanova.ai, 2026-11
  sambanova: host('openai', 'https://api.sambanova.ai/v1', 'SAMBANOVA_API_KEY'),
  // docs.together.ai/docs/openai-api, 2026-11
  together: host('openai', 'https://api.together.xyz/v1', 'TOGETHER_API_KEY'),
  // docs.vllm.ai/en/latest/serving/openai_compatible_server, 2026-11
  vllm: {
    ...host('openai', 'http://127.0.0.1:8000/v1', undefined),
    others: { anthropic: 'http://127.0.0.1:8000/v1' },
  },
  // docs.x.ai/docs/api-reference, 2026-11
  xai: host('openai', 'https://api.x.ai/v1', 'XAI_API_KEY'),
  // docs.z.ai/api-reference, 2026-11
  zhipu: {
    ...host('openai', 'https://api.z.ai/api/paas/v4', 'ZAI_API_KEY'),
    others: { anthropic: 'https://api.z.ai/api/anthropic/v1' },
  },
  // the operator says which, in the configuration, 2026-11
  compatible: { protocol: 'openai' },
} as const satisfies Readonly<Record<Vendor, KnownHost>>;

function host<const Protocol extends ProtocolName>(
  protocol: Protocol,
  baseUrl: string,
  credential: string | undefined,
): KnownHost & { readonly protocol: Protocol } {
  return { protocol, baseUrl, ...defined({ credential }) };
}

/** The hosts in which every wire format of the gateway is spoken at an address that the configuration makes. */
const WITH_MANY: ReadonlySet<Vendor> = new Set(['azure', 'vertex', 'bedrock', 'compatible']);

/** Whether a host is known to speak a wire format: where OpenAI's chat is, its Responses may be. */
export function speaks(vendor: Vendor, protocol: ProtocolName): boolean {
  const { protocol: own, others = {} }: KnownHost = KNOWN_HOSTS[vendor];
  return WITH_MANY.has(vendor) || own === familyOf(protocol) || familyOf(protocol) in others;
}

/** The public address of the provider's host for its wire format; `undefined` where it has none. */
export function knownBaseUrl(provider: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): string | undefined {
  const { protocol, baseUrl, others = {} }: KnownHost = KNOWN_HOSTS[vendorOf(provider)];
  const asked = familyOf(provider.protocol);
  return asked === protocol ? baseUrl : others[asked];
}

function familyOf(protocol: ProtocolName): ProtocolName {
  return protocol === 'openai-responses' ? 'openai' : protocol;
}

/** The path of embeddings at a provider that speaks OpenAI's API. */
export function embeddingsPath(provider: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): string {
  const { embeddingsPath: before }: KnownHost = KNOWN_HOSTS[vendorOf(provider)];
  return `${before === undefined ? '' : missingPath(provider, before)}/embeddings`;
}
