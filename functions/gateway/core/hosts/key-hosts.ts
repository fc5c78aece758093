import { defined } from '../model/defined.ts';
import type { Provider } from '../model/gateway-config.ts';
import type { Vendor } from '../model/vendor.ts';
import type { Host, HostedCall, Proof } from './host.ts';
import { embeddingsPath, knownBaseUrl } from './known-hosts.ts';

/** The credential where one is named, else nothing: what most hosts want. */
export function namedCredential({ apiKey }: Pick<Provider, 'apiKey'>): Proof {
  return apiKey === undefined ? 'nothing' : 'credential';
}

/** OpenAI's own API, and every server that speaks it at an address of its own: Groq, Mistral, DeepSeek, xAI, OpenRouter, vLLM. */
export const openAiHost: Host = {
  defaultBaseUrl: knownBaseUrl,
  path: (call) =>
    call.operation === 'embed' || call.operation === 'embed-batch' ? embeddingsPath(call.provider) : openAiPath(call),
  proof: namedCredential,
  credentialHeaders: (secret, { organization, project }) => ({
    ...bearer(secret),
    ...defined({ 'openai-organization': organization, 'openai-project': project }),
  }),
};

/** The paths of OpenAI's API, at OpenAI and at every server that speaks it. */
export function openAiPath({ dialect, operation }: Pick<HostedCall, 'dialect' | 'operation'>): string {
  if (operation === 'embed' || operation === 'embed-batch') {
    return '/embeddings';
  }
  return dialect === 'openai-responses' ? '/responses' : '/chat/completions';
}

/** OpenAI's own hosts and Azure's. Source: learn.microsoft.com/azure/foundry/openai "Responses API", 2026-11. */
const RESPONSES_HOSTS =
  /(?:^|\.)(?:api\.openai\.com|openai\.azure\.com|cognitiveservices\.azure\.com|services\.ai\.azure\.com)$/;

/** Whose Responses API is the whole of OpenAI's. */
const RESPONSES_VENDORS: readonly (Vendor | undefined)[] = ['openai', 'azure'];

/** Whether the Responses API is known to be there beside chat. Of other hosts the operator says so, in a deployment's `rules`. */
export function hasResponses({ protocol, baseUrl, host }: Pick<Provider, 'protocol' | 'baseUrl' | 'host'>): boolean {
  if (protocol !== 'openai') {
    return protocol === 'openai-responses';
  }
  if (host !== undefined) {
    return RESPONSES_VENDORS.includes(host);
  }
  return baseUrl === undefined || RESPONSES_HOSTS.test(hostnameOf(baseUrl));
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

/** A bearer token, as most vendors want it. */
export function bearer(secret: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${secret}` };
}

/** Anthropic's own API, and every server that speaks it at an address of its own. */
export const anthropicHost: Host = {
  defaultBaseUrl: knownBaseUrl,
  path: messagesPath,
  proof: namedCredential,
  credentialHeaders: anthropicKey,
};

/** A path of the Messages API after its `/v1`. */
export function messagesPath({ operation }: Pick<HostedCall, 'operation'>): string {
  return operation === 'count-tokens' ? '/messages/count_tokens' : '/messages';
}

/** The header that carries an Anthropic API key. */
export function anthropicKey(secret: string): Readonly<Record<string, string>> {
  return { 'x-api-key': secret };
}
