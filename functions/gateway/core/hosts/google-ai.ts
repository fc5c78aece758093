import type { Operation } from '../model/dial.ts';
import { googleModelResource } from '../model/google-model.ts';
import type { Host } from './host.ts';

const METHODS: Readonly<Record<Operation, string>> = {
  answer: 'generateContent',
  'answer-stream': 'streamGenerateContent',
  embed: 'embedContent',
  'embed-batch': 'batchEmbedContents',
  'count-tokens': 'countTokens',
};

/** The Gemini API of Google AI Studio. Source: ai.google.dev/api. */
export const googleAiHost: Host = {
  defaultBaseUrl: () => 'https://generativelanguage.googleapis.com/v1beta',
  path: ({ model, operation }) => {
    const segments = googleModelResource(model).split('/').map(encodeURIComponent);
    return `/${segments.join('/')}:${METHODS[operation]}${operation === 'answer-stream' ? '?alt=sse' : ''}`;
  },
  // Never as `?key=`: addresses land in logs.
  credentialHeaders: (secret) => ({ 'x-goog-api-key': secret }),
  withoutCredential: 'nothing',
};
