import type { Host } from './host.ts';

/** Anthropic's own API. */
export const anthropicHost: Host = {
  defaultBaseUrl: () => 'https://api.anthropic.com/v1',
  path: ({ operation }) => (operation === 'count-tokens' ? '/messages/count_tokens' : '/messages'),
  credentialHeaders: (secret) => ({ 'x-api-key': secret }),
  withoutCredential: 'nothing',
};
