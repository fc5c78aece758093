import type { Protocol } from '../protocol.ts';
import { geminiChatDecoder } from './gemini-chat-decoder.ts';
import { encodeGeminiChat } from './gemini-chat-request.ts';
import { geminiEmbeddings } from './gemini-embeddings.ts';
import { readGeminiFailure } from './gemini-failure.ts';

/** Google's generateContent, as the Gemini API and Vertex AI speak it. Source: ai.google.dev/api/generate-content. */
export const gemini: Protocol = {
  framing: 'server-sent-events',
  defaultBaseUrl: () => 'https://generativelanguage.googleapis.com/v1beta',
  // Never as `?key=`: addresses land in logs.
  authorization: (apiKey) => ({ 'x-goog-api-key': apiKey }),
  encodeChat: encodeGeminiChat,
  chatDecoder: geminiChatDecoder,
  embeddings: geminiEmbeddings,
  readFailure: readGeminiFailure,
};
