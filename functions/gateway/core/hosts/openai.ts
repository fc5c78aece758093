import { defined } from '../model/defined.ts';
import { type Host, namedCredential } from './host.ts';
import { knownBaseUrl } from './known-hosts.ts';
import { bearer, openAiPath } from './openai-paths.ts';

/** OpenAI's own API, and every server that speaks it at an address of its own: Groq, Mistral, DeepSeek, xAI, OpenRouter, vLLM. */
export const openAiHost: Host = {
  defaultBaseUrl: knownBaseUrl,
  path: openAiPath,
  proof: namedCredential,
  credentialHeaders: (secret, { organization, project }) => ({
    ...bearer(secret),
    ...defined({ 'openai-organization': organization, 'openai-project': project }),
  }),
};
