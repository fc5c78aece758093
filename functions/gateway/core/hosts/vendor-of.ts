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

/** Hostnames, and who is there. A line for each vendor's public addresses, with who says so and when it was read. */
export const HOSTNAMES: readonly (readonly [RegExp, Vendor])[] = [
  // developers.openai.com/api/reference, 2026-11
  [/(?:^|\.)api\.openai\.com$/, 'openai'],
  // learn.microsoft.com/azure/foundry/openai "Endpoints", 2026-11
  [/\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/, 'azure'],
  // platform.claude.com/docs/en/api, 2026-11
  [/(?:^|\.)anthropic\.com$/, 'anthropic'],
  // ai.google.dev/api, 2026-11
  [/(?:^|\.)generativelanguage\.googleapis\.com$/, 'google-ai'],
  // cloud.google.com/vertex-ai "Locations", 2026-11
  [/(?:^|[.-])aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com$/, 'vertex'],
  // docs.aws.amazon.com/general "Amazon Bedrock endpoints", 2026-11
  [/^bedrock-(?:runtime|mantle)[.-].*\.(?:amazonaws\.com|api\.aws)$/, 'bedrock'],
  // inference-docs.cerebras.ai, 2026-11
  [/(?:^|\.)cerebras\.ai$/, 'cerebras'],
  // alibabacloud.com/help/en/model-studio, 2026-11
  [/(?:^|\.)(?:dashscope(?:-\w+)?|maas)\.aliyuncs\.com$/, 'dashscope'],
  // deepinfra.com/docs, 2026-11
  [/(?:^|\.)deepinfra\.com$/, 'deepinfra'],
  // api-docs.deepseek.com, 2026-11
  [/(?:^|\.)deepseek\.com$/, 'deepseek'],
  // docs.fireworks.ai, 2026-11
  [/(?:^|\.)fireworks\.ai$/, 'fireworks'],
  // docs.github.com/rest/models, 2026-11
  [/(?:^|\.)(?:models\.github\.ai|models\.inference\.ai\.azure\.com)$/, 'github-models'],
  // console.groq.com/docs/openai, 2026-11
  [/(?:^|\.)groq\.com$/, 'groq'],
  // huggingface.co/docs/inference-providers, 2026-11
  [/(?:^|\.)(?:huggingface\.co|endpoints\.huggingface\.cloud)$/, 'huggingface'],
  // docs.mistral.ai/api, 2026-11
  [/(?:^|\.)mistral\.ai$/, 'mistral'],
  // platform.moonshot.ai/docs, 2026-11
  [/(?:^|\.)moonshot\.(?:ai|cn)$/, 'moonshot'],
  // docs.api.nvidia.com/nim, 2026-11
  [/(?:^|\.)api\.nvidia\.com$/, 'nvidia'],
  // openrouter.ai/docs/api, 2026-11
  [/(?:^|\.)openrouter\.ai$/, 'openrouter'],
  // docs.perplexity.ai/api-reference, 2026-11
  [/(?:^|\.)perplexity\.ai$/, 'perplexity'],
  // docs.sambanova.ai, 2026-11
  [/(?:^|\.)sambanova\.ai$/, 'sambanova'],
  // docs.together.ai, 2026-11
  [/(?:^|\.)together\.(?:xyz|ai)$/, 'together'],
  // docs.x.ai/docs/api-reference, 2026-11
  [/(?:^|\.)x\.ai$/, 'xai'],
  // docs.z.ai/api-reference, 2026-11
  [/(?:^|\.)(?:z\.ai|bigmodel\.cn)$/, 'zhipu'],
];

/** By provider: it is asked for every deployment of every request. */
const found = new WeakMap<object, Vendor>();

/** Who is at a provider's address: whom the configuration names, else whose own address it is, else whoever its hostname belongs to, else `compatible`. */
export function vendorOf(provider: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): Vendor {
  const known = found.get(provider);
  if (known !== undefined) {
    return known;
  }
  const vendor = findVendor(provider);
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
  return HOSTNAMES.find(([pattern]) => pattern.test(hostname))?.[1] ?? 'compatible';
}
