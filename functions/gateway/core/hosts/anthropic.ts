import type { Operation } from '../model/dial.ts';
import { type Host, namedCredential } from './host.ts';
import { knownBaseUrl } from './known-hosts.ts';

/** Anthropic's own API, and every server that speaks it at an address of its own. */
export const anthropicHost: Host = {
  defaultBaseUrl: knownBaseUrl,
  path: ({ operation }) => messagesPath(operation),
  proof: namedCredential,
  credentialHeaders: anthropicKey,
};

/** A path of the Messages API after its `/v1`. */
export function messagesPath(operation: Operation): string {
  return operation === 'count-tokens' ? '/messages/count_tokens' : '/messages';
}

/** The header that carries an Anthropic API key. */
export function anthropicKey(secret: string): Readonly<Record<string, string>> {
  return { 'x-api-key': secret };
}
