import type { UpstreamRequest } from '../model/dial.ts';
import { dialectOf } from '../model/dialect.ts';
import type { Deployment, ProtocolName, Provider } from '../model/gateway-config.ts';
import { anthropicHost } from './anthropic.ts';
import { bedrockHost } from './bedrock.ts';
import { googleAiHost } from './google-ai.ts';
import type { Host } from './host.ts';
import { openAiHost } from './openai.ts';

/** The host of each protocol. A new one is a line here. */
const HOSTS = {
  openai: openAiHost,
  'openai-responses': openAiHost,
  anthropic: anthropicHost,
  gemini: googleAiHost,
  bedrock: bedrockHost,
} as const satisfies Record<ProtocolName, Host>;

/** The host that a provider is at. */
export function hostOf({ protocol }: Pick<Provider, 'protocol'>): Host {
  return HOSTS[protocol];
}

/** Where a deployment is asked for something: its base URL without a trailing slash, and the path; `undefined` where it has no base URL. */
export function addressOf(
  { model, providerSettings: provider }: Pick<Deployment, 'model' | 'providerSettings'>,
  { operation, dialect }: Pick<UpstreamRequest, 'operation' | 'dialect'>,
): { readonly baseUrl: string; readonly path: string } | undefined {
  const host = hostOf(provider);
  const baseUrl = provider.baseUrl ?? host.defaultBaseUrl(provider);
  const path = host.path({ dialect: dialect ?? dialectOf(provider.protocol), operation, model, provider });
  return baseUrl === undefined ? undefined : { baseUrl, path };
}
