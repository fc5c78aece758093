import type { UpstreamRequest } from '../model/dial.ts';
import { DIALECTS } from '../model/dialect.ts';
import type { Deployment, ProtocolName, Provider } from '../model/gateway-config.ts';
import type { Vendor } from '../model/vendor.ts';
import { azureHost } from './azure.ts';
import { bedrockHost } from './bedrock.ts';
import { googleAiHost } from './google-ai.ts';
import type { Host } from './host.ts';
import { anthropicHost, openAiHost } from './key-hosts.ts';
import { vendorOf } from './vendor-of.ts';
import { vertexHost } from './vertex.ts';

/** The hosts that speak several protocols, or in their own way. A new one is a line here. */
const OF_VENDORS: Readonly<Partial<Record<Vendor, Host>>> = {
  azure: azureHost,
  bedrock: bedrockHost,
  'google-ai': googleAiHost,
  vertex: vertexHost,
};

/** The host of each protocol, at any other address. */
const OF_PROTOCOLS = {
  openai: openAiHost,
  'openai-responses': openAiHost,
  anthropic: anthropicHost,
  gemini: googleAiHost,
  bedrock: bedrockHost,
} as const satisfies Record<ProtocolName, Host>;

/** The host that a provider is at. */
export function hostOf(provider: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): Host {
  return OF_VENDORS[vendorOf(provider)] ?? OF_PROTOCOLS[provider.protocol];
}

/** Where a deployment is asked for something: its base URL without a trailing slash, and the path; `undefined` where it has no base URL. */
export function addressOf(
  { model, providerSettings: provider }: Pick<Deployment, 'model' | 'providerSettings'>,
  { operation, dialect }: Pick<UpstreamRequest, 'operation' | 'dialect'>,
): { readonly baseUrl: string; readonly path: string } | undefined {
  const host = hostOf(provider);
  const baseUrl = provider.baseUrl ?? host.defaultBaseUrl(provider);
  const path = host.path({ dialect: dialect ?? DIALECTS[provider.protocol], operation, model, provider });
  return baseUrl === undefined ? undefined : { baseUrl, path };
}
