import type { HostedCall } from './host.ts';

/** The paths of OpenAI's API, at OpenAI and at every server that speaks it. */
export function openAiPath({ dialect, operation }: Pick<HostedCall, 'dialect' | 'operation'>): string {
  if (operation === 'embed' || operation === 'embed-batch') {
    return '/embeddings';
  }
  return dialect === 'openai-responses' ? '/responses' : '/chat/completions';
}

/** A bearer token, as most vendors want it. */
export function bearer(secret: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${secret}` };
}
