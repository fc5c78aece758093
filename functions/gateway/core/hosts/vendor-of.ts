import type { ProtocolName, Provider } from '../model/gateway-config.ts';
import type { Vendor } from '../model/vendor.ts';

/** Who is at the vendor's own address: where the configuration names no other. */
const OWN_VENDORS = {
  openai: 'openai',
  'openai-responses': 'openai',
  anthropic: 'anthropic',
  gemini: 'google-ai',
  bedrock: 'bedrock',
} as const satisfies Record<ProtocolName, Vendor>;

interface HostnameLine {
  readonly match: RegExp;
  readonly vendor: Vendor;
  readonly source: string;
}

/** Hostnames, and who is there. A line for each vendor's public addresses, with who says so and when it was read. */
export const HOSTNAMES: readonly HostnameLine[] = [
  { match: /(?:^|\.)api\.openai\.com$/, vendor: 'openai', source: 'developers.openai.com/api/reference, 2026-11' },
  {
    match: /\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/,
    vendor: 'azure',
    source: 'learn.microsoft.com/azure/foundry/openai "Endpoints", 2026-11',
  },
  { match: /(?:^|\.)anthropic\.com$/, vendor: 'anthropic', source: 'platform.claude.com/docs/en/api, 2026-11' },
  { match: /(?:^|\.)generativelanguage\.googleapis\.com$/, vendor: 'google-ai', source: 'ai.google.dev/api, 2026-11' },
  {
    match: /(?:^|[.-])aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com$/,
    vendor: 'vertex',
    source: 'cloud.google.com/vertex-ai "Locations", 2026-11',
  },
  {
    match: /^bedrock-(?:runtime|mantle)[.-].*\.(?:amazonaws\.com|api\.aws)$/,
    vendor: 'bedrock',
    source: 'docs.aws.amazon.com/general "Amazon Bedrock endpoints", 2026-11',
  },
  { match: /(?:^|\.)cerebras\.ai$/, vendor: 'cerebras', source: 'inference-docs.cerebras.ai, 2026-11' },
  {
    match: /(?:^|\.)(?:dashscope(?:-\w+)?|maas)\.aliyuncs\.com$/,
    vendor: 'dashscope',
    source: 'alibabacloud.com/help/en/model-studio, 2026-11',
  },
  { match: /(?:^|\.)deepinfra\.com$/, vendor: 'deepinfra', source: 'deepinfra.com/docs, 2026-11' },
  { match: /(?:^|\.)deepseek\.com$/, vendor: 'deepseek', source: 'api-docs.deepseek.com, 2026-11' },
  { match: /(?:^|\.)fireworks\.ai$/, vendor: 'fireworks', source: 'docs.fireworks.ai, 2026-11' },
  {
    match: /(?:^|\.)(?:models\.github\.ai|models\.inference\.ai\.azure\.com)$/,
    vendor: 'github-models',
    source: 'docs.github.com/rest/models, 2026-11',
  },
  { match: /(?:^|\.)groq\.com$/, vendor: 'groq', source: 'console.groq.com/docs/openai, 2026-11' },
  {
    match: /(?:^|\.)(?:huggingface\.co|endpoints\.huggingface\.cloud)$/,
    vendor: 'huggingface',
    source: 'huggingface.co/docs/inference-providers, 2026-11',
  },
  { match: /(?:^|\.)mistral\.ai$/, vendor: 'mistral', source: 'docs.mistral.ai/api, 2026-11' },
  { match: /(?:^|\.)moonshot\.(?:ai|cn)$/, vendor: 'moonshot', source: 'platform.moonshot.ai/docs, 2026-11' },
  { match: /(?:^|\.)api\.nvidia\.com$/, vendor: 'nvidia', source: 'docs.api.nvidia.com/nim, 2026-11' },
  { match: /(?:^|\.)openrouter\.ai$/, vendor: 'openrouter', source: 'openrouter.ai/docs/api, 2026-11' },
  { match: /(?:^|\.)perplexity\.ai$/, vendor: 'perplexity', source: 'docs.perplexity.ai/api-reference, 2026-11' },
  { match: /(?:^|\.)sambanova\.ai$/, vendor: 'sambanova', source: 'docs.sambanova.ai, 2026-11' },
  { match: /(?:^|\.)together\.(?:xyz|ai)$/, vendor: 'together', source: 'docs.together.ai, 2026-11' },
  { match: /(?:^|\.)x\.ai$/, vendor: 'xai', source: 'docs.x.ai/docs/api-reference, 2026-11' },
  { match: /(?:^|\.)(?:z\.ai|bigmodel\.cn)$/, vendor: 'zhipu', source: 'docs.z.ai/api-reference, 2026-11' },
];

/** By provider: it is asked for every deployment of every request. */
const found = new WeakMap<object, Vendor>();

/** Who is at a provider's address: whom the configuration names, else whose own address it is, else whoever its hostname belongs to, else `compatible`. */
export function vendorOf(provider: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): Vendor {
  const vendor = found.get(provider) ?? findVendor(provider);
  found.set(provider, vendor);
  return vendor;
}

function findVendor({ protocol, baseUrl, host }: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): Vendor {
  if (host !== undefined) {
    return host;
  }
  // Nobody else speaks Converse: behind any address, as a VPC's endpoint, is Bedrock.
  if (baseUrl === undefined || protocol === 'bedrock') {
    return OWN_VENDORS[protocol];
  }
  const hostname = URL.canParse(baseUrl) ? new URL(baseUrl).hostname : '';
  return HOSTNAMES.find(({ match }) => match.test(hostname))?.vendor ?? 'compatible';
}
