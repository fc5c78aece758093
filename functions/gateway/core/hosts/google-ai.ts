import type { Operation } from '../model/dial.ts';
import { googleModelResource } from '../model/google-model.ts';
import type { Host } from './host.ts';
import { bearer, namedCredential, openAiPath } from './key-hosts.ts';
import { knownBaseUrl } from './known-hosts.ts';

const METHODS: Readonly<Record<Operation, string>> = {
  answer: 'generateContent',
  'answer-stream': 'streamGenerateContent',
  embed: 'embedContent',
  'embed-batch': 'batchEmbedContents',
  'count-tokens': 'countTokens',
};

/** The Gemini API of Google AI Studio, and what it has of OpenAI's. Source: ai.google.dev/api, 2026-11. */
export const googleAiHost: Host = {
  defaultBaseUrl: knownBaseUrl,
  path: (call) =>
    call.dialect === 'gemini'
      ? `/${encodedSegments(googleModelResource(call.model))}${geminiMethod(call.operation)}`
      : openAiPath(call),
  proof: namedCredential,
  credentialHeaders: (secret, { protocol }) => (protocol === 'gemini' ? googleKey(secret) : bearer(secret)),
};

/** The method of a Gemini model, with the query that asks for server-sent events. */
export function geminiMethod(operation: Operation): string {
  return `:${METHODS[operation]}${operation === 'answer-stream' ? '?alt=sse' : ''}`;
}

/** Never as `?key=`: addresses land in logs. */
export function googleKey(secret: string): Readonly<Record<string, string>> {
  return { 'x-goog-api-key': secret };
}

/** A resource name with its slashes, and each segment percent-encoded. */
export function encodedSegments(resource: string): string {
  return resource.split('/').map(encodeURIComponent).join('/');
}
