import type { Host } from './host.ts';

/** Anthropic's own API. */
export const anthropicHost: Host = {
  defaultBaseUrl: () => 'https://api.anthropic.com/v1',
  path: () => '/messages',
  credentialHeaders: (secret) => ({ 'x-api-key': secret }),
  withoutCredential: 'nothing',
};
