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

/** Hostnames, and who is there. A line for each vendor's public addresses. Source: each vendor's API reference, 2026-11. */
const HOSTNAMES: readonly (readonly [RegExp, Vendor])[] = [
  [/(?:^|\.)api\.openai\.com$/, 'openai'],
  [/\.(?:openai|cognitiveservices|services\.ai)\.azure\.com$/, 'azure'],
  [/(?:^|\.)anthropic\.com$/, 'anthropic'],
  [/(?:^|\.)generativelanguage\.googleapis\.com$/, 'google-ai'],
  [/(?:^|[.-])aiplatform(?:\.(?:us|eu)\.rep)?\.googleapis\.com$/, 'vertex'],
  [/^bedrock-(?:runtime|mantle)[.-].*\.(?:amazonaws\.com|api\.aws)$/, 'bedrock'],
  [/(?:^|\.)cerebras\.ai$/, 'cerebras'],
  [/(?:^|\.)(?:dashscope(?:-\w+)?|maas)\.aliyuncs\.com$/, 'dashscope'],
  [/(?:^|\.)deepinfra\.com$/, 'deepinfra'],
  [/(?:^|\.)deepseek\.com$/, 'deepseek'],
  [/(?:^|\.)fireworks\.ai$/, 'fireworks'],
  [/(?:^|\.)(?:models\.github\.ai|models\.inference\.ai\.azure\.com)$/, 'github-models'],
  [/(?:^|\.)groq\.com$/, 'groq'],
  [/(?:^|\.)(?:huggingface\.co|endpoints\.huggingface\.cloud)$/, 'huggingface'],
  [/(?:^|\.)mistral\.ai$/, 'mistral'],
  [/(?:^|\.)moonshot\.(?:ai|cn)$/, 'moonshot'],
  [/(?:^|\.)api\.nvidia\.com$/, 'nvidia'],
  [/(?:^|\.)openrouter\.ai$/, 'openrouter'],
  [/(?:^|\.)perplexity\.ai$/, 'perplexity'],
  [/(?:^|\.)sambanova\.ai$/, 'sambanova'],
  [/(?:^|\.)together\.(?:xyz|ai)$/, 'together'],
  [/(?:^|\.)x\.ai$/, 'xai'],
  [/(?:^|\.)(?:z\.ai|bigmodel\.cn)$/, 'zhipu'],
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
  return HOSTNAMES.find(([pattern]) => pattern.test(hostname))?.[1] ?? 'compatible';
}
