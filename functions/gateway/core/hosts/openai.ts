import type { Host } from './host.ts';
import { bearer, openAiPath } from './openai-paths.ts';

/** OpenAI's own API, and every server that speaks it at an address of its own: Groq, Mistral, DeepSeek, xAI, OpenRouter, vLLM, Bedrock's `/openai/v1`. */
export const openAiHost: Host = {
  defaultBaseUrl: () => 'https://api.openai.com/v1',
  path: openAiPath,
  credentialHeaders: bearer,
  withoutCredential: 'nothing',
};
