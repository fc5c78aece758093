import { defined } from '../model/defined.ts';
import { type Host, namedCredential } from './host.ts';
import { embeddingsPath, knownBaseUrl } from './known-hosts.ts';
import { bearer, openAiPath } from './openai-paths.ts';

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
