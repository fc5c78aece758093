import type { Protocol } from '../protocol.ts';
import { geminiDecoder } from './gemini-decoder.ts';
import { geminiEmbeddings } from './gemini-embeddings.ts';
import { readGeminiFailure } from './gemini-failure.ts';
import { encodeGemini } from './gemini-request.ts';

/** Google's generateContent, as the Gemini API and Vertex AI speak it. Source: ai.google.dev/api/generate-content, 2026-11. */
export const gemini: Protocol = {
  dialect: 'gemini',
  framing: 'server-sent-events',
  encode: encodeGemini,
  decoder: geminiDecoder,
  embeddings: geminiEmbeddings,
  readFailure: readGeminiFailure,
};
